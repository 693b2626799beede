package iam

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	agent   = "serviceAccount:service-111@container-engine-robot.iam.gserviceaccount.com"
	account = "serviceAccount:gke@acme-prod.iam.gserviceaccount.com"
	human   = "user:alice@acme.example"

	project = "//cloudresourcemanager.googleapis.com/projects/acme-prod"
	folder  = "//cloudresourcemanager.googleapis.com/folders/4"
)

// roles returns roles with and without the permission p.x.y, and roles that are
// disabled and deleted.
func roles() Roles {
	return Roles{Fetched: map[string]Role{
		"roles/gives":                  {Permissions: []string{"p.x.y", "p.x.z"}},
		"roles/other":                  {Permissions: []string{"p.x.z"}},
		"projects/acme-prod/roles/off": {Permissions: []string{"p.x.y"}, Stage: "DISABLED"},
		"projects/acme-prod/roles/del": {Permissions: []string{"p.x.y"}, Deleted: true},
	}}
}

func bound(role string, members ...string) *Policy {
	return &Policy{Bindings: []Binding{{Role: role, Members: members}}}
}

// TestMembers: which identities the members of a binding include.
func TestMembers(t *testing.T) {
	identities := map[string]Identity{
		"agent":         {Member: agent, ServiceAgent: true, Containers: []string{"projects/111", "projects/acme-prod", "folders/4"}},
		"account":       {Member: account, Containers: []string{"projects/111", "projects/acme-prod", "folders/4"}},
		"unknown home":  {Member: account},
		"human":         {Member: human},
		"other project": {Member: "serviceAccount:other@acme-prod.iam.gserviceaccount.com", Containers: []string{"projects/222"}},
	}
	const sets = "principalSet://cloudresourcemanager.googleapis.com/"
	for _, tt := range []struct {
		who, member string
		want        Verdict
	}{
		{"account", account, Yes},
		{"account", "serviceAccount:GKE@acme-prod.iam.gserviceaccount.com", Yes},
		{"account", agent, No},
		{"account", "user:gke@acme-prod.iam.gserviceaccount.com", No},
		{"human", human, Yes},
		{"human", "user:bob@acme.example", No},
		{"account", "group:g@acme.example", Unknown},
		{"human", "domain:acme.example", Yes},
		{"human", "domain:other.example", No},
		{"account", "domain:acme-prod.iam.gserviceaccount.com", No},
		{"account", "allUsers", Yes},
		{"human", "allAuthenticatedUsers", Yes},
		{"account", "deleted:" + account + "?uid=1", No},
		{"account", sets + "projects/111/type/ServiceAccount", Yes},
		{"account", sets + "folders/4/type/ServiceAccount", Yes},
		{"account", sets + "projects/999/type/ServiceAccount", No},
		{"other project", sets + "projects/111/type/ServiceAccount", No},
		{"unknown home", sets + "projects/111/type/ServiceAccount", Unknown},
		{"agent", sets + "projects/111/type/ServiceAccount", No},
		{"agent", sets + "projects/111/type/ServiceAgent", Yes},
		{"account", sets + "projects/111/type/ServiceAgent", No},
		{"human", sets + "projects/111/type/ServiceAccount", No},
		{"account", sets + "projects/111", Unknown},
		{"account", "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*", No},
		{"account", "principalSet://goog/public:all", Unknown},
		{"account", "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s", No},
		{"account", "principal://iam.googleapis.com/projects/-/serviceAccounts/gke@acme-prod.iam.gserviceaccount.com", Unknown},
		{"account", "projectEditor:acme-prod", Unknown},
		{"account", "unknown:google_x.y", Unknown},
		{"account", "", Unknown},
	} {
		q := Question{Identity: identities[tt.who], Permission: "p.x.y", Complete: true,
			Levels: []Level{{Resource: project, Policy: bound("roles/gives", tt.member)}}}
		if got := Evaluate(q, roles()); got.Verdict != tt.want {
			t.Errorf("%s as %q: got verdict %d, want %d", tt.who, tt.member, got.Verdict, tt.want)
		}
		// A role without the permission does not grant it to any member.
		q.Levels[0].Policy = bound("roles/other", tt.member)
		if got := Evaluate(q, roles()); got.Verdict != No {
			t.Errorf("%s as %q of another role: got verdict %d, want No", tt.who, tt.member, got.Verdict)
		}
	}
}

