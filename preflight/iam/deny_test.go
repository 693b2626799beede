package iam

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDeny: a rule denies a granted permission, unless it has an exception. An
// uncertain rule turns Yes into Unknown, and leaves No unchanged.
func TestDeny(t *testing.T) {
	const (
		sa       = "principal://iam.googleapis.com/projects/-/serviceAccounts/gke@acme-prod.iam.gserviceaccount.com"
		everyone = "principalSet://goog/public:all"
		accounts = "principalSet://cloudresourcemanager.googleapis.com/projects/111/type/ServiceAccount"
		agents   = "principalSet://cloudresourcemanager.googleapis.com/projects/111/type/ServiceAgent"
		group    = "principalSet://goog/group/g@acme.example"
		create   = "container.googleapis.com/clusters.create"
	)
	rule := func(denied string, permission string, except ...string) DenyRule {
		return DenyRule{Denied: []string{denied}, Permissions: []string{permission}, Except: except}
	}
	conditional := func(expression string) DenyRule {
		d := rule(everyone, create)
		d.Condition = &Condition{Expression: expression}
		return d
	}
	exceptPermission := rule(everyone, "container.googleapis.com/*.*")
	exceptPermission.ExceptPermissions = []string{"container.googleapis.com/clusters.*"}
	for name, tt := range map[string]struct {
		rule DenyRule
		want Verdict
	}{
		"everyone":                                {rule(everyone, create), No},
		"account":                                 {rule(sa, create), No},
		"another account":                         {rule(sa+"x", create), Yes},
		"user":                                    {rule("principal://goog/subject/alice@acme.example", create), Yes},
		"service accounts of the project":         {rule(accounts, create), No},
		"service agents of the project":           {rule(agents, create), Yes},
		"deleted account":                         {rule("deleted:"+sa+"?uid=1", create), Yes},
		"group":                                   {rule(group, create), Unknown},
		"customer":                                {rule("principalSet://goog/cloudIdentityCustomerId/C1", create), Unknown},
		"workforce pool":                          {rule("principalSet://iam.googleapis.com/locations/global/workforcePools/p/*", create), Yes},
		"another permission":                      {rule(everyone, "container.googleapis.com/clusters.delete"), Yes},
		"wildcard verb":                           {rule(everyone, "container.googleapis.com/clusters.*"), No},
		"wildcard for the whole service":          {rule(everyone, "container.googleapis.com/*.*"), No},
		"wildcard resource":                       {rule(everyone, "container.googleapis.com/*.create"), No},
		"wildcard verb of another resource":       {rule(everyone, "container.googleapis.com/operations.*"), Yes},
		"wildcard of another service":             {rule(everyone, "compute.googleapis.com/*.*"), Yes},
		"everyone except the account":             {rule(everyone, create, sa), Yes},
		"everyone except another account":         {rule(everyone, create, sa+"x"), No},
		"everyone except a group":                 {rule(everyone, create, group), Unknown},
		"exception for the permission":            {exceptPermission, Yes},
		"condition is true":                       {conditional("true"), No},
		"condition is false":                      {conditional("false"), Yes},
		"condition on tags":                       {conditional(`resource.matchTag("1/env", "prod")`), Unknown},
		"unknown before apply":                    {DenyRule{Unknown: "not known before apply"}, Unknown},
		"principal in the form of allow policies": {rule(account, create), No},
	} {
		t.Run(name, func(t *testing.T) {
			q := Question{
				Identity:   Identity{Member: account, Containers: []string{"projects/111", "projects/acme-prod"}},
				Permission: "container.clusters.create", Complete: true,
				Levels: []Level{{Resource: project, Policy: bound("roles/gives", account)}, {Resource: folder, Policy: &Policy{}, DenyRules: []DenyRule{tt.rule}}},
			}
			granted := Roles{Fetched: map[string]Role{"roles/gives": {Permissions: []string{"container.clusters.create"}}}}
			got := Evaluate(q, granted)
			if got.Verdict != tt.want {
				t.Errorf("got verdict %d, want %d", got.Verdict, tt.want)
			}
			if tt.want == Unknown && (len(got.Doubts) != 1 || got.Doubts[0].Kind != DoubtDeny || got.Doubts[0].Detail == "") {
				t.Errorf("got doubts %+v, want one about the rule", got.Doubts)
			}
			if (tt.want == No) != (len(got.Denied) == 1) {
				t.Errorf("got denials %+v for verdict %d", got.Denied, tt.want)
			}
			q.Levels[0].Policy = &Policy{}
			if got := Evaluate(q, granted).Verdict; got != No {
				t.Errorf("without a grant: got verdict %d, want No", got)
			}
		})
	}
}

func TestDenyName(t *testing.T) {
	for permission, want := range map[string]string{
		"container.clusters.create":               "container.googleapis.com/clusters.create",
		"resourcemanager.projects.get":            "cloudresourcemanager.googleapis.com/projects.get",
		"cloudkms.cryptoKeyVersions.useToEncrypt": "cloudkms.googleapis.com/cryptoKeyVersions.useToEncrypt",
	} {
		if diff := cmp.Diff(want, DenyPermission(permission)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", permission, diff)
		}
	}
}

// TestUnmet: a binding whose condition is false grants nothing, and is in Unmet.
func TestUnmet(t *testing.T) {
	policy := &Policy{Bindings: []Binding{{Role: "roles/gives", Members: []string{account}, Condition: &Condition{Expression: "false"}}}}
	got := Evaluate(Question{Identity: Identity{Member: account}, Permission: "p.x.y", Complete: true, Levels: []Level{{Resource: project, Policy: policy}}}, roles())
	unmet := []UnmetCondition{{Role: "roles/gives", Member: account, Resource: project, Expression: "false"}}
	want := Answer{Verdict: No, Unmet: unmet, Levels: []LevelAnswer{{Resource: project, Unmet: unmet}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
