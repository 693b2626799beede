package rules

import "testing"

func TestSharedRanges(t *testing.T) {
	runCases(t, "GP712", []testCase{
		{
			name: "range sizes on a Shared VPC",
			plan: "shared-vpc",
			changes: set{
				"resource_changes.1.change.after.ip_allocation_policy": []any{map[string]any{"cluster_ipv4_cidr_block": "/14"}},
			},
			want: []wantNeed{
				"warning: on projects/acme-host finding: GKE would have to add secondary ranges to the subnetwork of the host project, which roles/compute.networkUser does not allow: name existing ranges in cluster_secondary_range_name and services_secondary_range_name",
			},
		},
		{
			name: "range names on a Shared VPC",
			plan: "shared-vpc",
			changes: set{
				"resource_changes.1.change.after.ip_allocation_policy": []any{map[string]any{"cluster_secondary_range_name": "pods", "services_ipv4_cidr_block": "/20"}},
			},
			want: []wantNeed{
				"warning: on projects/acme-host satisfied: the plan requires no new secondary ranges",
			},
		},
		{
			name: "range sizes in the cluster project",
			plan: "minimal",
			changes: set{
				after + "ip_allocation_policy": []any{map[string]any{"cluster_ipv4_cidr_block": "/14"}},
			},
		},
	})
}
