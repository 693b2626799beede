package plan

import "testing"

// TestValue checks that known, absent (not set) and unknown values are
// distinguished, although the plan shows the last two alike.
func TestValue(t *testing.T) {
	const account = `"service_account"`
	in := func(after, unknown, expressions string) string {
		return clusterPlan(after, unknown, expressions, providerSets(`{"constant_value": "acme-prod"}`), "")
	}
	for _, tt := range []struct {
		name string
		data string
		want State
	}{
		{"set and shown", in(`, "node_config": [{`+account+`: "a@b.iam.gserviceaccount.com"}]`, "", ""), Known},
		{"block not set", in("", `, "node_config": true`, ""), Absent},
		{"attribute not set", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{"machine_type": {"constant_value": "e2"}}]`), Absent},
		{"empty string", in(`, "node_config": [{`+account+`: ""}]`, "", ""), Absent},
		{"reference to an unknown value", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {"references": ["google_x.y.z", "google_x.y"]}}]`), Unknown},
		{"local value", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {"references": ["local.a"]}}]`), Unknown},
		{"null variable", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {"references": ["var.null"]}}]`), Absent},
		{"function without references", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {}}]`), Unknown},
		{"constant null", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {"constant_value": null}}]`), Absent},
		{"each.value of a block without for_each", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {"references": ["each.value.sa", "each.value"]}}]`), Unknown},
		{"each.key, with a variable that is null", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {"references": ["each.key", "var.null"]}}]`), Absent},
		{"self", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {"references": ["self.name", "self"]}}]`), Unknown},
		{"an undeclared variable", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {"references": ["var.nowhere"]}}]`), Unknown},
		{"a template around a variable and a local value", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": [{`+account+`: {"references": ["var.null", "local.a"]}}]`), Unknown},
		{"known expression for the whole block", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": {"references": ["var.null"]}`), Absent},
		{"unknown expression for the whole block", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, `"node_config": {"references": ["local.a"]}`), Unknown},
		{"dynamic block next to a static one", in(`, "node_config": [{}, {}]`, `, "node_config": [{`+account+`: true}, {`+account+`: true}]`, `"node_config": [{}]`), Unknown},
		{"dynamic block of unknown length next to a static one", in("", `, "node_config": true`, `"node_config": [{}]`), Unknown},
		{"dynamic block that the plan does not list", in(`, "node_config": [{}]`, `, "node_config": [{`+account+`: true}]`, ""), Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, tt.data, Options{})
			if got := p.Clusters[0].After("node_config", 0, "service_account"); got.State != tt.want {
				t.Errorf("got state %d, want %d", got.State, tt.want)
			}
		})
	}
}

