package plan

import (
	"testing"
)

// TestValue: known, absent (nobody set it) and unknown before apply are three
// things, and the plan shows the last two alike.
func TestValue(t *testing.T) {
	const account = `"service_account"`
	in := func(after, unknown, expressions string) string {
		return world(after, unknown, expressions, providerSets(`{"constant_value": "acme-prod"}`), "")
	}
	for _, tt := range []struct {
		name string
		data string
		want State
	}{
		{"set, and shown", in(`, "node_config": [{`+account+`: "a@b.iam.gserviceaccount.com"}]`, "", ""), Known},
		{"nobody set the block", in("", `, "node_config": true`, ""), Absent},
		{"nobody set the attribute", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{"machine_type": {"constant_value": "e2"}}]`), Absent},
		{"an empty string is nobody", in(`, "node_config": [{`+account+`: ""}]`, "", ""), Absent},
		{"a reference to what is to come", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {"references": ["google_x.y.z", "google_x.y"]}}]`), Unknown},
		{"a local value hides what it is", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {"references": ["local.a"]}}]`), Unknown},
		{"a variable that is null", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {"references": ["var.null"]}}]`), Absent},
		{"a function of nothing", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {}}]`), Unknown},
		{"a dynamic block, which is not in the configuration", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, ""), Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, tt.data, Options{})
			if got := p.Clusters[0].After("node_config", 0, "service_account"); got.State != tt.want {
				t.Errorf("the state is %d, want %d", got.State, tt.want)
			}
		})
	}
}

// TestAccounts: as whom nodes run.
func TestAccounts(t *testing.T) {
	planned := `,{"address": "google_service_account.x", "mode": "managed", "type": "google_service_account", "name": "x",
		"change": {"actions": ["create"], "after": {"account_id": "gke", "project": "acme-prod"}, "after_unknown": {"email": true}}}` +
		`|,{"address": "google_service_account.x", "mode": "managed", "type": "google_service_account", "name": "x", "provider_config_key": "google", "expressions": {}}`
	for _, tt := range []struct {
		name, after, unknown, expressions, more string
		want                                    []Account
	}{
		{name: "nobody's choice", unknown: `, "node_config": true`,
			want: []Account{{Attribute: "node_config[0].service_account", Default: true}}},
		{name: "inline pools", after: `, "node_pool": [{"node_config": [{"service_account": "a@p.iam.gserviceaccount.com"}]}, {"node_config": [{"service_account": "default"}]}]`,
			want: []Account{
				{Attribute: "node_pool[0].node_config[0].service_account", Email: "a@p.iam.gserviceaccount.com", Said: true},
				{Attribute: "node_pool[1].node_config[0].service_account", Default: true, Said: true}}},
		{name: "Autopilot", after: `, "enable_autopilot": true, "cluster_autoscaling": [{"auto_provisioning_defaults": [{"service_account": "a@p.iam.gserviceaccount.com"}]}]`,
			want: []Account{{Attribute: "cluster_autoscaling[0].auto_provisioning_defaults[0].service_account", Email: "a@p.iam.gserviceaccount.com", Said: true}}},
		{name: "auto-provisioning beside a default pool", unknown: `, "node_config": true`, after: `, "cluster_autoscaling": [{"enabled": true, "auto_provisioning_defaults": [{"service_account": "a@p.iam.gserviceaccount.com"}]}]`,
			want: []Account{
				{Attribute: "node_config[0].service_account", Default: true},
				{Attribute: "cluster_autoscaling[0].auto_provisioning_defaults[0].service_account", Email: "a@p.iam.gserviceaccount.com", Said: true}}},
		{name: "a planned account whose email older providers do not show", after: `, "node_config": [{}]`, unknown: `, "node_config": [{"service_account": true}]`,
			expressions: `"node_config": [{"service_account": {"references": ["google_service_account.x.email", "google_service_account.x"]}}]`, more: planned,
			want: []Account{{Attribute: "node_config[0].service_account", Email: "gke@acme-prod.iam.gserviceaccount.com", Said: true}}},
		{name: "a path", after: `, "node_config": [{"service_account": "projects/p/serviceAccounts/a@p.iam.gserviceaccount.com"}]`,
			want: []Account{{Attribute: "node_config[0].service_account", Email: "a@p.iam.gserviceaccount.com", Said: true}}},
		{name: "a unique ID", after: `, "node_config": [{"service_account": "112233445566778899000"}]`,
			want: []Account{{Attribute: "node_config[0].service_account", ID: "112233445566778899000", Said: true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, world(tt.after, tt.unknown, tt.expressions, providerSets(`{"constant_value": "acme-prod"}`), tt.more), Options{})
			got := p.Clusters[0].Accounts
			for i := range got {
				got[i].path = nil
			}
			if len(got) != len(tt.want) {
				t.Fatalf("accounts are %+v, want %+v", got, tt.want)
			}
			for i := range got {
				if got[i].Attribute != tt.want[i].Attribute || got[i].Email != tt.want[i].Email || got[i].ID != tt.want[i].ID ||
					got[i].Default != tt.want[i].Default || got[i].Said != tt.want[i].Said || got[i].Unknown != tt.want[i].Unknown {
					t.Errorf("account %d is %+v, want %+v", i, got[i], tt.want[i])
				}
			}
		})
	}
}
