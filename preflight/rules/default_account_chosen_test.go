package rules

import "testing"

func TestDefaultAccountChosen(t *testing.T) {
	runCases(t, "GP305", []testCase{
		{
			name: "nobody chose",
			plan: "minimal",
			want: []wanted{
				"note: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com on projects/acme-prod",
			},
		},
		{
			name: "somebody wrote default",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "default"}},
			},
		},
		{
			name: "somebody chose another",
			plan: "cmek",
		},
	})
}
