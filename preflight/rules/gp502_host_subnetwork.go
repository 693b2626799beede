package rules

import (
	"slices"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func hostSubnetwork() Rule {
	return Rule{
		ID:       "GP502",
		Name:     "host-subnetwork",
		Title:    "GKE and Google APIs service agents can use the Shared VPC subnetworks",
		Severity: need.Error,
		Requires: []string{"GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range sharedVPCTargets(p) {
				needs = append(needs, mainSubnetworkNeeds(t)...)
			}
			for _, t := range changing(p) {
				for _, n := range additionalSubnetworks(t) {
					needs = append(needs, additionalSubnetworkNeeds(t, n)...)
				}
			}
			return needs
		},
	}
}

// A subnetworkRef is a subnetwork that an attribute names. The name is empty if it
// is not known before apply.
type subnetworkRef struct{ attribute, name string }

// additionalSubnetworks returns the subnetworks other than the main one that t
// uses and that are, or may be, in other projects: of the private endpoint, of
// additional address ranges, and of node pools.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/r/container_cluster.html.markdown
func additionalSubnetworks(t target) []subnetworkRef {
	paths := [][]any{
		{"private_cluster_config", 0, "private_endpoint_subnetwork"},
		{"network_config", 0, "subnetwork"},
	}
	for _, list := range [][]any{
		{"ip_allocation_policy", 0, "additional_ip_ranges_config"},
		{"network_config", 0, "additional_node_network_configs"},
		{"network_config", 0, "additional_pod_network_configs"},
	} {
		for i := range t.After(list...).Len() {
			paths = append(paths, append(slices.Clone(list), i, "subnetwork"))
		}
	}
	var out []subnetworkRef
	for _, path := range paths {
		subnetwork := t.SubnetworkAt(path...)
		name := subnetwork.String()
		p := plan.ProjectOfName(name)
		if subnetwork.State == plan.Unknown || p != "" && compareProjects(p, t.project.ID) != resource.Same {
			out = append(out, subnetworkRef{plan.Path(path...), name})
		}
	}
	return out
}

// additionalSubnetworkNeeds returns the needs of both service agents on an
// additional subnetwork.
func additionalSubnetworkNeeds(t target, n subnetworkRef) []need.Need {
	needs := subnetworkNeeds(t, n.attribute, n.name)
	for i := range needs {
		if n.name == "" {
			needs[i].UndeterminedReason = n.attribute + " is not known before apply"
		}
	}
	return needs
}

// mainSubnetworkNeeds returns the needs of both service agents on the subnetwork
// of the cluster of t.
func mainSubnetworkNeeds(t target) []need.Need {
	switch {
	case t.cluster != nil:
		return subnetworkNeeds(t, "subnetwork", t.cluster.Subnetwork.String())
	case t.place.Name() != "":
		return subnetworkNeeds(t, "cluster", need.SubnetworkPlaceholder)
	}
	return subnetworkNeeds(t, "cluster", "")
}

// subnetworkNeeds returns the needs of both service agents on a subnetwork, or on
// its project if the plan names only the network.
func subnetworkNeeds(t target, attribute, name string) []need.Need {
	return []need.Need{
		agentSubnetworkNeed(t, need.GKEServiceAgent, attribute, name, "compute.subnetworks.get", "compute.subnetworks.use"),
		agentSubnetworkNeed(t, need.GoogleAPIsServiceAgent, attribute, name, "compute.subnetworks.use"),
	}
}

// agentSubnetworkNeed returns the need of one service agent on a subnetwork.
func agentSubnetworkNeed(t target, kind need.PrincipalKind, attribute, name string, permissions ...string) need.Need {
	n := t.needIn(plan.ProjectOfName(name), "")
	if n.Project == "" {
		n = t.hostProjectNeed()
	} else if compareProjects(n.Project, t.project.ID) == resource.MaybeSame {
		n.OnlyIfNotProject = t.project.ID
	}
	n.Kind = need.Permissions
	n.Attribute = attribute
	n.Principal = serviceAgent(kind, t.project.ID)
	n.Service = "compute.googleapis.com"
	n.Permissions = permissions
	n.Fix.Role = "roles/compute.networkUser"
	if name == need.SubnetworkPlaceholder {
		n.Resource = "//compute.googleapis.com/" + need.SubnetworkPlaceholder
		n.ExpectedError = "Error 403: Google Compute Engine: Required 'compute.subnetworks.use' permission for '" + need.SubnetworkPlaceholder + "'"
		return n
	}
	if name := subnetworkName(name); name != "" && n.UndeterminedReason == "" {
		n.Resource = "//compute.googleapis.com/" + name
		n.ExpectedError = "Error 403: Google Compute Engine: Required 'compute.subnetworks.use' permission for '" + name + "'"
	}
	return n
}
