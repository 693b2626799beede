package rules

import "testing"

func TestGKENodeServiceAgent(t *testing.T) {
	runCases(t, "GP403", []testCase{
		{
			name: "where Google picks the version",
			plan: "minimal",
			want: []wantNeed{
				"warning: gke-node-service-agent serviceAccount:service-{number:acme-prod}@gcp-sa-gkenode.iam.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
		{
			name: "from 1.33 on",
			plan: "minimal",
			changes: set{
				after + "min_master_version": "1.33",
			},
			want: []wantNeed{
				"warning: gke-node-service-agent serviceAccount:service-{number:acme-prod}@gcp-sa-gkenode.iam.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
		{
			name: "not before",
			plan: "minimal",
			changes: set{
				after + "min_master_version": "1.32.9",
			},
		},
		{
			name: "not for a pool of an older version, nor its cluster",
			plan: "named-service-account",
			changes: set{
				after + "min_master_version":              "1.32",
				"resource_changes.1.change.after.version": "1.32.1",
			},
		},
	})
}
