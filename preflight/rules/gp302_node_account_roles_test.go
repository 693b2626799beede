package rules

import (
	"testing"

	"gke-preflight/preflight/plan"
)

func TestNodeAccountRoles(t *testing.T) {
	runCases(t, "GP302", []testCase{
		{
			name: "version chosen by Google",
			plan: "minimal",
			want: []wantNeed{
				"warning: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
		{
			name: "version 1.33",
			plan: "minimal",
			changes: set{
				after + "min_master_version": "1.33.4-gke.100",
			},
			want: []wantNeed{
				"warning: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
		{
			name: "version 1.34",
			plan: "minimal",
			changes: set{
				after + "min_master_version": "1.34",
			},
		},
		{
			name: "service account of another project",
			plan: "features",
			want: []wantNeed{
				"warning: node-service-account serviceAccount:gke-nodes@acme-identity.iam.gserviceaccount.com autoscaling.sites.writeMetrics logging.logEntries.create monitoring.metricDescriptors.create monitoring.metricDescriptors.list monitoring.timeSeries.create monitoring.timeSeries.list on projects/acme-prod",
			},
		},
		{
			name: "node pool with the version of its cluster",
			plan: "named-service-account",
			changes: set{
				after + "min_master_version": "1.34",
			},
		},
		{
			name: "node pool older than its cluster",
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

// TestNodeVersions: nodes of these versions certainly, or possibly, use the GKE
// node service agent.
func TestNodeVersions(t *testing.T) {
	for version, want := range map[string]struct{ certain, possible bool }{
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
		if certain, possible := isNodeAgentUsed(v), mayNodeAgentBeUsed(v); certain != want.certain || possible != want.possible {
			t.Errorf("%s: got certain %t, possible %t; want %t, %t", version, certain, possible, want.certain, want.possible)
		}
	}
}
