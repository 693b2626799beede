package rules

import "gke-preflight/preflight/plan"

func hostAPIs() Rule {
	return Rule{
		ID:       "GP503",
		Name:     "host-apis",
		Title:    "The Compute Engine and Kubernetes Engine APIs are on in the host project of a Shared VPC",
		Severity: Error,
		Requires: []string{"GP910"},
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, s := range nodesOnSharedVPC(p) {
				needs = append(needs,
					s.inHost().api("compute.googleapis.com", "Compute Engine API"),
					s.inHost().api("container.googleapis.com", "Kubernetes Engine API"))
			}
			return needs
		},
	}
}
