package plan

import (
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// planWithChange returns a plan with one managed resource change and its
// configuration.
func planWithChange(t *testing.T, typ, body, expressions string) *Plan {
	t.Helper()
	return mustRead(t, fmt.Sprintf(`{"format_version": "1.2",
		"resource_changes": [
			{"address": "%[1]s.x", "mode": "managed", "type": %[1]q, "name": "x", "change": {%[2]s}},
			{"address": "google_project_iam_custom_role.r", "mode": "managed", "type": "google_project_iam_custom_role", "name": "r",
			 "change": {"actions": ["create"], "after": {"project": "acme-prod", "role_id": "made", "permissions": ["a.b.c"]}}},
			{"address": "google_project_service_identity.gke", "mode": "managed", "type": "google_project_service_identity", "name": "gke",
			 "change": {"actions": ["create"], "after": {"project": "acme-prod", "service": "container.googleapis.com"}}}],
		"configuration": {"provider_config": {"google": {"name": "google"}}, "root_module": {"resources": [
			{"address": "%[1]s.x", "mode": "managed", "type": %[1]q, "name": "x", "provider_config_key": "google", "expressions": {%[3]s}},
			{"address": "google_project_iam_custom_role.r", "mode": "managed", "type": "google_project_iam_custom_role", "name": "r", "provider_config_key": "google"},
			{"address": "google_project_service_identity.gke", "mode": "managed", "type": "google_project_service_identity", "name": "gke", "provider_config_key": "google"}]}}}`,
		typ, body, expressions), Options{})
}

// TestPolicyChanges checks the effect of each kind of resource on allow
// policies.
func TestPolicyChanges(t *testing.T) {
	const member = `"role": "roles/x", "member": "user:a@acme.example"`
	creates := func(more string) string { return `"actions": ["create"], "after": {` + member + `, ` + more + `}` }
	type want struct {
		on     string
		effect PolicyEffect
		grants string
	}
	for _, tt := range []struct {
		name, typ, body, expressions string
		want                         want
	}{
		{"a project", "google_project_iam_member", creates(`"project": "acme-prod"`), "", want{"projects/acme-prod", AddsMembers, "[roles/x [user:a@acme.example]]"}},
		{"a folder", "google_folder_iam_member", creates(`"folder": "folders/4"`), "", want{"folders/4", AddsMembers, "[roles/x [user:a@acme.example]]"}},
		{"an organization", "google_organization_iam_member", creates(`"org_id": "1"`), "", want{"organizations/1", AddsMembers, "[roles/x [user:a@acme.example]]"}},
		{"an account", "google_service_account_iam_member", creates(`"service_account_id": "projects/p/serviceAccounts/a@p.iam.gserviceaccount.com"`), "", want{"projects/p/serviceAccounts/a@p.iam.gserviceaccount.com", AddsMembers, "[roles/x [user:a@acme.example]]"}},
		{"a subnetwork", "google_compute_subnetwork_iam_member", creates(`"project": "acme-host", "region": "r", "subnetwork": "s"`), "", want{"projects/acme-host/regions/r/subnetworks/s", AddsMembers, "[roles/x [user:a@acme.example]]"}},
		{"a key", "google_kms_crypto_key_iam_member", creates(`"crypto_key_id": "projects/k/locations/l/keyRings/r/cryptoKeys/c"`), "", want{"projects/k/locations/l/keyRings/r/cryptoKeys/c", AddsMembers, "[roles/x [user:a@acme.example]]"}},
		{"short name of a key", "google_kms_crypto_key_iam_member", creates(`"crypto_key_id": "k/l/r/c"`), "", want{"projects/k/locations/l/keyRings/r/cryptoKeys/c", AddsMembers, "[roles/x [user:a@acme.example]]"}},
		{"short name of a key ring", "google_kms_key_ring_iam_member", creates(`"key_ring_id": "k/l/r"`), "", want{"projects/k/locations/l/keyRings/r", AddsMembers, "[roles/x [user:a@acme.example]]"}},
		{"a CA pool", "google_privateca_ca_pool_iam_member", creates(`"ca_pool": "projects/k/locations/l/caPools/c"`), "", want{"projects/k/locations/l/caPools/c", AddsMembers, "[roles/x [user:a@acme.example]]"}},
		{"a topic", "google_pubsub_topic_iam_member", creates(`"project": "acme-prod", "topic": "t"`), "", want{"projects/acme-prod/topics/t", AddsMembers, "[roles/x [user:a@acme.example]]"}},
		{"a tag value", "google_tags_tag_value_iam_member", creates(`"tag_value": "tagValues/2"`), "", want{"tagValues/2", AddsMembers, "[roles/x [user:a@acme.example]]"}},
		{"a tag key", "google_tags_tag_key_iam_member", creates(`"tag_key": "tagKeys/1"`), "", want{"tagKeys/1", AddsMembers, "[roles/x [user:a@acme.example]]"}},
		{"destroyed member", "google_project_iam_member", `"actions": ["delete"], "before": {` + member + `, "project": "acme-prod"}`, "", want{"projects/acme-prod", RemovesMembers, "[roles/x [user:a@acme.example]]"}},
		{"member_remove", "google_project_iam_member_remove", creates(`"project": "acme-prod"`), "", want{"projects/acme-prod", RemovesMembers, "[roles/x [user:a@acme.example]]"}},
		{"a binding", "google_project_iam_binding", `"actions": ["update"], "after": {"role": "roles/x", "members": ["user:a@acme.example"], "project": "acme-prod"}`, "", want{"projects/acme-prod", SetsRole, "[roles/x [user:a@acme.example]]"}},
		{"destroyed binding", "google_project_iam_binding", `"actions": ["delete"], "before": {"role": "roles/x", "members": ["user:a@acme.example"], "project": "acme-prod"}`, "", want{"projects/acme-prod", SetsRole, "[roles/x []]"}},
		{"a policy", "google_project_iam_policy", `"actions": ["create"], "after": {"project": "acme-prod", "policy_data": "{\"bindings\": [{\"role\": \"roles/x\", \"members\": [\"user:a@acme.example\"]}]}"}`, "", want{"projects/acme-prod", SetsPolicy, "[roles/x [user:a@acme.example]]"}},
		{"default accounts", "google_project_default_service_accounts", `"actions": ["create"], "after": {"project": "acme-prod", "action": "DEPRIVILEGE"}`, "", want{"projects/acme-prod", RemovesDefaultAccounts, ""}},
		{"planned custom role", "google_project_iam_member", `"actions": ["create"], "after": {"member": "user:a@acme.example", "project": "acme-prod"}, "after_unknown": {"role": true}`,
			`"role": {"references": ["google_project_iam_custom_role.r.name", "google_project_iam_custom_role.r"]}`, want{"projects/acme-prod", AddsMembers, "[projects/acme-prod/roles/made [user:a@acme.example]]"}},
		{"planned service agent", "google_project_iam_member", `"actions": ["create"], "after": {"role": "roles/x", "project": "acme-prod"}, "after_unknown": {"member": true}`,
			`"member": {"references": ["google_project_service_identity.gke.member", "google_project_service_identity.gke"]}`, want{"projects/acme-prod", AddsMembers, "[roles/x [serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com]]"}},
		{"unknown member", "google_project_iam_member", `"actions": ["create"], "after": {"role": "roles/x", "project": "acme-prod"}, "after_unknown": {"member": true}`,
			`"member": {"references": ["local.member"]}`, want{"projects/acme-prod", AddsMembers, "[roles/x [] and more]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := planWithChange(t, tt.typ, tt.body, tt.expressions).PolicyChanges()
			if len(all) != 1 {
				t.Fatalf("got %d policy changes, want 1: %+v", len(all), all)
			}
			var grants []string
			for _, g := range all[0].Grants {
				more := ""
				if g.HasUnknownMembers {
					more = " and more"
				}
				grants = append(grants, fmt.Sprintf("[%s %v%s]", g.Role, g.Members, more))
			}
			got := want{all[0].Resource.Relative(), all[0].Effect, strings.Join(grants, " ")}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestDenyChanges checks the rules of a deny policy and the resource that it is
// attached to.
func TestDenyChanges(t *testing.T) {
	const parent = `"parent": "cloudresourcemanager.googleapis.com%2Fprojects%2Facme-prod", "name": "guard"`
	const rule = `{"deny_rule": [{"denied_principals": ["principalSet://goog/public:all"], "exception_principals": ["principal://goog/subject/a@acme.example"],
		"denied_permissions": ["container.googleapis.com/clusters.create"], "denial_condition": [{"expression": "true"}]}]}`
	known := DenyRule{
		Principals: []string{"principalSet://goog/public:all"}, ExceptPrincipals: []string{"principal://goog/subject/a@acme.example"},
		Permissions: []string{"container.googleapis.com/clusters.create"}, Condition: "true",
	}
	for name, tt := range map[string]struct {
		body  string
		on    string
		rules []DenyRule
	}{
		"created":            {`"actions": ["create"], "after": {` + parent + `, "rules": [` + rule + `]}`, "projects/acme-prod", []DenyRule{known}},
		"destroyed":          {`"actions": ["delete"], "before": {` + parent + `, "rules": [` + rule + `]}`, "projects/acme-prod", nil},
		"unknown parent":     {`"actions": ["create"], "after": {"name": "guard", "rules": [` + rule + `]}, "after_unknown": {"parent": true}`, "", []DenyRule{known}},
		"unknown principals": {`"actions": ["create"], "after": {` + parent + `, "rules": [{"deny_rule": [{"denied_permissions": ["x"]}]}]}, "after_unknown": {"rules": [{"deny_rule": [{"denied_principals": true}]}]}`, "projects/acme-prod", []DenyRule{{Permissions: []string{"x"}, Unknown: true}}},
		"unknown rules":      {`"actions": ["create"], "after": {` + parent + `}, "after_unknown": {"rules": true}`, "projects/acme-prod", []DenyRule{{Unknown: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			p := planWithChange(t, "google_iam_deny_policy", tt.body, `"rules": [{"deny_rule": [{"denied_principals": {"references": ["local.x"]}}]}], "parent": {"references": ["local.x"]}`)
			all := p.DenyChanges()
			if len(all) != 1 {
				t.Fatalf("got %d deny changes, want 1", len(all))
			}
			if all[0].Parent.Relative() != tt.on || all[0].ID != "guard" {
				t.Errorf("got policy %s on %q, want guard on %q", all[0].ID, all[0].Parent, tt.on)
			}
			if diff := cmp.Diff(tt.rules, all[0].Rules); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRoleChanges checks the permissions of a custom role before and after
// apply.
func TestRoleChanges(t *testing.T) {
	for name, tt := range map[string]struct {
		typ, body string
		want      RoleChange
	}{
		"created":   {"google_organization_iam_custom_role", `"actions": ["create"], "after": {"org_id": "1", "role_id": "x", "permissions": ["a.b.c"]}`, RoleChange{Role: "organizations/1/roles/x", After: []string{"a.b.c"}}},
		"updated":   {"google_organization_iam_custom_role", `"actions": ["update"], "before": {"org_id": "1", "role_id": "x", "permissions": ["a.b.c"]}, "after": {"org_id": "1", "role_id": "x", "permissions": []}`, RoleChange{Role: "organizations/1/roles/x", Before: []string{"a.b.c"}, After: []string{}}},
		"destroyed": {"google_organization_iam_custom_role", `"actions": ["delete"], "before": {"org_id": "1", "role_id": "x", "permissions": ["a.b.c"]}`, RoleChange{Role: "organizations/1/roles/x", Destroyed: true, Before: []string{"a.b.c"}}},
		"disabled":  {"google_organization_iam_custom_role", `"actions": ["create"], "after": {"org_id": "1", "role_id": "x", "permissions": ["a.b.c"], "stage": "DISABLED"}`, RoleChange{Role: "organizations/1/roles/x", After: []string{}}},
		"unknown":   {"google_organization_iam_custom_role", `"actions": ["create"], "after": {"org_id": "1", "role_id": "x"}, "after_unknown": {"permissions": true}`, RoleChange{Role: "organizations/1/roles/x", After: []string{}, Unknown: true}},
	} {
		t.Run(name, func(t *testing.T) {
			got := planWithChange(t, tt.typ, tt.body, `"permissions": {"references": ["local.x"]}`).RoleChanges()[0]
			got.Change = nil
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestMoves checks which updates move a project or a folder, and where to.
func TestMoves(t *testing.T) {
	for name, tt := range map[string]struct{ typ, body, expressions, want string }{
		"to a folder":          {"google_project", `"actions": ["update"], "before": {"project_id": "p", "folder_id": "1"}, "after": {"project_id": "p", "folder_id": "folders/2"}`, "", "projects/p to folders/2"},
		"to the organization":  {"google_project", `"actions": ["update"], "before": {"project_id": "p", "folder_id": "1"}, "after": {"project_id": "p", "org_id": "3"}`, "", "projects/p to organizations/3"},
		"to an unknown folder": {"google_project", `"actions": ["update"], "before": {"project_id": "p", "folder_id": "1"}, "after": {"project_id": "p"}, "after_unknown": {"folder_id": true}`, `"folder_id": {"references": ["local.x"]}`, "projects/p to "},
		"the same folder":      {"google_project", `"actions": ["update"], "before": {"project_id": "p", "folder_id": "1"}, "after": {"project_id": "p", "folder_id": "folders/1"}`, "", ""},
		"a new project":        {"google_project", `"actions": ["create"], "after": {"project_id": "p", "folder_id": "1"}`, "", ""},
		"a folder":             {"google_folder", `"actions": ["update"], "before": {"name": "folders/1", "parent": "organizations/3"}, "after": {"name": "folders/1", "parent": "folders/2"}`, "", "folders/1 to folders/2"},
		"renamed folder":       {"google_folder", `"actions": ["update"], "before": {"name": "folders/1", "parent": "folders/2", "display_name": "a"}, "after": {"name": "folders/1", "parent": "folders/2", "display_name": "b"}`, "", ""},
	} {
		got := ""
		for _, m := range planWithChange(t, tt.typ, tt.body, tt.expressions).Moves() {
			got += m.Resource + " to " + m.NewParent
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

// TestEndangers checks which changes remove something that clusters may depend
// on.
func TestEndangers(t *testing.T) {
	for name, tt := range map[string]struct {
		typ, body string
		want      bool
	}{
		"a grant":                       {"google_project_iam_member", `"actions": ["create"], "after": {"project": "acme-prod", "role": "r", "member": "m"}`, false},
		"revoked grant":                 {"google_project_iam_member", `"actions": ["delete"], "before": {"project": "acme-prod", "role": "r", "member": "m"}`, true},
		"destroyed account":             {"google_service_account", `"actions": ["delete"], "before": {"account_id": "a"}`, true},
		"newly disabled account":        {"google_service_account", `"actions": ["update"], "before": {"disabled": false}, "after": {"disabled": true}`, true},
		"account disabled before":       {"google_service_account", `"actions": ["update"], "before": {"disabled": true}, "after": {"disabled": true}`, false},
		"API that stays enabled":        {"google_project_service", `"actions": ["delete"], "before": {"service": "x"}`, false},
		"API that is disabled":          {"google_project_service", `"actions": ["delete"], "before": {"service": "x", "disable_on_destroy": true}`, true},
		"abandoned account":             {"google_service_account", `"actions": ["delete"], "before": {"account_id": "a", "deletion_policy": "ABANDON"}`, false},
		"abandoned API":                 {"google_project_service", `"actions": ["delete"], "before": {"service": "x", "disable_on_destroy": true, "deletion_policy": "ABANDON"}`, false},
		"existing policy":               {"google_project_service", `"actions": ["delete"], "before": {"service": "x", "disable_on_destroy": true, "deletion_policy": "DELETE"}`, true},
		"updated role":                  {"google_organization_iam_custom_role", `"actions": ["update"], "before": {}, "after": {}`, true},
		"a deny policy":                 {"google_iam_deny_policy", `"actions": ["create"], "after": {"rules": [{}]}`, true},
		"destroyed deny policy":         {"google_iam_deny_policy", `"actions": ["delete"], "before": {"rules": [{}]}`, false},
		"removed Shared VPC attachment": {"google_compute_shared_vpc_service_project", `"actions": ["delete"], "before": {}`, true},
		"default accounts":              {"google_project_default_service_accounts", `"actions": ["create"], "after": {"action": "DISABLE"}`, true},
		"data source":                   {"google_service_account", `"actions": ["no-op"], "before": {}, "after": {}`, false},
	} {
		if got := planWithChange(t, tt.typ, tt.body, "").RemovesDependencies(); got != tt.want {
			t.Errorf("%s: got %t, want %t", name, got, tt.want)
		}
	}
}

// TestHoldsToken checks that a plaintext token is found wherever it is and in
// whatever chunks the plan is read, and that similar text is not.
func TestHoldsToken(t *testing.T) {
	padding := strings.Repeat(" ", 70_000)
	for name, tt := range map[string]struct {
		members string
		want    bool
	}{
		"in the state":                   {`"prior_state": {"values": {"access_token": "ya29.x"}}`, true},
		"after a long prefix":            {`"prior_state": {"x": "` + padding + `", "access_token": "ya29.x"}`, true},
		"with a line break":              {`"prior_state": {"access_token":` + "\n\t " + `"ya29.x"}`, true},
		"escaped":                        {`"prior_state": {"\u0061ccess_token": "ya29.x"}`, true},
		"every letter escaped":           {`"prior_state": {"\u0061\u0063\u0063\u0065\u0073\u0073\u005f\u0074\u006F\u006b\u0065\u006e": "ya29.x"}`, true},
		"with a space":                   {`"prior_state": {"access_token" : "ya29.x"}`, true},
		"inside a string":                {`"prior_state": {"x": "\u0022access_token\u0022:\u0022x"}`, false},
		"empty token":                    {`"prior_state": {"access_token": ""}`, false},
		"null":                           {`"prior_state": {"access_token": null}`, false},
		"sensitivity flag":               {`"prior_state": {"sensitive_values": {"access_token": true}}`, false},
		"an empty and a non-empty token": {`"prior_state": {"a": {"access_token": ""}, "b": {"access_token": "x"}}`, true},
		"in the configuration":           {`"configuration": {"provider_config": {"google": {"name": "google", "expressions": {"access_token": {"references": ["var.t"]}}}}}`, false},
	} {
		data := `{"format_version": "1.2", "resource_changes": [], ` + tt.members + `}`
		if got := mustRead(t, data, Options{}).ContainsToken; got != tt.want {
			t.Errorf("%s: got %t, want %t", name, got, tt.want)
		}
		scan := &tokenScan{in: iotest.OneByteReader(strings.NewReader(data))}
		if _, err := Read(scan, Options{}); err != nil || scan.found != tt.want {
			t.Errorf("%s, byte by byte: got %t, want %t (%v)", name, scan.found, tt.want, err)
		}
	}
}
