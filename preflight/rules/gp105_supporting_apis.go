package rules

import (
	"slices"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func supportingAPIs() Rule {
	return Rule{
		ID:       "GP105",
		Name:     "supporting-apis",
		Title:    "APIs that the plan's IAM, project and service account resources call are enabled",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, api := range supportingServices() {
				needs = append(needs, api.needs(p)...)
			}
			return needs
		},
	}
}

// A supportingAPI is an API that resources other than clusters and node pools
// call.
type supportingAPI struct {
	service string
	// prefixes are prefixes of the types of these resources.
	prefixes []string
}

// supportingServices returns the supporting APIs and the resources that call them.
func supportingServices() []supportingAPI {
	return []supportingAPI{
		{"cloudresourcemanager.googleapis.com", []string{"google_project_iam_", "google_project_default_service_accounts", "google_folder_iam_", "google_organization_iam_"}},
		{"iam.googleapis.com", []string{"google_service_account", "google_iam_deny_policy"}},
		{"serviceusage.googleapis.com", []string{"google_project_service"}},
	}
}

// isCalledBy reports whether resources of a type call the API. Custom roles are
// named after projects and organizations, but belong to the IAM API.
func (api supportingAPI) isCalledBy(resourceType string) bool {
	if strings.HasSuffix(resourceType, "_iam_custom_role") {
		return api.service == "iam.googleapis.com"
	}
	return slices.ContainsFunc(api.prefixes, func(prefix string) bool { return strings.HasPrefix(resourceType, prefix) })
}

// needs returns one need for each project with callers in the plan, and one for
// each cluster and node pool of other projects.
func (api supportingAPI) needs(p *plan.Plan) []need.Need {
	var needs []need.Need
	callers, done := api.callers(p), map[string]bool{}
	for _, t := range targets(p) {
		if project := t.project.ID; !done[project] {
			done[project] = len(callers[project]) > 0
			needs = append(needs, api.need(t, callers[project]))
		}
	}
	return needs
}

// need returns a warning if the plan's own resources, the callers, call the API in
// the project of t. Otherwise it returns a note, because only this check calls it.
func (api supportingAPI) need(t target, callers []string) need.Need {
	n := t.projectNeed()
	n.Kind, n.Service = need.Service, api.service
	if len(callers) == 0 {
		n.Severity = need.Note
		return n
	}
	n.Addresses = callers
	return n
}

// callers returns the addresses of the changes that call the API, by project.
func (api supportingAPI) callers(p *plan.Plan) map[string][]string {
	out := map[string][]string{}
	for _, c := range p.Changes {
		changes := c.Creates() || c.Updates() || c.Deletes()
		if changes && api.isCalledBy(c.Type) {
			project := c.Project().ID
			out[project] = append(out[project], c.Address)
		}
	}
	return out
}
