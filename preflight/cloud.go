package preflight

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// A cloud answers questions about Google Cloud, each asked once. What several
// needs ask of the same resource is asked in one request.
type cloud struct {
	ctx    context.Context
	client *gcp.Client
	wanted *wanted
	// numbers and deployer are what a user said, so that nobody need be asked.
	numbers  map[string]string
	deployer string

	identities lookup[string, facts.Identity]
	projects   lookup[string, facts.Project]
	ancestors  lookup[string, []string]
	policies   lookup[string, *iam.Policy]
	services   lookup[string, facts.Services]
	accounts   lookup[string, facts.ServiceAccount]
	tested     lookup[asked, facts.Tested]
	roles      lookup[string, iam.Role]
	callers    lookup[string, *gcp.Client]
	hosts      lookup[string, string]
	keys       lookup[string, facts.Key]
	enforced   lookup[[2]string, bool]
	clusters   lookup[string, facts.Cluster]
	listed     lookup[string, map[string]facts.Cluster]
	operations lookup[string, []facts.Operation]
	tagParents lookup[string, string]
	access     lookup[[3]string, facts.Access]
}

// asked is who is asked about on which resource.
type asked struct {
	caller   string // a caller's key; empty for the credentials at hand
	resource string // relative: projects/p, or projects/p/serviceAccounts/e
}

// wanted is what all needs together ask: gathered first, so that each
// question carries all that will be wanted of it.
type wanted struct {
	mu          sync.Mutex
	services    map[string][]string        // by project
	clusters    map[string]map[string]bool // by project
	permissions map[asked][]string
}

func newWanted() *wanted {
	return &wanted{services: map[string][]string{}, clusters: map[string]map[string]bool{}, permissions: map[asked][]string{}}
}

// add gathers what needs ask.
func (w *wanted) add(needs []need.Need) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range needs {
		switch {
		case n.Unknown != "":
		case n.Kind == need.Service:
			w.services[n.Project] = union(w.services[n.Project], n.Service)
		case n.Kind == need.Permissions:
			w.addPermissions(n)
			if len(n.Enables) > 0 && !slices.Contains(n.Enables, "") {
				w.services[n.Project] = union(w.services[n.Project], n.Enables...)
			}
		case len(n.Clusters) > 0:
			w.addClusters(n)
		}
	}
}

// addAllClusters gathers the clusters that needs ask about, and no more.
func (w *wanted) addAllClusters(needs []need.Need) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range needs {
		if n.Kind != need.Permissions && n.Unknown == "" && n.NetworkOf == "" {
			w.addClusters(n)
		}
	}
}

func (w *wanted) addClusters(n need.Need) {
	if w.clusters[n.Project] == nil {
		w.clusters[n.Project] = map[string]bool{}
	}
	for _, name := range n.Clusters {
		w.clusters[n.Project][name] = true
	}
}

func (w *wanted) addPermissions(n need.Need) {
	if onlyAbove(n) {
		return
	}
	for _, name := range testedOn(n) {
		key := asked{caller: callerKey(n.Principal), resource: name}
		w.permissions[key] = union(w.permissions[key], n.Permissions...)
	}
	if isUserManaged(n.Principal.Kind) {
		key := asked{resource: accountIn(n)}
		w.permissions[key] = union(w.permissions[key], getAccessToken)
	}
}

// getAccessToken is what making tokens of an account takes.
const getAccessToken = "iam.serviceAccounts.getAccessToken"

// accountIn is the relative name of the service account that a need is about.
// That of a project's default account is the same whether the project goes by
// its ID or, as in the email, by its number.
func accountIn(n need.Need) string {
	email := emailOf(n.Principal.Member)
	home := plan.AccountProject(email)
	if home == "" || isUniqueID(home) || strings.Contains(home, "{number:") {
		home = n.Project
	}
	return projectName(home) + "/serviceAccounts/" + email
}

// of is what is wanted of a caller on a resource.
func (w *wanted) of(key asked) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.permissions[key])
}

// apis are those whose state is wanted in a project.
func (w *wanted) apis(project string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.services[project])
}

// clusterCount returns how many clusters of a project are looked up.
func (w *wanted) clusterCount(project string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.clusters[project])
}

// keys are all questions about permissions.
func (w *wanted) keys() []asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Keys(w.permissions))
}

