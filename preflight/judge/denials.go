package judge

import (
	"maps"
	"slices"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
)

// maxDenyReads is how many reads of deny policies Google Cloud allows a project in
// a minute. Deny policies beyond it are not read, and the report says so.
// https://docs.cloud.google.com/iam/quotas
const maxDenyReads = 5

// A denials holds the deny policies of projects and their ancestors, as far as the
// quota allows reading them.
type denials struct {
	rules  map[string][]iam.DenyRule // by relative resource name
	unread map[string]error
	// skipped are the resources whose deny policies were not read because of the
	// quota.
	skipped []string
	// unknownAncestors are the projects whose ancestors are not known, so that their
	// deny policies were not read.
	unknownAncestors []string
}

// rulesOn returns the rules of the deny policies attached to a resource.
func (d *denials) rulesOn(resource string) []iam.DenyRule { return d.rules[resource] }

// readDenials reads the deny policies that apply to projects, within the quota. It
// begins with the resources that most projects have in common.
func readDenials(projects []string, r *reader) *denials {
	d := &denials{rules: map[string][]iam.DenyRule{}, unread: map[string]error{}}
	resources, above := attachmentPoints(projects, r)
	d.unknownAncestors = above
	if r.isPending() {
		return d
	}
	lists := resources[:min(len(resources), maxDenyReads)]
	d.skipped = slices.Clone(resources[len(lists):])
	room := maxDenyReads - len(lists)
	var attached []attachedPolicy
	for _, resource := range lists {
		for _, id := range d.listPolicies(r, resource) {
			attached = append(attached, attachedPolicy{resource, id})
		}
	}
	if r.isPending() {
		return d
	}
	for _, a := range attached[min(len(attached), room):] {
		d.skipped = append(d.skipped, a.resource)
	}
	for _, a := range attached[:min(len(attached), room)] {
		d.readRules(r, a)
	}
	return d
}

// An attachedPolicy is a deny policy and the resource that it is attached to.
type attachedPolicy struct{ resource, id string }

// permissionProjects returns the projects of the needs about permissions, sorted.
func permissionProjects(needs []need.Need) []string {
	found := map[string]bool{}
	for _, n := range needs {
		if n.Kind == need.Permissions && n.UndeterminedReason == "" && n.Project != "" {
			found[n.Project] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// attachmentPoints returns the organizations, folders and projects whose deny
// policies apply to projects, in that order, and the projects whose ancestors are
// not known.
func attachmentPoints(projects []string, r *reader) (out, above []string) {
	found := make([][]string, len(projects))
	for i, project := range projects {
		ancestors, err := r.ancestry(project)
		if err != nil {
			above, ancestors = append(above, project), []string{projectName(project)}
		}
		found[i] = ancestors
	}
	for _, kind := range []string{"organizations/", "folders/", "projects/"} {
		for _, ancestors := range found {
			for _, a := range ancestors {
				if strings.HasPrefix(a, kind) {
					out = union(out, a)
				}
			}
		}
	}
	return out, above
}

// listPolicies returns the IDs of the deny policies attached to a resource.
func (d *denials) listPolicies(r *reader, resource string) []string {
	ids, err := ask[[]string](r, facts.Question{Kind: facts.KindDenyPolicies, On: resource})
	if err != nil {
		d.recordError(resource, err)
	}
	return ids
}

// readRules adds the rules of a deny policy.
func (d *denials) readRules(r *reader, on attachedPolicy) {
	rules, err := ask[[]iam.DenyRule](r, facts.Question{Kind: facts.KindDenyRules, On: on.resource, Item: on.id})
	if err != nil {
		d.recordError(on.resource, err)
		return
	}
	d.rules[on.resource] = append(d.rules[on.resource], rules...)
}

// recordError records that a deny policy of a resource could not be read.
func (d *denials) recordError(resource string, err error) {
	if _, ok := facts.AsError(err).QuotaError(); ok {
		d.skipped = append(d.skipped, resource)
		return
	}
	d.unread[resource] = err
}

// isComplete reports whether all deny policies were read.
func (d *denials) isComplete() bool {
	return len(d.unread)+len(d.skipped)+len(d.unknownAncestors) == 0
}

// limits returns a sentence for each reason why policies were not read.
func (d *denials) limits() []string {
	var refused, silent []string
	for name, err := range d.unread {
		if facts.AsError(err).Denied() {
			refused = append(refused, resource.Describe(resource.FullName(name)))
			continue
		}
		silent = append(silent, resource.Describe(resource.FullName(name)))
	}
	var skipped []string
	for _, name := range d.skipped {
		skipped = union(skipped, resource.Describe(resource.FullName(name)))
	}
	slices.Sort(refused)
	slices.Sort(silent)
	var out []string
	if len(refused) > 0 {
		out = append(out, "could not read the deny policies of "+joinNames(refused)+", which can block access that allow policies grant: grant roles/iam.denyReviewer on the organization to check them")
	}
	if len(silent) > 0 {
		out = append(out, "could not read the deny policies of "+joinNames(silent)+", which can block access that allow policies grant: try again in a minute")
	}
	if len(skipped) > 0 {
		out = append(out, "did not read the deny policies of "+joinNames(skipped)+", which can block access that allow policies grant: Google Cloud allows only 5 reads per minute")
	}
	if len(d.unknownAncestors) > 0 {
		out = append(out, "could not read the deny policies of the folders and the organization of project "+joinNames(d.unknownAncestors)+", which can block access that allow policies grant: grant roles/browser on the project (resourcemanager.projects.get) to check them, or try again if Google Cloud did not respond")
	}
	return append(out, "not checked: principal access boundary policies, which can block access that allow policies grant")
}
