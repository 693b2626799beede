package rules

import (
	"strings"

	"gke-preflight/preflight/plan"
)

func hostSubnetwork() Rule {
	return Rule{
		ID:       "GP502",
		Name:     "host-subnetwork",
		Title:    "The GKE and Google APIs service agents may use the subnetwork of a Shared VPC",
		Severity: Error,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, s := range onSharedVPC(p) {
				needs = append(needs,
					s.onSubnetwork(GKEServiceAgent, "compute.subnetworks.get", "compute.subnetworks.use"),
					s.onSubnetwork(GoogleAPIsServiceAgent, "compute.subnetworks.use"))
			}
			return needs
		},
	}
}

// onSubnetwork is a need of an agent on the subnetwork of s, or on its project
// where the plan names only the network.
func (s subject) onSubnetwork(kind PrincipalKind, permissions ...string) Need {
	n := s.inHost()
	n.Kind = Permissions
	n.Attribute = "subnetwork"
	n.Principal = agent(kind, s.project.ID)
	n.Service = "compute.googleapis.com"
	n.Permissions = permissions
	n.Fix.Role = "roles/compute.networkUser"
	if name := relativeName(s.cluster.Subnetwork.String()); name != "" && n.Unknown == "" {
		n.Resource = "//compute.googleapis.com/" + name
		n.ExpectedError = "Error 403: Google Compute Engine: Required 'compute.subnetworks.use' permission for '" + name + "'"
	}
	return n
}

// relativeName is projects/P/regions/R/subnetworks/S in a URL or a path; empty
// for a short name.
func relativeName(name string) string {
	i := strings.Index(name, "projects/")
	if i < 0 || !strings.Contains(name, "/regions/") {
		return ""
	}
	return name[i:]
}
