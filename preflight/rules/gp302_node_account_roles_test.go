package rules

import (
	"testing"

	"gke-preflight/preflight/plan"
)

func TestNodeAccountRoles(t *testing.T) {
	runCases(t, "GP302", []testCase{
		{
			name: "where Google picks the version",
			plan: "minimal",
			want: []wantNeed{
				"warning: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
		{
			name: "in 1.33, about which Google's pages disagree",
			plan: "minimal",
			changes: set{
				after + "min_master_version": "1.33.4-gke.100",
			},
			want: []wantNeed{
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
			want: []wantNeed{
				"warning: node-service-account serviceAccount:gke-nodes@acme-identity.iam.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
		{
			name: "a pool of the version of its cluster",
			plan: "named-service-account",
			changes: set{
				after + "min_master_version": "1.34",
			},
		},
		{
			name: "a pool of an older version than its cluster",
			plan: "named-service-account",
			changes: set{
				after + "min_master_version":              "1.34",
				"resource_changes.1.change.after.version": "1.33.5-gke.100",
			},
			want: []wantNeed{
				"warning: node-service-account serviceAccount:gke-nodes@acme-prod.iam.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
	})
}

// TestVersions: who logs and measures for nodes of a version.
func TestVersions(t *testing.T) {
	for version, want := range map[string]struct{ surely, maybe bool }{
		"1.32":           {false, false},
		"1.32.9-gke.100": {false, false},
		"1.33":           {false, true},
		"1.33.4-gke.100": {false, true},
		"1.34.0":         {true, true},
		"1.100":          {true, true},
		"2.0":            {true, true},
		"1":              {false, true},
		"latest":         {false, true},
		"1.x":            {false, true},
		"-":              {false, true},
	} {
		v := plan.Value{State: plan.Known, Raw: version}
		if surely, maybe := isNodeAgentUsed(v), mayNodeAgentBeUsed(v); surely != want.surely || maybe != want.maybe {
			t.Errorf("%s: surely %t, maybe %t; want %t, %t", version, surely, maybe, want.surely, want.maybe)
		}
	}
}