// TestLevels: a grant at one level is enough for Yes, and No needs all levels.
func TestLevels(t *testing.T) {
	gives, other := bound("roles/gives", agent), bound("roles/other", agent)
	readable := func(resource string, p *Policy) Level { return Level{Resource: resource, Policy: p} }
	unreadable := Level{Resource: folder, Unreadable: "403"}
	for _, tt := range []struct {
		name     string
		levels   []Level
		complete bool
		want     Verdict
		doubt    DoubtKind
	}{
		{"grant", []Level{readable(project, gives)}, true, Yes, ""},
		{"grant on an ancestor", []Level{readable(project, other), readable(folder, gives)}, true, Yes, ""},
		{"grant and unreadable policy", []Level{readable(project, gives), unreadable}, false, Yes, ""},
		{"no grant", []Level{readable(project, other), readable(folder, &Policy{})}, true, No, ""},
		{"no grant and unreadable policy", []Level{readable(project, other), unreadable}, true, Unknown, DoubtPolicy},
		{"no grant and unknown ancestors", []Level{readable(project, other)}, false, Unknown, DoubtAncestors},
		{"no levels", nil, true, No, ""},
		{"unknown role", []Level{readable(project, bound("roles/new", agent))}, true, Unknown, DoubtRole},
		{"disabled role", []Level{readable(project, bound("projects/acme-prod/roles/off", agent))}, true, No, ""},
		{"deleted role", []Level{readable(project, bound("projects/acme-prod/roles/del", agent))}, true, No, ""},
		{"group", []Level{readable(project, bound("roles/gives", "group:g@acme.example"))}, true, Unknown, DoubtGroup},
		{"unknown condition", []Level{readable(project, &Policy{Bindings: []Binding{{Role: "roles/gives", Members: []string{agent}, Condition: &Condition{Expression: "x"}}}})}, true, Unknown, DoubtCondition},
		{"unknown condition and grant", []Level{readable(project, &Policy{Bindings: []Binding{{Role: "roles/gives", Members: []string{agent}, Condition: &Condition{Expression: "x"}}, {Role: "roles/gives", Members: []string{agent}}}})}, true, Yes, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Evaluate(Question{Identity: Identity{Member: agent, ServiceAgent: true}, Permission: "p.x.y", Levels: tt.levels, Complete: tt.complete}, roles())
			if got.Verdict != tt.want {
				t.Fatalf("got verdict %d, want %d", got.Verdict, tt.want)
			}
			if tt.doubt != "" && (len(got.Doubts) != 1 || got.Doubts[0].Kind != tt.doubt) {
				t.Errorf("got doubts %+v, want %s", got.Doubts, tt.doubt)
			}
			if (tt.want == Yes) != (len(got.Grants) > 0) {
				t.Errorf("got grants %+v for verdict %d", got.Grants, tt.want)
			}
		})
	}
}

// TestUnconfirmed: roles that lack a permission by the table alone are unconfirmed;
// roles that have it are not.
func TestUnconfirmed(t *testing.T) {
	table := parseTable("2026-08-22\np.x.y p.x.z\nroles/gives 0 1\nroles/other 1\nroles/empty\n")
	evaluate := func(role, permission string, fetched map[string]Role) Answer {
		return Evaluate(Question{Identity: Identity{Member: agent}, Permission: permission, Complete: true,
			Levels: []Level{{Resource: project, Policy: bound(role, agent)}}}, Roles{Table: table, Fetched: fetched})
	}
	for _, tt := range []struct {
		role, permission string
		fetched          map[string]Role
		want             Verdict
		unconfirmed      []string
	}{
		{"roles/gives", "p.x.y", nil, Yes, nil},
		{"roles/other", "p.x.y", nil, No, []string{"roles/other"}},
		{"roles/empty", "p.x.y", nil, No, []string{"roles/empty"}},
		{"roles/gives", "q.not.covered", nil, Unknown, []string{"roles/gives"}},
		{"roles/new", "p.x.y", nil, Unknown, []string{"roles/new"}},
		{"roles/other", "p.x.y", map[string]Role{"roles/other": {Permissions: []string{"p.x.y"}}}, Yes, nil},
		{"roles/other", "p.x.y", map[string]Role{"roles/other": {}}, No, nil},
	} {
		got := evaluate(tt.role, tt.permission, tt.fetched)
		if got.Verdict != tt.want || !slices.Equal(got.NeedsRoleFetch, tt.unconfirmed) {
			t.Errorf("%s of %s: got %d, unconfirmed %v; want %d, %v", tt.permission, tt.role, got.Verdict, got.NeedsRoleFetch, tt.want, tt.unconfirmed)
		}
	}
}

