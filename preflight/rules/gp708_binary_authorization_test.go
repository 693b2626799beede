package rules

import "testing"

func TestBinaryAuthorization(t *testing.T) {
	runCases(t, "GP708", []testCase{
		{
			name: "enabled",
			plan: "features",
			want: []wantNeed{
				"warning: binary-authorization-service-agent serviceAccount:service-{number:acme-prod}@gcp-sa-binaryauthorization.iam.gserviceaccount.com binaryauthorization.policy.evaluatePolicy on projects/acme-prod",
			},
		},
		{
			name: "disabled",
			plan: "features",
			changes: set{
				after + "binary_authorization.0.evaluation_mode": "DISABLED",
			},
		},
		{
			name: "enabled attribute of older providers",
			plan: "minimal",
			changes: set{
				after + "binary_authorization": []any{map[string]any{"enabled": true}},
			},
			want: []wantNeed{
				"warning: binary-authorization-service-agent serviceAccount:service-{number:acme-prod}@gcp-sa-binaryauthorization.iam.gserviceaccount.com binaryauthorization.policy.evaluatePolicy on projects/acme-prod",
			},
		},
		{
			name: "not set",
			plan: "minimal",
		},
	})
}
