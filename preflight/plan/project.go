package plan

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"gke-preflight/preflight/resource"
)

// A Project is the project of a planned object.
type Project struct {
	// ID is a project ID, a project number, or domain.example:id; empty if it
	// is only known after apply.
	ID string
	// Source says in words where the ID was found, or why it is not known.
	Source string
	// Sensitive reports whether the plan marks the value that ID was found in.
	Sensitive bool
	// InvalidForm is the project as the configuration has it, such as
	// projects/acme-prod, if the provider does not accept that form for the
	// type of object; usually empty.
	InvalidForm string
}

// Name returns the project as the name of a resource; zero if it is not known.
func (p Project) Name() resource.Name { return resource.ParseProject(p.ID).Name() }

// projectPattern matches a project ID, with or without a domain, and a project
// number.
// https://docs.cloud.google.com/resource-manager/docs/creating-managing-projects
var projectPattern = regexp.MustCompile(`^(?:[a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$|^[0-9]{1,20}$`)

// environmentProjects returns the variables that the google provider reads its
// default project from, in its order.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/guides/provider_reference.html.markdown
func environmentProjects() []string {
	return []string{"GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"}
}

// Project returns the project of c: from its attribute; from the configuration,
// if that proves it; from the default of its provider configuration, as the
// configuration, other resources or the environment show it; or from the user's
// --project.
func (c *Change) Project() Project { return c.project }

// resolveProject finds the project of c, following at most hops references.
func (r *projectResolver) resolveProject(c *Change, hops int) Project {
	p := r.unparsedProject(c, hops)
	id := projectID(c, p.ID)
	if id != p.ID && !takesProjectPath(c) {
		p.InvalidForm = p.ID
	}
	p.ID = id
	return p
}

// takesProjectPath reports whether the provider uses only the last part of the
// project attribute. For every other type it puts all of it into the URL.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/resourcemanager/iam_project.go
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/resourcemanager/resource_google_project_service.go
func takesProjectPath(c *Change) bool {
	return strings.HasPrefix(c.Type, "google_project_iam_") && !isCustomRole(c) || c.Type == "google_project_service"
}

// projectID returns the ID or the number in a project attribute such as
// projects/acme-prod.
func projectID(c *Change, written string) string {
	if takesProjectPath(c) {
		return lastSegment(written)
	}
	return cmp.Or(resource.ParseProject(written).String(), written)
}

// unparsedProject returns the project of c with the ID as it is written.
func (r *projectResolver) unparsedProject(c *Change, hops int) Project {
	if v := c.Latest("project"); v.String() != "" {
		return Project{ID: v.String(), Source: "attribute project of " + c.Address, Sensitive: v.Sensitive}
	}
	before := c.Before("project")
	state := Project{ID: before.String(), Source: "state of " + c.Address, Sensitive: before.Sensitive}
	if state.ID != "" && !c.Creates() {
		return state
	}
	// A replacement may be in another project than the state's.
	if p, set := r.configuredProject(c, hops); set {
		return p
	}
	return r.defaultProject(c)
}

// configuredProject returns the project that the configuration sets, and
// whether it sets one. A reference counts only if it proves the project: a
// project ID with text around it is another project's.
func (r *projectResolver) configuredProject(c *Change, hops int) (_ Project, set bool) {
	if c.block == nil || hops <= 0 {
		return Project{}, false
	}
	e := c.block.expressions["project"]
	if e == nil {
		return Project{}, false
	}
	if v, ok := c.plan.building.evaluator.blockAttribute(c.block, "project"); ok && v.State == Known {
		return Project{ID: v.String(), Source: "project of " + c.Address + ", as the configuration has it", Sensitive: v.Sensitive}, true
	}
	f := c.plan.resolveExpression(c.block.module, expressionOf(e))
	if f.isProofOfProject(c) {
		if p := f.project(c, hops-1); p.ID != "" {
			p.Source = f.reference + ": " + p.Source
			return p, true
		}
	}
	if c.After("project").State == Absent {
		// The expression is null.
		return Project{}, false
	}
	return Project{Source: "project of " + c.Address + " is not known before apply"}, true
}

// isProofOfProject reports whether a project that c refers to is certainly the
// project of c. The ID of a google_project is projects/ID: a function can only
// extract the project ID from it. A node pool is in the project of its cluster,
// or there is no such cluster. Every other bare reference has a value that the
// plan shows.
func (f resolution) isProofOfProject(c *Change) bool {
	target := f.plannedObject("id", "project")
	if target == nil {
		return false
	}
	if f.attribute == "id" {
		return target.Type == "google_project"
	}
	return target.Type == "google_container_cluster" && c.Type == "google_container_node_pool"
}

// project returns the project that the attribute of the referenced objects
// names. From is the change that refers to them.
func (f resolution) project(from *Change, hops int) Project {
	var all []Project
	for _, c := range f.changes {
		all = append(all, projectFromAttribute(c, f.attribute, hops))
	}
	for i, c := range f.changes {
		if len(all) > 1 && sameKey(c.Address, from.Address) {
			return all[i]
		}
	}
	return commonProject(all)
}

