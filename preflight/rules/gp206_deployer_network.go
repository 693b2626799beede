package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func deployerNetwork() Rule {
	return Rule{
		ID:       "GP206",
		Name:     "deployer-network",
		Title:    "Deployer can read the network, subnetwork and region of new clusters",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, c := range p.Clusters {
				if !c.Creates() {
					continue
				}
				t := target{Change: c.Change, project: c.Project}
				network := t.needIn(c.NetworkProject, "the project of the network of "+c.Address+" is not known before apply")
				network.Permissions = []string{"compute.networks.get", "compute.subnetworks.get"}
				network.Attribute = "network"
				own := t.projectNeed()
				own.Permissions = []string{"compute.regions.get"}
				for _, n := range append(splitBySubnetwork(network, c), own) {
					needs = append(needs, computeReadNeed(n, c))
				}
			}
			return needs
		},
	}
}

// splitBySubnetwork splits a need about a network in two if the plan names the
// subnetwork, because a grant may be on the subnetwork alone.
func splitBySubnetwork(n need.Need, c *plan.Cluster) []need.Need {
	name := subnetworkName(c.Subnetwork.String())
	if name == "" || n.UndeterminedReason != "" {
		return []need.Need{n}
	}
	subnetwork := n
	n.Permissions, subnetwork.Permissions = n.Permissions[:1], n.Permissions[1:]
	subnetwork.Attribute, subnetwork.Resource = "subnetwork", "//compute.googleapis.com/"+name
	return []need.Need{n, subnetwork}
}

// computeReadNeed returns n as a need of the deployer of c to read from Compute
// Engine.
func computeReadNeed(n need.Need, c *plan.Cluster) need.Need {
	n = forDeployer(n, c.Change)
	n.Service = "compute.googleapis.com"
	n.Fix.Role = "roles/compute.networkViewer"
	if n.Permissions[0] == "compute.regions.get" {
		n.Fix.Role = "roles/compute.viewer"
	}
	return n
}
