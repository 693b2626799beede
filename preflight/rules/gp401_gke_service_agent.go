package rules

import (
	"fmt"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func gkeServiceAgent() Rule {
	return Rule{
		ID:       "GP401",
		Name:     "gke-service-agent",
		Title:    "The GKE service agent can do what creating a cluster begins with",
		Severity: need.Error,
		Requires: []string{"GP101"},
		Needs: func(p *plan.Plan, set Settings) []need.Need {
			var needs []need.Need
			for _, s := range living(p) {
				n := s.ofAgent(need.GKEServiceAgent)
				n.Permissions = set.canaries(need.GKEServiceAgent, creationPermissions(s)...)
				n.ExpectedError = retryBudget(n.Permissions[0], s)
				n.Fix.Role = "roles/container.serviceAgent"
				needs = append(needs, n)
			}
			return needs
		},
	}
}

// creationPermissions are those whose absence has been reported as a failed
// creation, compute.networks.get only where the network is the project's own:
// https://github.com/crossplane-contrib/provider-gcp/issues/436
// https://github.com/hashicorp/terraform-provider-google/issues/8262
func creationPermissions(s subject) []string {
	out := []string{"compute.regions.get", "compute.instanceGroupManagers.create"}
	if !s.networkIsOwn() {
		return out
	}
	return append(out, "compute.networks.get")
}

// ofAgent is a need of a Google-managed principal of the project of s.
func (s subject) ofAgent(kind need.PrincipalKind) need.Need {
	n := s.inProject()
	n.Kind = need.Permissions
	n.Principal = agent(kind, s.project.ID)
	n.Service = "container.googleapis.com"
	return n
}

// retryBudget is what apply prints minutes into the creation of a cluster.
// https://docs.cloud.google.com/kubernetes-engine/docs/troubleshooting
func retryBudget(permission string, s subject) string {
	resource := "projects/" + s.project.ID
	if permission == "compute.regions.get" && s.location != "" {
		resource += "/regions/" + region(s.location)
	}
	return fmt.Sprintf("Error 403: Retry budget exhausted: Google Compute Engine: Required permission '%s' for '%s'.", permission, resource)
}
