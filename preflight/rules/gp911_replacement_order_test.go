package rules

import "testing"

func TestReplacementOrder(t *testing.T) {
	runCases(t, "GP911", []testCase{
		{
			name: "destroyed first",
			plan: "traps/rep-same",
			want: []wantNeed{
				"error: on projects/acme-prod which holds: the plan destroys cluster main before it creates the replacement",
			},
		},
		{
			name: "created first",
			plan: "traps/rep-cbd",
			want: []wantNeed{
				"error: on projects/acme-prod stating: the plan creates the replacement of cluster old before it destroys the old one, under the same name: give the replacement another name, or remove create_before_destroy",
			},
		},
		{
			name: "created first, in another location",
			plan: "traps/rep-location-cbd",
			want: []wantNeed{
				"error: on projects/acme-prod which holds: the replacement of cluster main has another name, location or project",
			},
		},
		{
			name: "a node pool, destroyed first",
			plan: "traps/rep-pool",
			want: []wantNeed{
				"error: on projects/acme-prod which holds: the plan destroys node pool old of cluster main before it creates the replacement",
			},
		},
		{
			name: "a node pool, created first",
			plan: "traps/rep-pool-cbd",
			want: []wantNeed{
				"error: on projects/acme-prod stating: the plan creates the replacement of node pool old of cluster main before it destroys the old one, under the same name: give the replacement another name, or remove create_before_destroy",
			},
		},
		{
			name: "a node pool, created first under a generated name",
			plan: "traps/rep-pool-prefix",
			want: []wantNeed{
				"error: on projects/acme-prod which holds: the replacement of node pool old-1 of cluster main has a generated name",
			},
		},
		{
			name: "a node pool, created first in another cluster",
			plan: "traps/rep-pool-cluster",
			want: []wantNeed{
				"error: on projects/acme-prod which holds: the replacement of node pool old of cluster main has another name, or is in another cluster",
			},
		},
		{
			name: "abandoned under its name",
			plan: "traps/abandon-replace",
			want: []wantNeed{
				"error: on projects/acme-prod stating: the plan replaces cluster main under its name, but deletion_policy is ABANDON in Terraform's state: cluster main stays and keeps the name. Set deletion_policy to DELETE and apply that first",
			},
		},
		{
			name: "a service account, created first",
			plan: "traps/sa-cbd",
			want: []wantNeed{
				"error: on projects/acme-prod stating: the plan creates the replacement of service account gke-nodes@acme-prod.iam.gserviceaccount.com before it destroys the old one, under the same name: give the replacement another name, or remove create_before_destroy",
			},
		},
		{
			name: "a service account, destroyed first",
			plan: "traps/sa-replaced",
			want: []wantNeed{
				"error: on projects/acme-prod which holds: the plan destroys service account gke-nodes@acme-prod.iam.gserviceaccount.com before it creates the replacement",
			},
		},
		{
			name: "created first under a name that is not known",
			plan: "traps/rep-unknown",
			want: []wantNeed{
				"error: on projects/acme-prod unknown: the name of google_container_cluster.main is not known before apply",
				"error: on projects/acme-prod unknown: the name of google_container_node_pool.old is not known before apply",
			},
		},
		{
			name: "not replaced",
			plan: "traps/upd-gone",
		},
	})
}
