package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// apiRules returns the rules that require nothing but enabled APIs.
func apiRules() []Rule {
	return []Rule{
		{
			ID: "GP101", Name: "container-api", Severity: need.Error,
			Title: "Kubernetes Engine API is enabled in the clusters' projects",
			Needs: func(p *plan.Plan, _ Settings) []need.Need {
				return projectAPINeeds(append(targets(p), unchanged(p)...), "container.googleapis.com", "Kubernetes Engine API")
			},
		},
		{
			ID: "GP102", Name: "compute-api", Severity: need.Error,
			Title: "Compute Engine API is enabled in the clusters' projects",
			Needs: func(p *plan.Plan, _ Settings) []need.Need {
				return projectAPINeeds(afterApply(p), "compute.googleapis.com", "Compute Engine API")
			},
		},
		{
			ID: "GP103", Name: "logging-api", Severity: need.Warning,
			Title: "Cloud Logging API is enabled for clusters that send logs",
			Needs: func(p *plan.Plan, _ Settings) []need.Need {
				return telemetryAPINeeds(p, "logging", "Cloud Logging API")
			},
		},
		{
			ID: "GP104", Name: "monitoring-api", Severity: need.Warning,
			Title: "Cloud Monitoring API is enabled for clusters that send metrics",
			Needs: func(p *plan.Plan, _ Settings) []need.Need {
				return telemetryAPINeeds(p, "monitoring", "Cloud Monitoring API")
			},
		},
		{
			ID: "GP503", Name: "host-apis", Severity: need.Error, Requires: []string{"GP910"},
			Title: "Compute Engine and Kubernetes Engine APIs are enabled in the Shared VPC host project",
			Needs: func(p *plan.Plan, _ Settings) []need.Need { return hostAPINeeds(p) },
		},
		{
			ID: "GP602", Name: "kms-api", Severity: need.Error,
			Title: "Cloud KMS API is enabled in the keys' projects",
			Needs: func(p *plan.Plan, _ Settings) []need.Need { return keyAPINeeds(p) },
		},
	}
}

// apiNeed returns n as a need for an API. The expected error is from
// https://github.com/GoogleCloudPlatform/cloud-foundation-fabric/issues/697
func apiNeed(n need.Need, service, title string) need.Need {
	n.Kind = need.Service
	n.Service = service
	n.ExpectedError = "Error 403: " + title + " has not been used in project " + n.Project + " before or it is disabled."
	return n
}

// projectAPINeeds returns a need for an API in the project of each target.
func projectAPINeeds(of []target, service, title string) []need.Need {
	var needs []need.Need
	for _, t := range of {
		needs = append(needs, apiNeed(t.projectNeed(), service, title))
	}
	return needs
}

// telemetryAPINeeds returns a need for an API for each cluster that does not
// disable its use. A cluster without the setting uses it. Apply does not fail
// if the API is off.
func telemetryAPINeeds(p *plan.Plan, name, title string) []need.Need {
	var needs []need.Need
	for _, t := range changing(p) {
		if t.isNodePool || disablesTelemetry(t.cluster, name) {
			continue
		}
		n := apiNeed(t.projectNeed(), name+".googleapis.com", title)
		n.ExpectedError = ""
		needs = append(needs, n)
	}
	return needs
}

// disablesTelemetry reports whether a cluster disables logging or monitoring.
func disablesTelemetry(c *plan.Cluster, name string) bool {
	if c.After(name+"_service").String() == "none" {
		return true
	}
	components := c.After(name+"_config", 0, "enable_components")
	return components.State == plan.Known && components.Len() == 0
}

// hostAPINeeds returns the needs for APIs in the host projects of Shared VPCs.
func hostAPINeeds(p *plan.Plan) []need.Need {
	var needs []need.Need
	for _, t := range sharedVPCTargets(p) {
		needs = append(needs,
			apiNeed(t.hostProjectNeed(), "compute.googleapis.com", "Compute Engine API"),
			apiNeed(t.hostProjectNeed(), "container.googleapis.com", "Kubernetes Engine API"))
	}
	return needs
}

// keyAPINeeds returns the needs for the Cloud KMS API in the projects of keys.
func keyAPINeeds(p *plan.Plan) []need.Need {
	var needs []need.Need
	forEachKey(p, func(t target, k plan.Key) {
		needs = append(needs, apiNeed(t.keyProjectNeed(k), "cloudkms.googleapis.com", "Cloud Key Management Service (KMS) API"))
	})
	return needs
}
