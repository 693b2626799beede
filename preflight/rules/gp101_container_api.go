package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func containerAPI() Rule {
	return Rule{
		ID:       "GP101",
		Name:     "container-api",
		Title:    "The Kubernetes Engine API is on in the project of the clusters",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, s := range append(subjects(p), standing(p)...) {
				needs = append(needs, asService(s.inProject(), "container.googleapis.com", "Kubernetes Engine API"))
			}
			return needs
		},
	}
}

// api makes n a need for an API. The expected error is that of
// https://github.com/GoogleCloudPlatform/cloud-foundation-fabric/issues/697
func asService(n need.Need, service, title string) need.Need {
	n.Kind = need.Service
	n.Service = service
	n.ExpectedError = "Error 403: " + title + " has not been used in project " + n.Project + " before or it is disabled."
	return n
}
