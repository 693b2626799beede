package rules

import "testing"

func TestUncheckedOptions(t *testing.T) {
	runCases(t, "GP701", []testCase{
		{
			name: "no options",
			plan: "minimal",
		},
		{
			name: "disabled options",
			plan: "cmek",
			changes: set{
				after + "mesh_certificates": []any{map[string]any{"enable_certificates": false}},
				after + "node_config":       []any{map[string]any{"sole_tenant_config": []any{}, "reservation_affinity": []any{map[string]any{"values": []any{"own"}}}}},
			},
		},
		{
			name: "enabled option",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"reservation_affinity": []any{map[string]any{"values": []any{"projects/acme-shared/reservations/gpu"}}}}},
			},
			want: []wantNeed{
				"warning: on projects/acme-prod unknown: these options may require grants or APIs that are not checked: node_config[0].reservation_affinity[0].values",
			},
		},
		{
			name: "option of an inline node pool",
			plan: "minimal",
			changes: set{
				afterUnknown + "node_pool": nil,
				after + "node_pool":        []any{map[string]any{}, map[string]any{"node_config": []any{map[string]any{"sole_tenant_config": []any{map[string]any{"node_affinity": []any{}}}}}}},
			},
			want: []wantNeed{
				"warning: on projects/acme-prod unknown: these options may require grants or APIs that are not checked: node_pool[1].node_config[0].sole_tenant_config",
			},
		},
	})
}
