package rules

import "testing"

func TestNodeAccountRoles(t *testing.T) {
	runCases(t, "GP302", []testCase{
		{
			name: "where Google picks the version",
			plan: "minimal",
			want: []wanted{
				"warning: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
		{
			name: "in 1.33, about which Google's pages disagree",
			plan: "minimal",
			changes: set{
				after + "min_master_version": "1.33.4-gke.100",
			},
			want: []wanted{
				"warning: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
		{
			name: "no longer in 1.34",
			plan: "minimal",
			changes: set{
				after + "min_master_version": "1.34",
			},
		},
		{
			name: "on the cluster's project, wherever the account lives",
			plan: "features",
			want: []wanted{
				"warning: node-service-account serviceAccount:gke-nodes@acme-identity.iam.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
	})
}
