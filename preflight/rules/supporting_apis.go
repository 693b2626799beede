package rules

import (
	"slices"
	"strings"

	"gke-preflight/preflight/plan"
)

func supportingAPIs() Rule {
	return Rule{
		ID:       "GP105",
		Name:     "supporting-apis",
		Title:    "The APIs are on that the plan's IAM, project and account resources call, and this check itself",
		Severity: Warning,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, s := range subjects(p) {
				for _, api := range supporting() {
					needs = append(needs, api.need(p, s))
				}
			}
			return needs
		},
	}
}

// A supportingAPI is one that resources beside the clusters call.
type supportingAPI struct {
	service string
	// prefixes are those of the types of such resources.
	prefixes []string
}

func supporting() []supportingAPI {
	return []supportingAPI{
		{"cloudresourcemanager.googleapis.com", []string{"google_project_iam_", "google_project_default_service_accounts", "google_folder_iam_", "google_organization_iam_"}},
		{"iam.googleapis.com", []string{"google_service_account", "google_iam_deny_policy"}},
		{"serviceusage.googleapis.com", []string{"google_project_service"}},
	}
}

// calledBy reports whether resources of a type call the API. Custom roles are
// called after projects and organizations, but are the IAM API's.
func (api supportingAPI) calledBy(resourceType string) bool {
	if strings.HasSuffix(resourceType, "_iam_custom_role") {
		return api.service == "iam.googleapis.com"
	}
	return slices.ContainsFunc(api.prefixes, func(prefix string) bool { return strings.HasPrefix(resourceType, prefix) })
}

// need is a warning where the plan's own resources call the API in the project
// of s, else a note: then only this check calls it.
func (api supportingAPI) need(p *plan.Plan, s subject) Need {
	n := s.inProject()
	n.Kind, n.Service = Service, api.service
	callers := api.callers(p, s.project.ID)
	if len(callers) == 0 {
		n.Severity = Note
		return n
	}
	n.Addresses = callers
	return n
}

func (api supportingAPI) callers(p *plan.Plan, project string) []string {
	var out []string
	for _, c := range p.Changes {
		changes := c.Creates() || c.Updates() || c.Deletes()
		if changes && api.calledBy(c.Type) && c.Project().ID == project {
			out = append(out, c.Address)
		}
	}
	return out
}
