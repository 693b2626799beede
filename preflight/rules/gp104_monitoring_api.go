package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func monitoringAPI() Rule {
	return Rule{
		ID:       "GP104",
		Name:     "monitoring-api",
		Title:    "The Cloud Monitoring API is on where clusters send metrics",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			return telemetry(p, "monitoring", "Cloud Monitoring API")
		},
	}
}
