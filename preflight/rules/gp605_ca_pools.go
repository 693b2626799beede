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
		Title:    "The CA pools of the control plane can be used: their API is on, and the GKE service agent may issue certificates from them",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, s := range building(p) {
				for _, ca := range []string{"cluster_ca", "etcd_api_ca", "etcd_peer_ca", "aggregation_ca"} {
					pool := s.After("user_managed_keys_config", 0, ca)
					if pool.State != plan.Absent {
						needs = append(needs, s.onPool(plan.Path("user_managed_keys_config", 0, ca), pool)...)
					}
				}
			}
			return needs
		},
	}
}

// onPool needs the API in the project of projects/P/locations/L/caPools/C, and
// the issuing of certificates from it.
func (s subject) onPool(attribute string, pool plan.Value) []need.Need {
	name := strings.TrimPrefix(pool.String(), "//privateca.googleapis.com/")
	n := s.in(plan.ProjectOfName(name), attribute+" is not known before apply")
	n.Attribute = attribute
	api := asService(n, "privateca.googleapis.com", "Certificate Authority API")
	n.Kind = need.Permissions
	n.Principal = agent(need.GKEServiceAgent, s.project.ID)
	n.Service = "privateca.googleapis.com"
	n.Permissions = []string{"privateca.certificates.create"}
	n.Fix.Role = "roles/privateca.certificateManager"
	if n.Unknown == "" {
		n.Resource = "//privateca.googleapis.com/" + name
	}
	return []need.Need{api, n}
}
