package rules

import (
	"slices"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func hostSubnetwork() Rule {
	return Rule{
		ID:       "GP502",
		Name:     "host-subnetwork",
		Title:    "The GKE and Google APIs service agents may use the subnetworks of a Shared VPC",
		Severity: need.Error,
		Requires: []string{"GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, s := range nodesOnSharedVPC(p) {
				needs = append(needs, s.onMainSubnetwork()...)
			}
			for _, s := range building(p) {
				for _, n := range s.furtherSubnetworks() {
					needs = append(needs, s.onFurther(n)...)
				}
			}
			return needs
		},
	}
}

// A network is a subnetwork that an attribute names; the name is empty where it
// is not known before apply.
type network struct{ attribute, name string }

// furtherSubnetworks are those that s uses beside the main one and that are, or
// may be, in other projects: of the private endpoint, of more address ranges, of
// node pools.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/r/container_cluster.html.markdown
func (s subject) furtherSubnetworks() []network {
	paths := [][]any{
		{"private_cluster_config", 0, "private_endpoint_subnetwork"},
		{"network_config", 0, "subnetwork"},
	}
	for _, list := range [][]any{
		{"ip_allocation_policy", 0, "additional_ip_ranges_config"},
		{"network_config", 0, "additional_node_network_configs"},
		{"network_config", 0, "additional_pod_network_configs"},
	} {
		for i := range s.After(list...).Len() {
			paths = append(paths, append(slices.Clone(list), i, "subnetwork"))
		}
	}
	var out []network
	for _, path := range paths {
		subnetwork := s.SubnetworkAt(path...)
		name := subnetwork.String()
		p := plan.ProjectOfName(name)
		if subnetwork.State == plan.Unknown || p != "" && compare(p, s.project.ID) != resource.Same {
			out = append(out, network{plan.Path(path...), name})
		}
	}
	return out
}

// onFurther are the needs of both agents on a further subnetwork.
func (s subject) onFurther(n network) []need.Need {
	needs := s.onSubnetwork(n.attribute, n.name)
	for i := range needs {
		if n.name == "" {
			needs[i].Unknown = n.attribute + " is not known before apply"
		}
	}
	return needs
}

// onMainSubnetwork are the needs on the subnetwork of the cluster of s.
func (s subject) onMainSubnetwork() []need.Need {
	switch {
	case s.cluster != nil:
		return s.onSubnetwork("subnetwork", s.cluster.Subnetwork.String())
	case s.place.Name() != "":
		return s.onSubnetwork("cluster", need.Subnetwork)
	}
	return s.onSubnetwork("cluster", "")
}

// onSubnetwork are the needs of both agents on a subnetwork, or on its project
// where the plan names only the network.
func (s subject) onSubnetwork(attribute, name string) []need.Need {
	return []need.Need{
		s.agentOnSubnetwork(need.GKEServiceAgent, attribute, name, "compute.subnetworks.get", "compute.subnetworks.use"),
		s.agentOnSubnetwork(need.GoogleAPIsServiceAgent, attribute, name, "compute.subnetworks.use"),
	}
}

func (s subject) agentOnSubnetwork(kind need.PrincipalKind, attribute, name string, permissions ...string) need.Need {
	n := s.in(plan.ProjectOfName(name), "")
	if n.Project == "" {
		n = s.inHost()
	} else if compare(n.Project, s.project.ID) == resource.MaybeSame {
		n.Elsewhere = s.project.ID
	}
	n.Kind = need.Permissions
	n.Attribute = attribute
	n.Principal = agent(kind, s.project.ID)
	n.Service = "compute.googleapis.com"
	n.Permissions = permissions
	n.Fix.Role = "roles/compute.networkUser"
	if name == need.Subnetwork {
		n.Resource = "//compute.googleapis.com/" + need.Subnetwork
		n.ExpectedError = "Error 403: Google Compute Engine: Required 'compute.subnetworks.use' permission for '" + need.Subnetwork + "'"
		return n
	}
	if name := relativeName(name); name != "" && n.Unknown == "" {
		n.Resource = "//compute.googleapis.com/" + name
		n.ExpectedError = "Error 403: Google Compute Engine: Required 'compute.subnetworks.use' permission for '" + name + "'"
	}
	return n
}

// relativeName is projects/P/regions/R/subnetworks/S in a URL or a path; empty
// for a short name.
func relativeName(name string) string {
	if !strings.Contains(name, "/regions/") {
		return ""
	}
	return resource.Parse(name).Relative()
}
