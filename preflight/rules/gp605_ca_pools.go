package rules

import (
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func caPools() Rule {
	return Rule{
		ID:       "GP605",
		Name:     "ca-pools",
		Title:    "GKE service agent can issue certificates from the control plane's CA pools, whose API is enabled",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range changing(p) {
				for _, ca := range []string{"cluster_ca", "etcd_api_ca", "etcd_peer_ca", "aggregation_ca"} {
					pool := t.After("user_managed_keys_config", 0, ca)
					if pool.State != plan.Absent {
						needs = append(needs, caPoolNeeds(t, plan.Path("user_managed_keys_config", 0, ca), pool)...)
					}
				}
			}
			return needs
		},
	}
}

// caPoolNeeds returns the needs for the API in the project of a CA pool,
// projects/P/locations/L/caPools/C, and for issuing certificates from it.
func caPoolNeeds(t target, attribute string, pool plan.Value) []need.Need {
	name := strings.TrimPrefix(pool.String(), "//privateca.googleapis.com/")
	n := t.needIn(plan.ProjectOfName(name), attribute+" is not known before apply")
	n.Attribute = attribute
	api := apiNeed(n, "privateca.googleapis.com", "Certificate Authority API")
	n.Kind = need.Permissions
	n.Principal = serviceAgent(need.GKEServiceAgent, t.project.ID)
	n.Service = "privateca.googleapis.com"
	n.Permissions = []string{"privateca.certificates.create"}
	n.Fix.Role = "roles/privateca.certificateManager"
	if n.UndeterminedReason == "" {
		n.Resource = "//privateca.googleapis.com/" + name
	}
	return []need.Need{api, n}
}
