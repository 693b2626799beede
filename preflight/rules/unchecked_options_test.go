package rules

import "testing"

func TestUncheckedOptions(t *testing.T) {
	runCases(t, "GP701", []testCase{
		{
			name: "none",
			plan: "minimal",
		},
		{
			name: "some that are off",
			plan: "minimal",
			changes: set{
				after + "secret_manager_config": []any{map[string]any{"enabled": false}},
				after + "binary_authorization":  []any{map[string]any{"evaluation_mode": "DISABLED"}},
				after + "dns_config":            []any{map[string]any{"cluster_dns": "PROVIDER_UNSPECIFIED"}},
			},
		},
		{
			name: "one that is on",
			plan: "minimal",
			changes: set{
				after + "secret_manager_config": []any{map[string]any{"enabled": true}},
			},
			want: []wanted{
				"warning: on projects/acme-prod unknown: these options may need grants or APIs that are not checked yet: secret_manager_config[0].enabled",
			},
		},
	})
}