// TestAccounts checks the node service accounts of a cluster.
func TestAccounts(t *testing.T) {
	planned := `,{"address": "google_service_account.x", "mode": "managed", "type": "google_service_account", "name": "x",
		"change": {"actions": ["create"], "after": {"account_id": "gke", "project": "acme-prod"}, "after_unknown": {"email": true}}}` +
		`|,{"address": "google_service_account.x", "mode": "managed", "type": "google_service_account", "name": "x", "provider_config_key": "google", "expressions": {}}`
	for _, tt := range []struct {
		name, after, unknown, expressions, more string
		want                                    []Account
	}{
		{name: "not set", unknown: `, "node_config": true`,
			want: []Account{{Attribute: "node_config[0].service_account", Default: true}}},
		{name: "inline pools", after: `, "node_pool": [{"node_config": [{"service_account": "a@p.iam.gserviceaccount.com"}]}, {"node_config": [{"service_account": "default"}]}]`,
			want: []Account{
				{Attribute: "node_pool[0].node_config[0].service_account", Email: "a@p.iam.gserviceaccount.com", Explicit: true},
				{Attribute: "node_pool[1].node_config[0].service_account", Default: true, Explicit: true}}},
		{name: "Autopilot", after: `, "enable_autopilot": true, "cluster_autoscaling": [{"auto_provisioning_defaults": [{"service_account": "a@p.iam.gserviceaccount.com"}]}]`,
			want: []Account{{Attribute: "cluster_autoscaling[0].auto_provisioning_defaults[0].service_account", Email: "a@p.iam.gserviceaccount.com", Explicit: true}}},
		{name: "auto-provisioning and default pool", unknown: `, "node_config": true`, after: `, "cluster_autoscaling": [{"enabled": true, "auto_provisioning_defaults": [{"service_account": "a@p.iam.gserviceaccount.com"}]}]`,
			want: []Account{
				{Attribute: "node_config[0].service_account", Default: true},
				{Attribute: "cluster_autoscaling[0].auto_provisioning_defaults[0].service_account", Email: "a@p.iam.gserviceaccount.com", Explicit: true}}},
		{name: "planned account whose email older providers do not show", after: `, "node_config": [{}]`, unknown: `, "node_config": [{"service_account": true}]`,
			expressions: `"node_config": [{"service_account": {"references": ["google_service_account.x.email", "google_service_account.x"]}}]`, more: planned,
			want: []Account{{Attribute: "node_config[0].service_account", Email: "gke@acme-prod.iam.gserviceaccount.com", Explicit: true}}},
		{name: "a path", after: `, "node_config": [{"service_account": "projects/p/serviceAccounts/a@p.iam.gserviceaccount.com"}]`,
			want: []Account{{Attribute: "node_config[0].service_account", Email: "a@p.iam.gserviceaccount.com", Explicit: true}}},
		{name: "a unique ID", after: `, "node_config": [{"service_account": "112233445566778899000"}]`,
			want: []Account{{Attribute: "node_config[0].service_account", ID: "112233445566778899000", Explicit: true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, clusterPlan(tt.after, tt.unknown, tt.expressions, providerSets(`{"constant_value": "acme-prod"}`), tt.more), Options{})
			got := p.Clusters[0].Accounts
			for i := range got {
				got[i].path = nil
			}
			if len(got) != len(tt.want) {
				t.Fatalf("got accounts %+v, want %+v", got, tt.want)
			}
			for i := range got {
				if got[i].Attribute != tt.want[i].Attribute || got[i].Email != tt.want[i].Email || got[i].ID != tt.want[i].ID ||
					got[i].Default != tt.want[i].Default || got[i].Explicit != tt.want[i].Explicit || got[i].Unknown != tt.want[i].Unknown {
					t.Errorf("account %d: got %+v, want %+v", i, got[i], tt.want[i])
				}
			}
		})
	}
}

// TestEachValue checks that each.value is known if the for_each of its scope
// is: that of the block, or that of the module call for an input.
func TestEachValue(t *testing.T) {
	plan := func(input, call, forEach string) string {
		return `{"format_version": "1.2", "resource_changes": [{"address": "module.m[\"a\"].google_container_cluster.c[\"b\"]", "module_address": "module.m[\"a\"]",
			"mode": "managed", "type": "google_container_cluster", "name": "c", "change": {"actions": ["create"], "after": {"name": "c", "node_config": [{}]}, "after_unknown": {"node_config": [{"service_account": true}]}}}],
			"configuration": {"root_module": {"variables": {"known": {"default": null}}, "module_calls": {"m": {` + call + `"expressions": {"x": ` + input + `}, "module": {
				"variables": {"x": {}, "y": {"default": null}},
				"outputs": {"later": {"expression": {"references": ["local.z"]}}},
				"resources": [{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c", ` + forEach + `
					"expressions": {"node_config": [{"service_account": {"references": ["each.value.sa", "each.value", "var.y"]}}]}}]}}}}}}`
	}
	refs := func(name, to string) string { return `"` + name + `": {"references": ["` + to + `"]}, ` }
	const constant, x = `{"constant_value": {}}`, `{"references": ["each.value"]}`
	for _, tt := range []struct {
		name, input, call, forEach string
		want                       State
	}{
		{"literal set", constant, "", `"for_each_expression": {}, `, Absent},
		{"constant input", constant, "", refs("for_each_expression", "var.x"), Absent},
		{"input with a default", constant, "", refs("for_each_expression", "var.y"), Absent},
		{"input from a function", "{}", "", refs("for_each_expression", "var.x"), Unknown},
		{"input from known each.value of the call", x, refs("for_each_expression", "var.known"), refs("for_each_expression", "var.x"), Absent},
		{"input from unknown each.value of the call", x, refs("for_each_expression", "terraform_data.t"), refs("for_each_expression", "var.x"), Unknown},
		{"input from each.value of a call without for_each", x, "", refs("for_each_expression", "var.x"), Unknown},
		{"a local value", constant, "", refs("for_each_expression", "local.x"), Unknown},
		{"resource of an irrelevant type", constant, "", refs("for_each_expression", "terraform_data.t"), Unknown},
		{"count instead", constant, "", refs("count_expression", "var.x"), Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, plan(tt.input, tt.call, tt.forEach), Options{})
			if got := p.Clusters[0].After("node_config", 0, "service_account"); got.State != tt.want {
				t.Errorf("got state %d, want %d", got.State, tt.want)
			}
		})
	}
}

