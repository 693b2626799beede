package rules

import "testing"

func TestGKENodeServiceAgent(t *testing.T) {
	runCases(t, "GP403", []testCase{
		{
			name: "version chosen by Google",
			plan: "minimal",
			want: []wantNeed{
				"warning: gke-node-service-agent serviceAccount:service-{number:acme-prod}@gcp-sa-gkenode.iam.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
		{
			name: "version 1.33",
			plan: "minimal",
			changes: set{
				after + "min_master_version": "1.33",
			},
			want: []wantNeed{
				"warning: gke-node-service-agent serviceAccount:service-{number:acme-prod}@gcp-sa-gkenode.iam.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
		{
			name: "version 1.32",
			plan: "minimal",
			changes: set{
				after + "min_master_version": "1.32.9",
			},
		},
		{
			name: "older node pool and cluster",
			plan: "named-service-account",
			changes: set{
				after + "min_master_version":              "1.32",
				"resource_changes.1.change.after.version": "1.32.1",
			},
		},
	})
}
