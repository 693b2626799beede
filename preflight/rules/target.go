package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// A target is a cluster or a node pool that apply changes, or an unchanged one
// that loses something it depends on.
type target struct {
	*plan.Change
	project  plan.Project
	location string
	accounts []plan.Account
	keys     []plan.Key
	// version is the version of the nodes, or else of the control plane; absent
	// if neither is set.
	version plan.Value
	// place identifies the cluster, or the cluster of the node pool, after apply.
	// placeBefore identifies it before apply, and has no name if apply creates t.
	place, placeBefore plan.Place
	// cluster is nil for a node pool whose cluster is not in the plan.
	cluster    *plan.Cluster
	isNodePool bool
	// inNewCluster reports that t is a node pool and apply creates its cluster.
	inNewCluster bool
	// unchanged reports that apply leaves t as it is, but removes something that
	// it may depend on.
	unchanged bool
}

// targets returns the clusters and node pools that apply creates, updates,
// replaces or destroys. It leaves out those that apply only removes from the
// state.
func targets(p *plan.Plan) []target {
	var out []target
	for _, c := range p.Clusters {
		if !isOnlyAbandoned(c.Change) {
			out = append(out, clusterTarget(c))
		}
	}
	for _, n := range p.NodePools {
		if !isOnlyAbandoned(n.Change) {
			out = append(out, nodePoolTarget(n))
		}
	}
	return out
}

// isOnlyAbandoned reports whether apply removes c from the state without
// destroying the object.
func isOnlyAbandoned(c *plan.Change) bool { return c.IsRemovedFromState() && c.Abandons() }

// clusterTarget returns c as a target.
func clusterTarget(c *plan.Cluster) target {
	return target{
		Change: c.Change, project: c.Project, location: c.Location.String(),
		accounts: c.Accounts, keys: c.Keys, version: c.Version, cluster: c,
		place: c.Place, placeBefore: c.PlaceBefore,
	}
}

// nodePoolTarget returns n as a target. Its version is that of its cluster if it
// sets none.
func nodePoolTarget(n *plan.NodePool) target {
	t := target{
		Change: n.Change, project: n.Project, location: n.Location.String(),
		accounts: n.Accounts, keys: n.Keys, version: n.Version, cluster: n.Cluster, isNodePool: true,
		place: n.Place, placeBefore: n.PlaceBefore, inNewCluster: isInNewCluster(n),
	}
	if t.version.State == plan.Absent && n.Cluster != nil {
		t.version = n.Cluster.Version
	}
	return t
}

// afterApply returns the clusters and node pools that exist after apply, including
// unchanged ones that lose something they depend on.
func afterApply(p *plan.Plan) []target {
	return append(changing(p), unchanged(p)...)
}

// unchanged returns the clusters and node pools that apply leaves as they are. It
// returns none if the plan removes nothing that they could depend on.
func unchanged(p *plan.Plan) []target {
	if !p.RemovesDependencies() {
		return nil
	}
	var out []target
	for _, c := range p.UnchangedClusters {
		t := clusterTarget(c)
		t.unchanged = true
		out = append(out, t)
	}
	for _, n := range p.UnchangedNodePools {
		t := nodePoolTarget(n)
		t.unchanged = true
		out = append(out, t)
	}
	return out
}

// changing returns the targets that apply creates, replaces or updates.
func changing(p *plan.Plan) []target {
	var out []target
	for _, t := range targets(p) {
		if !t.IsDestroyed() {
			out = append(out, t)
		}
	}
	return out
}

// projectNeed returns a need of t in its own project.
func (t target) projectNeed() need.Need {
	return t.needIn(t.project.ID, t.project.Source)
}

// clusterNeed returns a need of t in the project of the cluster at p.
func (t target) clusterNeed(p plan.Place) need.Need {
	n := t.needIn(p.Project.ID, p.Project.Source)
	if name := p.Name(); name != "" {
		n.Clusters = []string{name}
	}
	return n
}

// needIn returns a need of t in project. If project is empty, the need is
// undetermined for reason why.
func (t target) needIn(project, why string) need.Need {
	n := need.Need{Addresses: []string{t.Address}, Project: project, ClusterUnchanged: t.unchanged}
	if project == "" {
		n.UndeterminedReason = why
		return n
	}
	n.Resource = resource.ProjectFullName(project)
	return n
}

// namedClusterNeed returns a need about the cluster at p. If its location is
// unknown, the need is about a cluster of this name in any location, and its
// message says why.
func (t target) namedClusterNeed(p plan.Place) need.Need {
	n := t.clusterNeed(p)
	n.Service = "container.googleapis.com"
	name := p.NameAnywhere()
	if name == "" {
		n.UndeterminedReason = p.UnknownReason
		return n
	}
	n.Clusters = []string{name}
	n.Resource = resource.ClusterFullName(name)
	n.Message = p.UnknownReason
	return n
}

// isInNewCluster reports whether apply creates the cluster of n.
func isInNewCluster(n *plan.NodePool) bool {
	return n.HasNewCluster || n.Cluster != nil && n.Cluster.Creates()
}

// keepsPlace reports whether the cluster of t has the same name, location and
// project after apply.
func (t target) keepsPlace() bool { return t.place.IsSame(t.placeBefore) }

// keepsNodePoolName reports whether a node pool has the same name in the same
// cluster after apply.
func keepsNodePoolName(n *plan.NodePool) bool {
	return nodePoolTarget(n).keepsPlace() && n.Name.String() != "" && n.Name.String() == n.Before("name").String()
}

// isReplacedElsewhere reports whether apply replaces t in another cluster, under
// another name, or in another location or project.
func (t target) isReplacedElsewhere() bool {
	return t.Replaces() && t.placeBefore.Name() != "" && !t.place.IsSame(t.placeBefore)
}
