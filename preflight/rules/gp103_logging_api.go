package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func loggingAPI() Rule {
	return Rule{
		ID:       "GP103",
		Name:     "logging-api",
		Title:    "The Cloud Logging API is on where clusters send logs",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			return telemetry(p, "logging", "Cloud Logging API")
		},
	}
}

// telemetry needs an API for each cluster that does not turn its use off:
// leaving the setting out leaves it on.
func telemetry(p *plan.Plan, name, title string) []need.Need {
	var needs []need.Need
	for _, s := range building(p) {
		if s.pool || silenced(s.cluster, name) {
			continue
		}
		n := asService(s.inProject(), name+".googleapis.com", title)
		n.ExpectedError = ""
		needs = append(needs, n)
	}
	return needs
}

// silenced reports whether a cluster turns logging or monitoring off.
func silenced(c *plan.Cluster, name string) bool {
	if c.After(name+"_service").String() == "none" {
		return true
	}
	components := c.After(name+"_config", 0, "enable_components")
	return components.State == plan.Known && components.Len() == 0
}
