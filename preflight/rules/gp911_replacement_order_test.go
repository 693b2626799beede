package rules

import "testing"

func TestReplacementOrder(t *testing.T) {
	runCases(t, "GP911", []testCase{
		{
			name: "cluster, destroyed first",
			plan: "traps/rep-same",
			want: []wantNeed{
				"error: on projects/acme-prod satisfied: the plan destroys cluster main before it creates the replacement",
			},
		},
		{
			name: "cluster, created first",
			plan: "traps/rep-cbd",
			want: []wantNeed{
				"error: on projects/acme-prod finding: the plan creates the replacement of cluster old before it destroys the old one, under the same name: give the replacement another name, or remove create_before_destroy",
			},
		},
		{
			name: "cluster, created first in another location",
			plan: "traps/rep-location-cbd",
			want: []wantNeed{
				"error: on projects/acme-prod satisfied: the replacement of cluster main has another name, location or project",
			},
		},
		{
			name: "node pool, destroyed first",
			plan: "traps/rep-pool",
			want: []wantNeed{
				"error: on projects/acme-prod satisfied: the plan destroys node pool old of cluster main before it creates the replacement",
			},
		},
		{
			name: "node pool, created first",
			plan: "traps/rep-pool-cbd",
			want: []wantNeed{
				"error: on projects/acme-prod finding: the plan creates the replacement of node pool old of cluster main before it destroys the old one, under the same name: give the replacement another name, or remove create_before_destroy",
			},
		},
		{
			name: "node pool, created first under a generated name",
			plan: "traps/rep-pool-prefix",
			want: []wantNeed{
				"error: on projects/acme-prod satisfied: the replacement of node pool old-1 of cluster main has a generated name",
			},
		},
		{
			name: "node pool, created first in another cluster",
			plan: "traps/rep-pool-cluster",
			want: []wantNeed{
				"error: on projects/acme-prod satisfied: the replacement of node pool old of cluster main has another name, or is in another cluster",
			},
		},
		{
			name: "cluster, abandoned under its name",
			plan: "traps/abandon-replace",
			want: []wantNeed{
				"error: on projects/acme-prod finding: the plan replaces cluster main under its name, but deletion_policy is ABANDON in Terraform's state: cluster main stays and keeps the name. Set deletion_policy to DELETE and apply that first",
			},
		},
		{
			name: "service account, created first",
			plan: "traps/sa-cbd",
			want: []wantNeed{
				"error: on projects/acme-prod finding: the plan creates the replacement of service account gke-nodes@acme-prod.iam.gserviceaccount.com before it destroys the old one, under the same name: give the replacement another name, or remove create_before_destroy",
			},
		},
		{
			name: "service account, destroyed first",
			plan: "traps/sa-replaced",
			want: []wantNeed{
				"error: on projects/acme-prod satisfied: the plan destroys service account gke-nodes@acme-prod.iam.gserviceaccount.com before it creates the replacement",
			},
		},
		{
			name: "created first, name not known before apply",
			plan: "traps/rep-unknown",
			want: []wantNeed{
				"error: on projects/acme-prod unknown: the name of google_container_cluster.main is not known before apply",
				"error: on projects/acme-prod unknown: the name of google_container_node_pool.old is not known before apply",
			},
		},
		{
			name: "no replacement",
			plan: "traps/upd-gone",
		},
	})
}