// TestUnknownAttribute checks that an attribute that a plan does not show is
// unknown, unless everything that it refers to is proven to be known.
func TestUnknownAttribute(t *testing.T) {
	change := func(mode, typ, actions, after, unknown string) string {
		return `,{"address": "x", "mode": "` + mode + `", "type": "` + typ + `", "name": "x", "change": {"actions": [` + actions + `], "after": {` + after + `}, "after_unknown": {` + unknown + `}}}`
	}
	block := func(mode, typ, more string) string {
		return `|,{"address": "x", "mode": "` + mode + `", "type": "` + typ + `", "name": "x", "provider_config_key": "google"` + more + `}`
	}
	const reads, managed = "data", "managed"
	for _, tt := range []struct {
		name, reference, more string
		want                  State
	}{
		{"a data source read while planning", "data.external.x.result", block(reads, "external", ""), Absent},
		{"a data source read during apply", "data.external.x.result", change(reads, "external", `"read"`, "", `"result": true`) + block(reads, "external", ""), Unknown},
		{"data source of a relevant type", "data.google_project.x.number", change(reads, "google_project", `"read"`, "", "") + block(reads, "google_project", ""), Unknown},
		{"resource of an irrelevant type", "terraform_data.x.output", change(managed, "terraform_data", `"no-op"`, "", "") + block(managed, "terraform_data", ""), Unknown},
		{"attribute that the plan shows as null", "google_service_account.x.description", change(managed, "google_service_account", `"create"`, "", `"email": true`) + block(managed, "google_service_account", ""), Absent},
		{"unknown attribute", "google_service_account.x.email", change(managed, "google_service_account", `"create"`, "", `"email": true`) + block(managed, "google_service_account", ""), Unknown},
		{"partly unknown attribute", "google_container_cluster.x.master_auth", change(managed, "google_container_cluster", `"create"`, "", `"master_auth": [{"client_key": true}]`) + block(managed, "google_container_cluster", ""), Unknown},
		{"one of several instances", "google_service_account.x", change(managed, "google_service_account", `"create"`, "", `"email": true`) + block(managed, "google_service_account", ""), Unknown},
		{"update that does not change it", "google_service_account.x.email", change(managed, "google_service_account", `"update"`, "", "") + block(managed, "google_service_account", ""), Absent},
		{"not in the plan", "google_service_account.x.email", "|", Unknown},
		{"an ephemeral value", "ephemeral.external.x.result", "|", Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			expressions := `"node_config": [{"service_account": {"references": ["` + tt.reference + `"]}}]`
			data := clusterPlan(`, "node_config": [{}]`, `, "node_config": [{"service_account": true}]`, expressions, providerSets(`{"constant_value": "acme-prod"}`), tt.more)
			p := mustRead(t, data, Options{})
			for _, c := range p.Clusters {
				if c.Address != "google_container_cluster.c" {
					continue
				}
				if got := c.After("node_config", 0, "service_account"); got.State != tt.want {
					t.Errorf("got state %d, want %d", got.State, tt.want)
				}
			}
		})
	}
}
