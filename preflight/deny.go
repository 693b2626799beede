package preflight

import (
	"slices"
	"strings"
	"sync"

	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
)

// maxDenyReads is how many reads of deny policies a project has in a minute.
// What would take more is not read, and the report says so.
// https://docs.cloud.google.com/iam/quotas
const maxDenyReads = 5

// denials are the deny policies of projects and all above them, read once for
// all needs.
type denials struct {
	mu     sync.Mutex
	rules  map[string][]iam.DenyRule // by relative resource name
	unread map[string]error
	// skipped are what the quota left no room for.
	skipped []string
	// above are the projects whose folders and organization could not be found
	// out, so that nothing above them was looked at.
	above []string
}

func (d *denials) of(resource string) []iam.DenyRule {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rules[resource]
}

// readDenials reads the deny policies that bear on needs: what most projects
// have in common first, and no more than the quota allows.
func (j *judge) readDenials(needs []need.Need) *denials {
	d := &denials{rules: map[string][]iam.DenyRule{}, unread: map[string]error{}}
	resources, above := j.attachable(needs)
	d.above = above
	room := maxDenyReads
	lists := resources[:min(len(resources), room)]
	d.skipped = resources[len(lists):]
	room -= len(lists)
	var attached []deniedOn
	ids := make([][]string, len(lists))
	each(len(lists), func(i int) { ids[i] = d.list(j.cloud, lists[i]) })
	for i, resource := range lists {
		for _, id := range ids[i] {
			attached = append(attached, deniedOn{resource, id})
		}
	}
	for _, a := range attached[min(len(attached), room):] {
		d.skipped = append(d.skipped, a.resource)
	}
	attached = attached[:min(len(attached), room)]
	each(len(attached), func(i int) { d.read(j.cloud, attached[i]) })
	return d
}

// deniedOn is a deny policy and what it is attached to.
type deniedOn struct{ resource, id string }

// attachable are the organizations, folders and projects that needs about
// permissions are decided at, in that order, and the projects of which not all
// that is above is known.
func (j *judge) attachable(needs []need.Need) (out, above []string) {
	var projects []string
	for _, n := range needs {
		if n.Kind == need.Permissions && n.Unknown == "" && n.Project != "" {
			projects = union(projects, n.Project)
		}
	}
	slices.Sort(projects)
	found := make([][]string, len(projects))
	each(len(projects), func(i int) {
		if ancestors, err := j.ancestry(projects[i]); err == nil {
			found[i] = ancestors
			return
		}
		found[i] = []string{projectName(projects[i])}
	})
	for _, project := range projects {
		if _, err := j.ancestry(project); err != nil {
			above = append(above, project)
		}
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

func (d *denials) list(c *cloud, resource string) []string {
	ids, err := c.client.DenyPolicyIDs(c.ctx, resource)
	if err != nil {
		d.note(resource, err)
	}
	return ids
}

func (d *denials) read(c *cloud, on deniedOn) {
	rules, err := c.client.DenyRules(c.ctx, on.resource, on.id)
	if err != nil {
		d.note(on.resource, err)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rules[on.resource] = append(d.rules[on.resource], rules...)
}

func (d *denials) note(resource string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := asError(err).Quota(); ok {
		d.skipped = append(d.skipped, resource)
		return
	}
	d.unread[resource] = err
}

// complete reports whether all deny policies were read.
func (d *denials) complete() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.unread)+len(d.skipped)+len(d.above) == 0
}

// limits say what deny policies were not read, and why, in one sentence each.
func (d *denials) limits() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var refused, silent []string
	for name, err := range d.unread {
		if asError(err).Denied() {
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
		out = append(out, "the deny policies of "+list(refused)+" cannot be read, and they can take away what allow policies give: iam.denypolicies.list and iam.denypolicies.get (roles/iam.denyReviewer on the organization) would tell")
	}
	if len(silent) > 0 {
		out = append(out, "the deny policies of "+list(silent)+" could not be read, and they can take away what allow policies give: try again in a minute")
	}
	if len(skipped) > 0 {
		out = append(out, "the deny policies of "+list(skipped)+" were not read: Google Cloud lets only 5 be read in a minute")
	}
	if len(d.above) > 0 {
		out = append(out, "the deny policies of the folders and the organization of project "+list(d.above)+" were not read, and they can take away what allow policies give: what is above the project could not be found out; resourcemanager.projects.get on the project (roles/browser) would tell, or, where Google Cloud did not answer, another try")
	}
	return append(out, "principal access boundaries were not read: they can take away what allow policies give")
}