// callerKey tells apart on whose behalf permissions are tested.
func callerKey(p need.Principal) string {
	if p.Original {
		return "original"
	}
	return strings.Join(append([]string{p.Member}, p.Delegates...), ">")
}

// projectName is the relative name of a project.
func projectName(id string) string { return "projects/" + id }

// testedOn are the relative names of the resources on which the permissions of
// a need are tested, in turn: the project, and the resource itself if that can
// be asked. What is above projects has permissions of its own.
func testedOn(n need.Need) []string {
	name := resource.RelativeName(n.Resource)
	switch {
	case resource.KindOf(name).IsAboveProjects():
		return []string{name}
	case isTestable(name):
		return []string{projectName(n.Project), name}
	}
	return []string{projectName(n.Project)}
}

// isTestable reports whether permissions on a resource in a project are tested on
// the resource itself: a service account or a subnetwork.
func isTestable(name string) bool {
	kind := resource.KindOf(name)
	return kind.InProject() && kind.Testable
}

func union(list []string, more ...string) []string { return unionOf(list, more) }

func unionOf[E comparable](list, more []E) []E {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// identity is whom the client asks as.
func (c *cloud) identity() (facts.Identity, error) { return c.identityOfCaller(need.Principal{}) }

// identityOfCaller is whom the credentials at hand belong to: those that the
// environment impersonates from there, or the original ones.
func (c *cloud) identityOfCaller(p need.Principal) (facts.Identity, error) {
	return c.identities.get(callerKey(p), func() (facts.Identity, error) {
		client, err := c.as(p)
		if err != nil {
			return facts.Identity{}, err
		}
		id, err := client.Identity(c.ctx)
		if err == nil && id.Email == "" {
			id.Email = emailOf(c.deployer)
		}
		return id, err
	})
}

func (c *cloud) project(id string) (facts.Project, error) {
	return c.projects.get(id, func() (facts.Project, error) { return c.client.Project(c.ctx, id) })
}

// number is the number of a project, from the project itself or from the names
// of its services, for callers who may read only those.
func (c *cloud) number(id string) (string, error) {
	if strings.Trim(id, "0123456789") == "" {
		return id, nil
	}
	if n := c.numbers[id]; n != "" {
		return n, nil
	}
	p, err := c.project(id)
	if err == nil {
		return p.Number, nil
	}
	if s, other := c.servicesOf(id); other == nil && s.ProjectNumber != "" {
		return s.ProjectNumber, nil
	}
	return "", err
}

func (c *cloud) servicesOf(project string) (facts.Services, error) {
	return c.services.get(project, func() (facts.Services, error) {
		return c.client.Services(c.ctx, project, c.wanted.apis(project))
	})
}

func (c *cloud) account(project, account string) (facts.ServiceAccount, error) {
	return c.accounts.get(project+"/"+account, func() (facts.ServiceAccount, error) {
		return c.client.ServiceAccount(c.ctx, project, account)
	})
}

// ancestry is a project and all above it, nearest first.
func (c *cloud) ancestry(project string) ([]string, error) {
	return c.ancestors.get(project, func() ([]string, error) { return c.client.Ancestry(c.ctx, project) })
}

func (c *cloud) policy(resource string) (*iam.Policy, error) {
	return c.policies.get(resource, func() (*iam.Policy, error) { return c.client.Policy(c.ctx, resource) })
}

func (c *cloud) role(name string) (iam.Role, error) {
	return c.roles.get(name, func() (iam.Role, error) { return c.client.Role(c.ctx, name) })
}

// host is the Shared VPC host project that a project is attached to.
func (c *cloud) host(project string) (string, error) {
	return c.hosts.get(project, func() (string, error) { return c.client.HostProject(c.ctx, project) })
}

func (c *cloud) key(name string) (facts.Key, error) {
	return c.keys.get(name, func() (facts.Key, error) { return c.client.Key(c.ctx, name) })
}

func (c *cloud) enforces(project, constraint string) (bool, error) {
	return c.enforced.get([2]string{project, constraint}, func() (bool, error) { return c.client.Enforced(c.ctx, project, constraint) })
}

// cluster looks a cluster up: by itself, or among all of its project where
// several are asked for and the caller may list them.
func (c *cloud) cluster(name string) (facts.Cluster, error) {
	project := strings.Split(name, "/")[1]
	if c.wanted.clusterCount(project) > maxSingly {
		all, err := c.clustersOf(project)
		if one, found := all[name]; found {
			return one, nil
		}
		if err == nil {
			return facts.Cluster{}, facts.NotThere("container.projects.locations.clusters.list", name)
		}
	}
	return c.clusters.get(name, func() (facts.Cluster, error) { return c.client.Cluster(c.ctx, name) })
}

// clustersOf are all clusters of a project, by relative name.
func (c *cloud) clustersOf(project string) (map[string]facts.Cluster, error) {
	return c.listed.get(project, func() (map[string]facts.Cluster, error) { return c.client.Clusters(c.ctx, project) })
}

// maxSingly is how many clusters of a project are looked up one by one: a 404
// is better evidence than an absence from a list, and a list costs less.
const maxSingly = 2

// operationsIn are the operations of a project, in all locations.
func (c *cloud) operationsIn(project string) ([]facts.Operation, error) {
	return c.operations.get(project, func() ([]facts.Operation, error) { return c.client.Operations(c.ctx, project, "-") })
}

// tagParent is what a tag lies in.
func (c *cloud) tagParent(tag string) (string, error) {
	return c.tagParents.get(tag, func() (string, error) { return c.client.TagParent(c.ctx, tag) })
}

// tagLevels are the policies that decide about a tag value: its own, its key's,
// and those of what the key lies in.
func (c *cloud) tagLevels(value string) (levels []iam.Level, complete bool) {
	levels = []iam.Level{c.level(value)}
	key, err := c.tagParent(value)
	if err != nil {
		return levels, false
	}
	levels = append(levels, c.level(key))
	parent, err := c.tagParent(key)
	if err != nil {
		return levels, false
	}
	if project, ok := strings.CutPrefix(parent, "projects/"); ok {
		above, complete := c.levels(project)
		return append(levels, above...), complete
	}
	return append(levels, c.level(parent)), true
}

// test asks which of the permissions wanted on a resource a caller has.
func (c *cloud) test(p need.Principal, resource string) (facts.Tested, error) {
	key := asked{caller: callerKey(p), resource: resource}
	return c.tested.get(key, func() (facts.Tested, error) {
		client, err := c.as(p)
		if err != nil {
			return facts.Tested{}, err
		}
		return client.TestPermissions(c.ctx, resource, c.wanted.of(key))
	})
}

// as returns the client that asks on behalf of p.
func (c *cloud) as(p need.Principal) (*gcp.Client, error) {
	switch {
	case p.Original || c.isAtHand(p):
		return c.client.Original(), nil
	case p.Member == "":
		return c.client, nil
	}
	return c.callers.get(callerKey(p), func() (*gcp.Client, error) {
		// The provider does not go through an account of the environment.
		return c.client.Original().As(strings.TrimPrefix(p.Member, "serviceAccount:"), p.Delegates)
	})
}

// isAtHand reports whether a principal that a user named is the owner of the
// credentials at hand.
func (c *cloud) isAtHand(p need.Principal) bool {
	if !p.Named || len(p.Delegates) > 0 {
		return false
	}
	id, err := c.identityOfCaller(c.original())
	return err == nil && memberOf(id.Email) == p.Member
}

// original is the principal that the credentials at hand belong to, before the
// environment impersonates anybody.
func (c *cloud) original() need.Principal {
	return need.Principal{Kind: need.Deployer, Original: c.client.Original() != c.client}
}

// levels are the allow policies that decide about a project: its own and those
// of all above it. Complete reports whether all above it are known.
func (c *cloud) levels(project string) (levels []iam.Level, complete bool) {
	ancestors, err := c.ancestry(project)
	if err != nil {
		return []iam.Level{c.level(projectName(project))}, false
	}
	levels = make([]iam.Level, len(ancestors))
	each(len(ancestors), func(i int) { levels[i] = c.level(ancestors[i]) })
	return levels, true
}

func (c *cloud) level(name string) iam.Level {
	level := iam.Level{Resource: resource.FullName(name)}
	policy, err := c.policy(name)
	if err != nil {
		level.Unreadable = whyUnread(err, name)
		return level
	}
	level.Policy = policy
	return level
}

// asError is the structured error of an answer, if it is one.
func asError(err error) *facts.Error {
	var e *facts.Error
	if errors.As(err, &e) {
		return e
	}
	return &facts.Error{Err: err}
}
