package rules

import (
	"fmt"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func workloadIdentityNeeded() Rule {
	return Rule{
		ID:       "GP713",
		Name:     "workload-identity-needed",
		Title:    "Clusters with options that require Workload Identity enable it",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range changing(p) {
				for _, path := range [][]any{
					{"mesh_certificates", 0, "enable_certificates"},
					{"addons_config", 0, "config_connector_config", 0, "enabled"},
				} {
					if !t.isNodePool && isOn(t.After(path...)) {
						needs = append(needs, workloadIdentityNeed(t, plan.Path(path...)))
					}
				}
			}
			return needs
		},
	}
}

// workloadIdentityNeed returns the need for a workload pool, which Autopilot
// clusters always have.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/r/container_cluster.html.markdown
func workloadIdentityNeed(t target, attribute string) need.Need {
	n := t.projectNeed()
	n.Kind = need.PlanOnly
	n.Attribute = attribute
	pool := t.After("workload_identity_config", 0, "workload_pool")
	switch {
	case pool.State == plan.Unknown:
		n.UndeterminedReason = "workload_identity_config[0].workload_pool is not known before apply"
	case pool.State == plan.Known || t.cluster.Autopilot:
		n.Satisfied, n.Message = true, attribute+" has the Workload Identity that it requires"
	default:
		n.Message = fmt.Sprintf("%s requires Workload Identity, but %s has no workload_identity_config", attribute, t.Address)
	}
	return n
}