// projectFromAttribute returns the project that an attribute of c names.
func projectFromAttribute(c *Change, attribute string, hops int) Project {
	if c.Type != "google_project" {
		if attribute == "project" {
			return c.plan.building.projects.resolveProject(c, hops)
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

// sameKey reports whether two addresses end with the same instance key.
func sameKey(a, b string) bool {
	i, j := strings.Index(a, "["), strings.Index(b, "[")
	return i >= 0 && j >= 0 && a[i:] == b[j:]
}

// commonProject returns the project that all elements have, or the zero
// Project.
func commonProject(all []Project) Project {
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

// defaultProject returns the project that the provider uses by default. A value
// that was only resolved through references counts only if another object
// confirms it.
func (r *projectResolver) defaultProject(c *Change) Project {
	provider := c.Provider()
	if id := provider.project.String(); projectPattern.MatchString(id) {
		return Project{ID: id, Source: provider.projectOrigin, Sensitive: provider.project.Sensitive}
	}
	if found := r.inferredProject(c, provider); found.ID != "" {
		return found
	}
	if provider.project.State == Absent && provider.UnknownReason == "" && c.block != nil {
		if found := r.environmentProject(); found.ID != "" {
			return found
		}
	}
	if id := r.flagProject(provider); id != "" {
		return Project{ID: id, Source: "--project"}
	}
	r.unresolved[provider] = true
	return Project{Source: r.unknownProjectReason(c, provider)}
}

// inferredProject returns the default project of a provider configuration as
// other objects show it.
func (r *projectResolver) inferredProject(c *Change, provider *Provider) Project {
	if c.block == nil || provider.UnknownReason != "" || provider.isPerInstance("project") {
		return Project{}
	}
	shown := r.siblingProject(c, isProviderDefault)
	guess := provider.projectGuess.String()
	switch {
	case shown != "" && shown == guess, guess != "" && shown == "" && guess == r.siblingProject(c, isClusterBlock):
		return Project{ID: guess, Source: provider.projectOrigin, Sensitive: provider.projectGuess.Sensitive}
	case shown == "":
		return Project{}
	}
	if made := provider.projectSource.project(c, maxHops-1); made.ID == shown {
		made.Source = provider.projectOrigin + ": " + made.Source
		return made
	}
	return Project{ID: shown, Source: "other resources of provider " + provider.Key}
}

// unknownProjectReason says why the default project of c is not known.
func (r *projectResolver) unknownProjectReason(c *Change, provider *Provider) string {
	value := provider.project
	switch {
	case provider.UnknownReason != "":
		return provider.UnknownReason
	case value.State == Known:
		return "provider " + provider.Key + " sets project to an invalid project ID"
	case value.State == Unknown:
		return provider.WhyUnknown("project", "the project with "+r.flagExample(provider, "--project", "ID"))
	}
	return "neither the plan nor the environment names the project of " + c.Address + "; pass --project ID"
}

// environmentProject returns the default project in the environment.
func (r *projectResolver) environmentProject() Project {
	if r.options.Getenv == nil {
		return Project{}
	}
	for _, name := range environmentProjects() {
		if id := r.options.Getenv(name); id != "" {
			return Project{ID: id, Source: "environment variable " + name}
		}
	}
	return Project{}
}

// siblingProject returns the default project of the provider configuration of c
// as shown by objects that set no project of their own; empty if they differ.
func (r *projectResolver) siblingProject(c *Change, counts func(*block) bool) string {
	found := ""
	for address, project := range r.projectsByBlock {
		b := r.config.blocks[address]
		if b == nil || b.provider != c.block.provider || b.setsProject || !counts(b) {
			continue
		}
		if found != "" && found != project {
			return ""
		}
		found = project
	}
	return found
}

// isProviderDefault reports whether the project of a block that sets none is
// the provider's default in every plan, since the provider computes it again
// each time.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/tpgresource/utils.go (DefaultProviderProject)
func isProviderDefault(b *block) bool {
	typ := b.resourceType()
	return !slices.Contains(typesKeepingProject(), typ) && !strings.Contains(typ, "_iam_") && !strings.HasPrefix(typ, "google_project")
}

// typesKeepingProject returns the types whose project does not change after
// creation, so that an old object shows an old default.
func typesKeepingProject() []string {
	return []string{
		"google_bigtable_gc_policy", "google_compute_shared_vpc_host_project", "google_container_cluster", "google_dataflow_job",
		"google_endpoints_service", "google_gke_hub_feature_membership", "google_logging_project_bucket_config", "google_os_login_ssh_public_key",
		"google_secret_manager_secret_version", "google_storage_bucket",
	}
}

// isClusterBlock reports whether b is a cluster. An existing cluster shows the
// default project that it was created with, which can confirm a guess but prove
// nothing by itself.
func isClusterBlock(b *block) bool { return b.resourceType() == "google_container_cluster" }

// resourceType returns the type of the block's objects.
func (b *block) resourceType() string {
	local := strings.TrimPrefix(strings.TrimPrefix(b.address, b.module+"."), "data.")
	typ, _, _ := strings.Cut(local, ".")
	return typ
}
