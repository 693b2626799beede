package rules

import "testing"

func TestBinaryAuthorization(t *testing.T) {
	runCases(t, "GP708", []testCase{
		{
			name: "on",
			plan: "features",
			want: []wantNeed{
				"warning: binary-authorization-service-agent serviceAccount:service-{number:acme-prod}@gcp-sa-binaryauthorization.iam.gserviceaccount.com binaryauthorization.policy.evaluatePolicy on projects/acme-prod",
			},
		},
		{
			name: "off",
			plan: "features",
			changes: set{
				after + "binary_authorization.0.evaluation_mode": "DISABLED",
			},
		},
		{
			name: "as older providers write it",
			plan: "minimal",
			changes: set{
				after + "binary_authorization": []any{map[string]any{"enabled": true}},
			},
			want: []wantNeed{
				"warning: binary-authorization-service-agent serviceAccount:service-{number:acme-prod}@gcp-sa-binaryauthorization.iam.gserviceaccount.com binaryauthorization.policy.evaluatePolicy on projects/acme-prod",
			},
		},
		{
			name: "none",
			plan: "minimal",
		},
	})
}