// TestPredefined compares the embedded table with facts that rules depend on.
// https://docs.cloud.google.com/iam/docs/roles-permissions/container
func TestPredefined(t *testing.T) {
	table := Predefined()
	for _, tt := range []struct {
		role, permission string
		want             Verdict
	}{
		{"roles/container.serviceAgent", "compute.regions.get", Yes},
		{"roles/container.serviceAgent", "cloudkms.cryptoKeyVersions.useToEncrypt", No},
		{"roles/container.clusterAdmin", "container.clusters.create", Yes},
		{"roles/container.clusterAdmin", "iam.serviceAccounts.actAs", No},
		{"roles/container.clusterAdmin", "compute.instanceGroupManagers.get", No},
		{"roles/editor", "iam.serviceAccounts.actAs", Yes},
		{"roles/owner", "iam.serviceAccounts.getAccessToken", No},
		{"roles/compute.instanceGroupManagerServiceAgent", "compute.instances.create", Yes},
		{"roles/container.defaultNodeServiceAccount", "autoscaling.sites.writeMetrics", Yes},
		{"roles/container.defaultNodeServiceAccount", "compute.regions.get", No},
		{"roles/no.such.role", "compute.regions.get", Unknown},
		{"roles/editor", "no.such.permission", Unknown},
	} {
		if got := table.Has(tt.role, tt.permission); got != tt.want {
			t.Errorf("%s of %s: got %d, want %d", tt.permission, tt.role, got, tt.want)
		}
	}
	nodes, known := table.Permissions("roles/container.defaultNodeServiceAccount")
	want := []string{
		"autoscaling.sites.writeMetrics", "logging.logEntries.create", "monitoring.metricDescriptors.create",
		"monitoring.metricDescriptors.list", "monitoring.timeSeries.create", "monitoring.timeSeries.list",
	}
	if diff := cmp.Diff(want, nodes); diff != "" || !known {
		t.Errorf("the node role (-want +got):\n%s", diff)
	}
	if table.Date() != "2026-08-22" {
		t.Errorf("got date %s", table.Date())
	}
}

