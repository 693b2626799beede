package rules

import "testing"

func TestImageStreaming(t *testing.T) {
	runCases(t, "GP709", []testCase{
		{
			name: "on",
			plan: "features",
			want: []wanted{
				"warning: node-service-account serviceAccount:gke-nodes@acme-identity.iam.gserviceaccount.com serviceusage.services.use on projects/acme-prod",
			},
		},
		{
			name: "off",
			plan: "features",
			changes: set{
				after + "node_config.0.gcfs_config.0.enabled": false,
			},
		},
		{
			name: "none",
			plan: "minimal",
		},
	})
}
