package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func hostAPIs() Rule {
	return Rule{
		ID:       "GP503",
		Name:     "host-apis",
		Title:    "The Compute Engine and Kubernetes Engine APIs are on in the host project of a Shared VPC",
		Severity: need.Error,
		Requires: []string{"GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, s := range nodesOnSharedVPC(p) {
				needs = append(needs,
					asService(s.inHost(), "compute.googleapis.com", "Compute Engine API"),
					asService(s.inHost(), "container.googleapis.com", "Kubernetes Engine API"))
			}
			return needs
		},
	}
}
