package judge

import (
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/resource"
)

// A resources reads the facts about resources and their policies.
type resources struct {
	*reader
	// permissionProjects are the projects of all needs about permissions. Their deny
	// policies are read; denialsRead are those, nil until they are known.
	permissionProjects []string
	denialsRead        *denials
}

// denials returns the deny policies that apply to all needs.
func (r *resources) denials() *denials {
	if r.denialsRead != nil {
		return r.denialsRead
	}
	before := r.missing
	r.missing = nil
	d := readDenials(r.permissionProjects, r.reader)
	if !r.isPending() {
		r.denialsRead = d
	}
	r.missing = append(before, r.missing...)
	return d
}

func (r *resources) account(project, account string) (facts.ServiceAccount, error) {
	return ask[facts.ServiceAccount](r.reader, facts.Question{Kind: facts.KindAccount, On: project, Item: account})
}

func (r *resources) policy(resource string) (*iam.Policy, error) {
	return ask[*iam.Policy](r.reader, facts.Question{Kind: facts.KindAllowPolicy, On: resource})
}

func (r *resources) role(name string) (iam.Role, error) {
	return ask[iam.Role](r.reader, facts.Question{Kind: facts.KindRole, On: name})
}

// hostProject returns the Shared VPC host project that a project is attached to.
func (r *resources) hostProject(project string) (string, error) {
	return ask[string](r.reader, facts.Question{Kind: facts.KindHostProject, On: project})
}

func (r *resources) key(name string) (facts.Key, error) {
	return ask[facts.Key](r.reader, facts.Question{Kind: facts.KindKey, On: name})
}

func (r *resources) isEnforced(project, constraint string) (bool, error) {
	return ask[bool](r.reader, facts.Question{Kind: facts.KindConstraint, On: project, Item: constraint})
}

// cluster returns a cluster. If needs are about several clusters of a project, it
// is looked up in the list of all, if the caller may list them.
func (r *resources) cluster(name string) (facts.Cluster, error) {
	project := strings.Split(name, "/")[1]
	if len(r.batch.clusters[project]) > maxSingleReads {
		all, err := r.clustersOf(project)
		if one, found := all[name]; found || isMissing(err) {
			return one, err
		}
		if err == nil {
			return facts.Cluster{}, facts.NotFoundError("container.projects.locations.clusters.list", name)
		}
	}
	return ask[facts.Cluster](r.reader, facts.Question{Kind: facts.KindCluster, On: name})
}

// clustersOf returns all clusters of a project, by relative name.
func (r *resources) clustersOf(project string) (map[string]facts.Cluster, error) {
	return ask[map[string]facts.Cluster](r.reader, facts.Question{Kind: facts.KindClusters, On: project})
}

// maxSingleReads is how many clusters of a project are read one by one: a 404 is
// better evidence than the absence from a list, but a list is cheaper.
const maxSingleReads = 2

// operations returns the operations of a project, in all locations.
func (r *resources) operations(project string) ([]facts.Operation, error) {
	return ask[[]facts.Operation](r.reader, facts.Question{Kind: facts.KindOperations, On: project})
}

// tagParent returns the parent of a tag key or tag value.
func (r *resources) tagParent(tag string) (string, error) {
	return ask[string](r.reader, facts.Question{Kind: facts.KindTagParent, On: tag})
}

// tagLevels returns the policies that decide about a tag value: its own, that of
// its key, and those of the key's parent and ancestors.
func (r *resources) tagLevels(value string) (levels []iam.Level, complete bool) {
	levels = []iam.Level{r.level(value)}
	key, err := r.tagParent(value)
	if err != nil {
		return levels, false
	}
	levels = append(levels, r.level(key))
	parent, err := r.tagParent(key)
	if err != nil {
		return levels, false
	}
	if project, ok := strings.CutPrefix(parent, "projects/"); ok {
		above, complete := r.projectLevels(project)
		return append(levels, above...), complete
	}
	return append(levels, r.level(parent)), true
}

// projectLevels returns the allow policies of a project and its ancestors.
// complete reports whether all ancestors are known.
func (r *resources) projectLevels(project string) (levels []iam.Level, complete bool) {
	ancestors, err := r.ancestry(project)
	if err != nil {
		return []iam.Level{r.level(projectName(project))}, false
	}
	levels = make([]iam.Level, len(ancestors))
	for i, a := range ancestors {
		levels[i] = r.level(a)
	}
	return levels, true
}

// level returns the allow policy of a resource.
func (r *resources) level(name string) iam.Level {
	level := iam.Level{Resource: resource.FullName(name)}
	policy, err := r.policy(name)
	if err != nil {
		e := facts.AsError(err)
		if level.Denied = e.Denied() && e.Method != facts.MethodGenerateAccessToken; level.Denied {
			level.Unreadable = e.Message
			return level
		}
		level.Unreadable = readFailure(err, "read the allow policy of "+name, resource.PolicyPermission(name), "roles/iam.securityReviewer").String()
		return level
	}
	level.Policy = policy
	return level
}
