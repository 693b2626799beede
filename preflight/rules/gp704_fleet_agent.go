package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func fleetAgent() Rule {
	return Rule{
		ID:       "GP704",
		Name:     "fleet-agent",
		Title:    "Service agent of a fleet in another project can access the cluster project",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range changing(p) {
				fleet := t.After("fleet", 0, "project")
				is := compareProjects(fleet.String(), t.project.ID)
				if t.isNodePool || fleet.State == plan.Absent || is == resource.Same {
					continue
				}
				n := t.projectNeed()
				if is == resource.MaybeSame {
					n.OnlyIfNotProject = fleet.String()
				}
				n.Kind = need.Permissions
				n.Attribute = "fleet[0].project"
				n.Principal = serviceAgent(need.FleetServiceAgent, fleet.String())
				n.Service = "gkehub.googleapis.com"
				n.Permissions = fleetPermissions()
				n.Fix.Role = "roles/gkehub.serviceAgent"
				n.Fix.Commands = nil
				if fleet.State == plan.Unknown {
					n.UndeterminedReason = "fleet[0].project is not known before apply"
				}
				needs = append(needs, n)
			}
			return needs
		},
	}
}

// fleetPermissions returns the two permissions of
// roles/gkehub.crossProjectServiceAgent, and some of roles/gkehub.serviceAgent.
// Google's own module grants both roles.
// https://github.com/terraform-google-modules/terraform-google-kubernetes-engine
func fleetPermissions() []string {
	return []string{
		"container.clusters.get",
		"resourcemanager.projects.get",
		"resourcemanager.projects.getIamPolicy",
		"resourcemanager.projects.setIamPolicy",
	}
}
