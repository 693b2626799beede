package rules

import "testing"

func TestDeployerNetwork(t *testing.T) {
	runCases(t, "GP206", []testCase{
		{
			name: "network and region",
			plan: "minimal",
			want: []wantNeed{
				"warning: deployer compute.networks.get compute.subnetworks.get on projects/acme-prod",
				"warning: deployer compute.regions.get on projects/acme-prod",
			},
		},
		{
			name: "network in the host project",
			plan: "shared-vpc",
			want: []wantNeed{
				"warning: deployer compute.networks.get on projects/acme-host",
				"warning: deployer compute.regions.get on projects/acme-service",
				"warning: deployer compute.subnetworks.get on //compute.googleapis.com/projects/acme-host/regions/europe-west1/subnetworks/gke",
			},
		},
		{
			name: "existing clusters",
			plan: "existing",
		},
		{
			name: "network as a URL",
			plan: "minimal",
			changes: set{
				after + "network": "https://www.googleapis.com/compute/v1/projects/acme-host/global/networks/shared",
			},
			want: []wantNeed{
				"warning: deployer compute.networks.get compute.subnetworks.get on projects/acme-host",
				"warning: deployer compute.regions.get on projects/acme-prod",
			},
		},
		{
			name: "network not known before apply",
			plan: "shared-vpc",
			changes: set{
				"resource_changes.1.change.after.network":                      nil,
				"resource_changes.1.change.after.subnetwork":                   nil,
				"resource_changes.1.change.after_unknown.network":              true,
				"resource_changes.1.change.after_unknown.subnetwork":           true,
				"configuration.root_module.resources.1.expressions.network":    map[string]any{"references": []any{"local.network"}},
				"configuration.root_module.resources.1.expressions.subnetwork": map[string]any{"references": []any{"local.subnetwork"}},
			},
			want: []wantNeed{
				"warning: deployer compute.networks.get compute.subnetworks.get on unknown: the project of the network of google_container_cluster.main is not known before apply",
				"warning: deployer compute.regions.get on projects/acme-service",
			},
		},
	})
}
