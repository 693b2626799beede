package rules

import (
	"strings"

	"gke-preflight/preflight/plan"
)

func deployerOwnChanges() Rule {
	return Rule{
		ID:       "GP208",
		Name:     "deployer-own-changes",
		Title:    "The deployer may make the plan's own IAM, API and account changes in the projects of the clusters",
		Severity: Error,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			projects := map[string]bool{}
			for _, s := range subjects(p) {
				projects[s.project.ID] = true
			}
			var needs []Need
			for _, c := range p.Changes {
				if project := c.Project(); project.ID != "" && projects[project.ID] && c.Mode == "managed" {
					needs = append(needs, ownChange(c, project)...)
				}
			}
			return needs
		},
	}
}

// ownChange is what the deployer needs for one change. That accounts take the
// named permissions is common knowledge, not documented with the resource: a
// warning.
func ownChange(c *plan.Change, project plan.Project) []Need {
	n := subject{Change: c, project: project}.inProject().deployed(c)
	switch {
	case changesProjectPolicy(c):
		n.Service = "cloudresourcemanager.googleapis.com"
		n.Permissions = []string{"resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"}
		n.Fix.Role = "roles/resourcemanager.projectIamAdmin"
	case c.Type == "google_project_service" && c.Creates():
		n.Service = "serviceusage.googleapis.com"
		n.Permissions = []string{"serviceusage.services.enable"}
		n.Fix.Role = "roles/serviceusage.serviceUsageAdmin"
	case c.Type == "google_project_service" && c.Goes() && c.Before("disable_on_destroy").True():
		n.Service = "serviceusage.googleapis.com"
		n.Permissions = []string{"serviceusage.services.disable"}
		n.Fix.Role = "roles/serviceusage.serviceUsageAdmin"
	case c.Type == "google_service_account" && c.Creates():
		n.Severity = Warning
		n.Service = "iam.googleapis.com"
		n.Permissions = []string{"iam.serviceAccounts.create"}
		n.Fix.Role = "roles/iam.serviceAccountAdmin"
	default:
		return nil
	}
	n.ExpectedError = "Error 403: Permission '" + n.Permissions[len(n.Permissions)-1] + "' denied"
	return []Need{n}
}

// changesProjectPolicy reports whether a change writes the allow policy of its
// project.
func changesProjectPolicy(c *plan.Change) bool {
	if !c.Creates() && !c.Updates() && !c.Deletes() {
		return false
	}
	for _, typ := range []string{"google_project_iam_member", "google_project_iam_binding", "google_project_iam_policy", "google_project_default_service_accounts"} {
		if strings.HasPrefix(c.Type, typ) {
			return true
		}
	}
	return false
}
