package plan

import (
	"regexp"
	"sort"
	"strings"
)

// A Project is the project of a planned object.
type Project struct {
	// ID is a project ID, a number, or domain.example:id. Empty where it is
	// not known before apply.
	ID string
	// Source says in words where the ID was found, or why it is not known.
	Source string
	// Sensitive reports whether the plan marks the value it was found in.
	Sensitive bool
}

// projectPattern is what Google allows: an ID, possibly with a domain in
// front, or a number.
// https://docs.cloud.google.com/resource-manager/docs/creating-managing-projects
var projectPattern = regexp.MustCompile(`^(?:[a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$|^[0-9]{1,20}$`)

// environmentProjects are the variables that the google provider reads its
// default project from, in its order.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/guides/provider_reference.html.markdown
func environmentProjects() []string {
	return []string{"GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"}
}

// Project is the project of c: its attribute; what the configuration sets it
// to; the default of its provider configuration, as the configuration, a
// sibling or the environment tells it; Options.Project.
func (c *Change) Project() Project { return c.project }

func (c *Change) projectWithin(hops int) Project {
	if v := c.Now("project"); v.String() != "" {
		return Project{ID: v.String(), Source: "attribute project of " + c.Address, Sensitive: v.Sensitive}
	}
	before := c.Before("project")
	state := Project{ID: before.String(), Source: "state of " + c.Address, Sensitive: before.Sensitive}
	if state.ID != "" && !c.Creates() {
		return state
	}
	// What is replaced may be made in another project.
	if p, set := c.configuredProject(hops); set {
		return p
	}
	if p := c.defaultProject(); p.ID != "" || state.ID == "" {
		return p
	}
	return state
}

// configuredProject follows what the configuration sets project to. It counts
// only where that is proven: a project ID with text around it is another
// project's.
func (c *Change) configuredProject(hops int) (_ Project, set bool) {
	if c.block == nil || hops <= 0 {
		return Project{}, false
	}
	e := c.block.expressions["project"]
	if e == nil {
		return Project{}, false
	}
	f := c.plan.follow(c.block.module, expressionOf(e))
	if f.provesProject(c) {
		if p := f.project(c, hops-1); p.ID != "" {
			p.Source = f.via + ": " + p.Source
			return p, true
		}
	}
	if c.After("project").State == Absent {
		// What is written comes to null.
		return Project{}, false
	}
	return Project{Source: "project of " + c.Address + " is not known before apply"}, true
}

// provesProject reports whether a project that c refers to is the one that c
// will be in. The id of a google_project is projects/ID: a function can only
// take the ID out of it. A node pool is in the project of its cluster, or there
// is no such cluster. Everything else that a bare reference leads to is shown by
// the plan itself.
func (f followed) provesProject(c *Change) bool {
	target := f.planned("id", "project")
	if target == nil {
		return false
	}
	if f.attribute == "id" {
		return target.Type == "google_project"
	}
	return target.Type == "google_container_cluster" && c.Type == "google_container_node_pool"
}

// project is the project that the followed objects' attribute stands for.
func (f followed) project(from *Change, hops int) Project {
	var all []Project
	for _, c := range f.changes {
		all = append(all, projectOf(c, f.attribute, hops))
	}
	for i, c := range f.changes {
		if len(all) > 1 && sameKey(c.Address, from.Address) {
			return all[i]
		}
	}
	return agreed(all)
}

// projectOf is the project that attribute of c names.
func projectOf(c *Change, attribute string, hops int) Project {
	if c.Type != "google_project" {
		if attribute == "project" {
			return c.projectWithin(hops)
		}
		return Project{}
	}
	switch attribute {
	case "project_id", "id":
		if v := c.After("project_id"); v.String() != "" {
			return Project{ID: v.String(), Source: "attribute project_id of " + c.Address, Sensitive: v.Sensitive}
		}
	case "number":
		if v := c.After("number"); v.String() != "" {
			return Project{ID: v.String(), Source: "attribute number of " + c.Address, Sensitive: v.Sensitive}
		}
	}
	return Project{}
}

// sameKey reports whether two addresses end in the same instance key.
func sameKey(a, b string) bool {
	i, j := strings.Index(a, "["), strings.Index(b, "[")
	return i >= 0 && j >= 0 && a[i:] == b[j:]
}

// agreed is the project that all of several name, or none.
func agreed(all []Project) Project {
	if len(all) == 0 {
		return Project{}
	}
	for _, p := range all {
		if p.ID != all[0].ID {
			return Project{}
		}
	}
	return all[0]
}

// defaultProject is the project that the provider fills in. What a sibling
// shows is what the provider really used, so it corrects a provider expression
// that could only be followed, not evaluated.
func (c *Change) defaultProject() Project {
	provider := c.Provider()
	sibling := c.plan.siblingProject(c, provider)
	set := provider.project
	if id := set.String(); id != "" && projectPattern.MatchString(id) && (sibling == "" || sibling == id) {
		return Project{ID: id, Source: provider.source, Sensitive: set.Sensitive}
	}
	if p := provider.madeBy.project(c, maxHops-1); p.ID != "" && (sibling == "" || sibling == p.ID) {
		p.Source = provider.source + ": " + p.Source
		return p
	}
	if sibling != "" {
		return Project{ID: sibling, Source: "other resources of provider " + provider.Key}
	}
	if set.State == Absent && c.block != nil {
		if p := c.plan.environmentProject(); p.ID != "" {
			return p
		}
	}
	if id := c.plan.options.Project; id != "" {
		return Project{ID: id, Source: "--project"}
	}
	return Project{Source: "neither the plan nor the environment names the project of " + c.Address + "; name it with --project"}
}

func (p *Plan) environmentProject() Project {
	if p.options.Getenv == nil {
		return Project{}
	}
	for _, name := range environmentProjects() {
		if id := p.options.Getenv(name); id != "" {
			return Project{ID: id, Source: "environment variable " + name}
		}
	}
	return Project{}
}

// siblingProject is the default project of a provider configuration as other
// objects show it: those that set no project of their own.
func (p *Plan) siblingProject(c *Change, provider *Provider) string {
	if c.block == nil {
		return ""
	}
	found := map[string]bool{}
	for address, project := range p.siblings {
		b := p.config.blocks[address]
		if b != nil && b.provider == c.block.provider && !b.setsProject && isDefaulted(b) {
			found[project] = true
		}
	}
	if len(found) != 1 {
		return ""
	}
	ids := make([]string, 0, 1)
	for id := range found {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids[0]
}

// isDefaulted reports whether the project of a type comes from the provider
// when nobody sets it. That of google_project is another thing.
func isDefaulted(b *block) bool {
	return !strings.Contains(b.address, "google_project.")
}
