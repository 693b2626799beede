package preflight

import (
	"strings"
	"testing"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// TestBaselineKnows: a baseline knows a finding only if nothing about it has
// become worse or is about something else, and still knows it if what has
// changed does not matter.
func TestBaselineKnows(t *testing.T) {
	condition := Finding{Rule: "GP903", Outcome: Fail, Severity: need.Warning, Resource: "//c", Addresses: []string{"a", "b"}, Message: "GKE reports CA_EXPIRING of cluster c: in 12 days"}
	operation := Finding{Rule: "GP901", Outcome: Fail, Severity: need.Error, Resource: "//c", Message: "the operation operation-1700000000000-5f3c (UPGRADE_NODES, PENDING) is running on cluster c"}
	lacking := Finding{
		Rule: "GP401", Outcome: Fail, Severity: need.Error, Resource: "//p", Message: "lacks x, y",
		Permissions: &PermissionSet{Needed: []string{"x", "y", "z"}, Missing: []string{"x", "y"}},
	}
	taken := Finding{Rule: need.RuleRemoved, Answers: "GP401", Outcome: Fail, Severity: need.Error, TakenAwayBy: []string{"google_project_iam_binding.a"}, Message: "the plan takes x by a"}
	raced := Finding{Rule: need.RuleUnordered, Answers: "GP401", Outcome: Fail, Severity: need.Error, PlannedBy: []string{"google_project_iam_member.a"}, Message: "does not wait"}
	open := Finding{Rule: "GP401", Outcome: Undetermined, Severity: need.Error, Resource: "//p", Reason: "403"}
	with := func(f Finding, change func(*Finding)) Finding {
		if f.Permissions != nil {
			p := *f.Permissions
			f.Permissions = &p
		}
		change(&f)
		return f
	}
	said := func(text string) func(*Finding) { return func(f *Finding) { f.Message = text } }
	for name, tt := range map[string]struct {
		before, now Finding
		known       bool
	}{
		"the same":                     {condition, condition, true},
		"another number of days":       {condition, with(condition, said("GKE reports CA_EXPIRING of cluster c: in 3 days")), true},
		"fewer addresses":              {condition, with(condition, func(f *Finding) { f.Addresses = []string{"b"} }), true},
		"one more address":             {condition, with(condition, func(f *Finding) { f.Addresses = []string{"a", "b", "c"} }), false},
		"lowered":                      {condition, with(condition, func(f *Finding) { f.Severity = need.Note }), true},
		"raised":                       {condition, with(condition, func(f *Finding) { f.Severity = need.Error }), false},
		"another condition, as severe": {condition, with(condition, said("GKE reports NODE_SERVICE_ACCOUNT_MISSING_PERMISSIONS of cluster c: x")), false},
		"another condition, more severe": {condition, with(condition, func(f *Finding) {
			f.Message, f.Severity = "GKE reports GKE_SERVICE_ACCOUNT_DELETED of cluster c: x", need.Error
		}), false},
		"the operation has begun":   {operation, with(operation, said(strings.Replace(operation.Message, "PENDING", "RUNNING", 1))), true},
		"another operation":         {operation, with(operation, said(strings.Replace(operation.Message, "5f3c", "77aa", 1))), false},
		"another kind of operation": {operation, with(operation, said(strings.Replace(operation.Message, "UPGRADE_NODES", "DELETE_CLUSTER", 1))), false},
		"half is granted":           {lacking, with(lacking, func(f *Finding) { f.Permissions.Missing, f.Message = []string{"y"}, "lacks y" }), true},
		"more is missing":           {lacking, with(lacking, func(f *Finding) { f.Permissions.Missing = []string{"x", "y", "z"} }), false},
		"something else is missing": {lacking, with(lacking, func(f *Finding) { f.Permissions.Missing = []string{"z"} }), false},
		"something else is open": {lacking, with(lacking, func(f *Finding) {
			f.Outcome, f.Permissions.Missing, f.Permissions.Undetermined = Undetermined, nil, []string{"z"}
		}), false},
		"what was missing is open": {lacking, with(lacking, func(f *Finding) {
			f.Outcome, f.Permissions.Missing, f.Permissions.Undetermined = Undetermined, nil, []string{"x"}
		}), true},
		"of another account":                    {lacking, with(lacking, func(f *Finding) { f.Principal = &need.Principal{Member: "user:b"} }), false},
		"taken by the same":                     {taken, with(taken, said("in other words")), true},
		"taken by another":                      {taken, with(taken, func(f *Finding) { f.TakenAwayBy = []string{"google_project_iam_policy.b"} }), false},
		"taken by one more":                     {taken, with(taken, func(f *Finding) { f.TakenAwayBy = append(f.TakenAwayBy, "google_project_iam_policy.b") }), false},
		"something else of the same is taken":   {taken, with(taken, func(f *Finding) { f.Answers = "GP301" }), false},
		"planned by another":                    {raced, with(raced, func(f *Finding) { f.PlannedBy = []string{"google_project_iam_member.b"} }), false},
		"still undetermined, for other reasons": {open, with(open, func(f *Finding) { f.Reason = "timeout" }), true},
		"undetermined before, fails now":        {open, with(open, func(f *Finding) { f.Outcome = Fail }), false},
		"failed before, undetermined now":       {with(open, func(f *Finding) { f.Outcome = Fail }), open, true},
		"passed before":                         {with(open, func(f *Finding) { f.Outcome = Pass }), open, false},
		"skipped before":                        {with(open, func(f *Finding) { f.Outcome = Skipped }), open, false},
		"known before":                          {with(condition, func(f *Finding) { f.Outcome, f.KnownAs = Skipped, Fail }), condition, true},
		"known before as undetermined":          {with(open, func(f *Finding) { f.Outcome, f.KnownAs = Skipped, Undetermined }), with(open, func(f *Finding) { f.Outcome = Fail }), false},
	} {
		t.Run(name, func(t *testing.T) {
			b := NewBaseline("before.json", &Report{Findings: []Finding{tt.before}})
			got := b.apply([]Finding{tt.now}, strings.Clone)[0]
			if known := got.Outcome == Skipped; known != tt.known {
				t.Errorf("known: %t, want %t (%s)", known, tt.known, got.Message)
			}
			if tt.known && got.KnownAs != tt.now.Outcome {
				t.Errorf("a later baseline knows it as %q, want %q", got.KnownAs, tt.now.Outcome)
			}
		})
	}
}

// TestBaselineRedacted: sensitive values look alike, so that a finding of the
// baseline stands for one finding, not for all that look like it.
func TestBaselineRedacted(t *testing.T) {
	of := func(member string) Finding {
		return Finding{Rule: "GP301", Outcome: Fail, Severity: need.Error, Principal: &need.Principal{Member: member}}
	}
	hide := func(s string) string {
		return strings.NewReplacer("one@x", plan.Redacted, "other@x", plan.Redacted).Replace(s)
	}
	b := NewBaseline("before.json", &Report{Findings: []Finding{of(plan.Redacted)}})
	if got := b.apply([]Finding{of("one@x")}, hide); got[0].Outcome != Skipped || got[0].Principal.Member != "one@x" {
		t.Errorf("the finding of the baseline's own plan is %s, about %s", got[0].Outcome, got[0].Principal.Member)
	}
	if got := b.apply([]Finding{of("one@x"), of("other@x")}, hide); got[1].Outcome != Fail {
		t.Errorf("a second account that looks the same is %s", got[1].Outcome)
	}
}