// TestApply: a policy after edits.
func TestApply(t *testing.T) {
	now := &Policy{Bindings: []Binding{
		{Role: "r", Members: []string{"a", "b"}},
		{Role: "s", Members: []string{"a"}},
		{Role: "r", Members: []string{"c"}, Condition: &Condition{Expression: "x"}},
	}}
	grant := func(role string, members ...string) []Binding {
		return []Binding{{Role: role, Members: members, Source: "x.y"}}
	}
	under := func(role string, c *Condition, members ...string) []Binding {
		return []Binding{{Role: role, Members: members, Condition: c, Source: "x.y"}}
	}
	after := func(int) bool { return true }
	for _, tt := range []struct {
		name  string
		edits []Edit
		want  map[string]string // role and member, with the condition, to source
	}{
		{"no edits", nil, map[string]string{"r a": "", "r b": "", "s a": "", "r c if x": ""}},
		{"add a member", []Edit{{Effect: Add, Bindings: grant("r", "d")}}, map[string]string{"r a": "", "r b": "", "r d": "x.y", "s a": "", "r c if x": ""}},
		{"add a member late", []Edit{{Effect: Add, Bindings: grant("r", "d"), MayComeTooLate: true}}, map[string]string{"r a": "", "r b": "", "s a": "", "r c if x": ""}},
		{"add an existing member", []Edit{{Effect: Add, Bindings: grant("r", "a")}}, map[string]string{"r a": "", "r b": "", "s a": "", "r c if x": ""}},
		{"remove a member", []Edit{{Effect: Remove, Bindings: grant("r", "a")}}, map[string]string{"r b": "", "s a": "", "r c if x": ""}},
		{"remove, then add again", []Edit{{Effect: Remove, Bindings: grant("r", "a")}, {Effect: Add, Bindings: grant("r", "a"), RunsAfter: after}}, map[string]string{"r a": "x.y", "r b": "", "s a": "", "r c if x": ""}},
		{"remove and add in unknown order", []Edit{{Effect: Remove, Bindings: grant("r", "a")}, {Effect: Add, Bindings: grant("r", "a")}}, map[string]string{"r b": "", "s a": "", "r c if x": ""}},
		{"add, and set the role without the member", []Edit{{Effect: Add, Bindings: grant("r", "d")}, {Effect: SetRole, Bindings: grant("r", "b")}}, map[string]string{"r b": "", "s a": "", "r c if x": ""}},
		{"add, and set the role with the member", []Edit{{Effect: Add, Bindings: grant("r", "d")}, {Effect: SetRole, Bindings: grant("r", "b", "d")}}, map[string]string{"r b": "", "r d": "x.y", "s a": "", "r c if x": ""}},
		{"add, and set the role with an unknown member", []Edit{{Effect: Add, Bindings: grant("r", "d")}, {Effect: SetRole, Bindings: grant("r", "unknown:x.y")}}, map[string]string{"r unknown:x.y": "x.y", "s a": "", "r c if x": ""}},
		{"set the role with the member, and remove", []Edit{{Effect: SetRole, Bindings: grant("r", "a", "b")}, {Effect: Remove, Bindings: grant("r", "a")}}, map[string]string{"r b": "", "s a": "", "r c if x": ""}},
		{"set the role twice", []Edit{{Effect: SetRole, Bindings: grant("r", "a", "b")}, {Effect: SetRole, Bindings: grant("r", "b", "d")}}, map[string]string{"r b": "", "s a": "", "r c if x": ""}},
		{"add, and set the policy without the member", []Edit{{Effect: Add, Bindings: grant("r", "d")}, {Effect: SetPolicy, Bindings: grant("s", "a")}}, map[string]string{"s a": ""}},
		{"set the policy, then add", []Edit{{Effect: SetPolicy, Bindings: grant("s", "a")}, {Effect: Add, Bindings: grant("r", "d"), RunsAfter: after}}, map[string]string{"s a": "", "r d": "x.y"}},
		{"set the role", []Edit{{Effect: SetRole, Bindings: grant("r", "b", "d")}}, map[string]string{"r b": "", "r d": "x.y", "s a": "", "r c if x": ""}},
		{"set the role late", []Edit{{Effect: SetRole, Bindings: grant("r", "b", "d"), MayComeTooLate: true}}, map[string]string{"r b": "", "s a": "", "r c if x": ""}},
		{"set the role with an unknown member late", []Edit{{Effect: SetRole, Bindings: grant("r", "b", "unknown:x.y"), MayComeTooLate: true}}, map[string]string{"r b": "", "r maybe:a": "", "s a": "", "r c if x": ""}},
		{"set the role with an unknown member", []Edit{{Effect: SetRole, Bindings: grant("r", "b", "unknown:x.y")}}, map[string]string{"r b": "", "r unknown:x.y": "x.y", "s a": "", "r c if x": ""}},
		{"set a new role with an unknown member late", []Edit{{Effect: SetRole, Bindings: grant("t", "unknown:x.y"), MayComeTooLate: true}}, map[string]string{"r a": "", "r b": "", "s a": "", "r c if x": ""}},
		{"set the policy with an unknown member late", []Edit{{Effect: SetPolicy, Bindings: grant("r", "unknown:x.y"), MayComeTooLate: true}}, map[string]string{"r maybe:a": "", "r maybe:b": ""}},
		{"add an unknown member late", []Edit{{Effect: Add, Bindings: grant("r", "unknown:x.y"), MayComeTooLate: true}}, map[string]string{"r a": "", "r b": "", "s a": "", "r c if x": ""}},
		{"set the role with the condition under another title", []Edit{{Effect: SetRole, Bindings: under("r", &Condition{Title: "t", Expression: "x"}, "d")}}, map[string]string{"r a": "", "r b": "", "s a": "", "r c if x": "", "r d if x": "x.y"}},
		{"remove with the condition under another description", []Edit{{Effect: Remove, Bindings: under("r", &Condition{Description: "d", Expression: "x"}, "c")}}, map[string]string{"r a": "", "r b": "", "s a": "", "r c if x": ""}},
		{"set the role with the condition", []Edit{{Effect: SetRole, Bindings: under("r", &Condition{Expression: "x"}, "d")}}, map[string]string{"r a": "", "r b": "", "s a": "", "r d if x": "x.y"}},
		{"set the role with a condition of unknown title", []Edit{{Effect: SetRole, Bindings: under("r", &Condition{Expression: "x", Unknown: true}, "d")}}, map[string]string{"r a": "", "r b": "", "s a": "", "r maybe:c if x": "", "r d if x": "x.y"}},
		{"set the role with an unknown condition", []Edit{{Effect: SetRole, Bindings: under("r", &Condition{Unknown: true}, "d")}}, map[string]string{"r maybe:a": "", "r maybe:b": "", "s a": "", "r maybe:c if x": "", "r d if ": "x.y"}},
		{"set the role with another, partly unknown condition", []Edit{{Effect: SetRole, Bindings: under("r", &Condition{Expression: "y", Unknown: true}, "d")}}, map[string]string{"r a": "", "r b": "", "s a": "", "r c if x": "", "r d if y": "x.y"}},
		{"remove with an unknown condition", []Edit{{Effect: Remove, Bindings: under("r", &Condition{Unknown: true}, "c")}}, map[string]string{"r a": "", "r b": "", "s a": "", "r maybe:c if x": ""}},
		{"set the role without members", []Edit{{Effect: SetRole, Bindings: grant("r")}}, map[string]string{"s a": "", "r c if x": ""}},
		{"set the policy", []Edit{{Effect: SetPolicy, Bindings: grant("s", "a", "d")}}, map[string]string{"s a": "", "s d": "x.y"}},
		{"strip a member of all roles", []Edit{{Effect: RemoveFromAllRoles, Bindings: []Binding{{Members: []string{"a"}}}}}, map[string]string{"r b": "", "r c if x": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, flat(Level{Policy: now}.Apply(tt.edits).Policy)); diff != "" {
				t.Errorf("policy after edits (-want +got):\n%s", diff)
			}
			if len(now.Bindings) != 3 || len(now.Bindings[0].Members) != 2 {
				t.Fatal("Apply changed the original policy")
			}
		})
	}
	if got := (Level{Policy: now}).Apply([]Edit{{Effect: SetPolicy, Unknown: "x.y"}}); got.Policy != nil || got.Unreadable != "x.y" {
		t.Errorf("set an unknown policy: got %+v, want an unreadable policy", got)
	}
	unreadable := Level{Unreadable: "403"}
	if got := unreadable.Apply([]Edit{{Effect: Add, Bindings: grant("r", "d")}}); got.Policy != nil || len(got.Planned) != 1 {
		t.Errorf("add to an unreadable policy: got %+v, want a planned binding", got)
	}
	if got := unreadable.Apply([]Edit{{Effect: Add, Bindings: grant("r", "d"), MayComeTooLate: true}}); len(got.Planned) != 0 {
		t.Errorf("add late to an unreadable policy: got %+v, want no planned binding", got)
	}
	if got := unreadable.Apply([]Edit{{Effect: SetPolicy, Bindings: grant("r", "d")}}); got.Policy == nil {
		t.Errorf("set an unreadable policy: got %+v, want a policy", got)
	}
}

// flat returns the source of each role and member, with the condition.
func flat(p *Policy) map[string]string {
	out := map[string]string{}
	for _, b := range p.Bindings {
		for _, m := range b.Members {
			key := b.Role + " " + m
			if b.Condition != nil {
				key += " if " + b.Condition.Expression
			}
			out[key] = b.Source
		}
	}
	return out
}
