package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// A subject is a cluster or a node pool that apply changes.
type subject struct {
	*plan.Change
	project  plan.Project
	location string
	accounts []plan.Account
	keys     []plan.Key
	// version is that of the nodes, else of the control plane; may be absent.
	version plan.Value
	// place is where the cluster is, or that of the node pool; placeBefore is
	// where apply finds it, without a name if it makes the subject.
	place, placeBefore plan.Place
	// cluster is nil for a node pool whose cluster the plan does not have.
	cluster *plan.Cluster
	pool    bool
	// ofNewCluster reports whether s is a node pool whose cluster apply makes.
	ofNewCluster bool
	// standing reports that apply leaves it as it is, and takes something away
	// that it may live on.
	standing bool
}

// subjects returns the clusters and node pools that apply changes. It leaves out
// those that apply only takes out of the state.
func subjects(p *plan.Plan) []subject {
	var out []subject
	for _, c := range p.Clusters {
		if !isOnlyAbandoned(c.Change) {
			out = append(out, ofCluster(c))
		}
	}
	for _, n := range p.NodePools {
		if !isOnlyAbandoned(n.Change) {
			out = append(out, ofNodePool(n))
		}
	}
	return out
}

func isOnlyAbandoned(c *plan.Change) bool { return c.Leaves() && c.Abandons() }

func ofCluster(c *plan.Cluster) subject {
	return subject{
		Change: c.Change, project: c.Project, location: c.Location.String(),
		accounts: c.Accounts, keys: c.Keys, version: c.Version, cluster: c,
		place: c.Place, placeBefore: c.PlaceBefore,
	}
}

func ofNodePool(n *plan.NodePool) subject {
	s := subject{
		Change: n.Change, project: n.Project, location: n.Location.String(),
		accounts: n.Accounts, keys: n.Keys, version: n.Version, cluster: n.Cluster, pool: true,
		place: n.Place, placeBefore: n.PlaceBefore, ofNewCluster: inNewCluster(n),
	}
	if s.version.State == plan.Absent && n.Cluster != nil {
		s.version = n.Cluster.Version
	}
	return s
}

// living are the subjects that are there after apply, those that it leaves as
// they are and endangers among them.
func living(p *plan.Plan) []subject {
	return append(building(p), standing(p)...)
}

// standing are the clusters and node pools that apply leaves as they are and
// endangers.
func standing(p *plan.Plan) []subject {
	if !p.Endangers() {
		return nil
	}
	var out []subject
	for _, c := range p.Standing {
		s := ofCluster(c)
		s.standing = true
		out = append(out, s)
	}
	for _, n := range p.StandingPools {
		s := ofNodePool(n)
		s.standing = true
		out = append(out, s)
	}
	return out
}

// building are the subjects that apply creates, replaces or updates.
func building(p *plan.Plan) []subject {
	var out []subject
	for _, s := range subjects(p) {
		if !s.Goes() {
			out = append(out, s)
		}
	}
	return out
}

// inProject is a need of s in its own project.
func (s subject) inProject() need.Need {
	return s.in(s.project.ID, s.project.Source)
}

// at is a need of s where a cluster is.
func (s subject) at(p plan.Place) need.Need {
	n := s.in(p.Project.ID, p.Project.Source)
	if name := p.Name(); name != "" {
		n.Clusters = []string{name}
	}
	return n
}

// in is a need of s in another project. Why says why that is not known, where
// it is not.
func (s subject) in(project, why string) need.Need {
	n := need.Need{Addresses: []string{s.Address}, Project: project, Standing: s.standing}
	if project == "" {
		n.Unknown = why
		return n
	}
	n.Resource = resource.ProjectFullName(project)
	return n
}

// paths are where s may have an option: that of a node pool stands in the pool
// itself or, in a cluster, in what the default pool is made of, and in the
// pools that are written inside the cluster's block.
func (s subject) paths(option []any) [][]any {
	out := [][]any{option}
	if s.pool || option[0] != "node_config" && option[0] != "placement_policy" {
		return out
	}
	for i := range s.cluster.InlinePools() {
		out = append(out, append([]any{"node_pool", i}, option...))
	}
	return out
}

// networkIsOwn reports whether the network of s is one of its own project, or
// may be by the names. A node pool may be of any cluster, where the plan does
// not have it.
func (s subject) networkIsOwn() bool {
	return s.cluster != nil && s.cluster.NetworkMatch() != resource.Different
}

// uses reports whether apply gives the account at attribute to nodes: it makes
// new nodes, or changes the attribute.
func (s subject) uses(a plan.Account) bool {
	return s.Creates() || s.Updates() && a.Said && !s.unchanged(a)
}

func (s subject) unchanged(a plan.Account) bool {
	before := s.AccountBefore(a)
	return before != "" && before == a.Email
}

// accountsInUse calls f for each account that apply gives to nodes.
func accountsInUse(p *plan.Plan, f func(subject, plan.Account)) {
	accountsOf(building(p), f)
}

// accountsOnNodes calls f for each account that nodes run as after apply: those
// in use, and those of what apply endangers.
func accountsOnNodes(p *plan.Plan, f func(subject, plan.Account)) {
	accountsOf(building(p), f)
	for _, s := range standing(p) {
		for _, a := range s.accounts {
			f(s, a)
		}
	}
}

func accountsOf(of []subject, f func(subject, plan.Account)) {
	for _, s := range of {
		for _, a := range s.accounts {
			if s.uses(a) {
				f(s, a)
			}
		}
	}
}

// region is the region of a location, which may be a zone.
func region(location string) string {
	if n := len(location); n > 2 && location[n-2] == '-' && location[n-1] >= 'a' {
		return location[:n-2]
	}
	return location
}
