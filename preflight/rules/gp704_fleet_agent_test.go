package rules

import "testing"

func TestFleetAgent(t *testing.T) {
	runCases(t, "GP704", []testCase{
		{
			name: "fleet of another project",
			plan: "features",
			want: []wantNeed{
				"error: fleet-service-agent serviceAccount:service-{number:acme-fleet}@gcp-sa-gkehub.iam.gserviceaccount.com container.clusters.get resourcemanager.projects.get resourcemanager.projects.getIamPolicy resourcemanager.projects.setIamPolicy on projects/acme-prod",
			},
		},
		{
			name: "fleet of the cluster project",
			plan: "features",
			changes: set{
				after + "fleet.0.project": "acme-prod",
			},
		},
		{
			name: "no fleet",
			plan: "minimal",
		},
	})
}
