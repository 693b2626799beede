package suppress

import (
	"strings"
	"testing"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// TestBaselineKnows: a baseline knows a finding only if nothing about it has
// become worse or is about something else, and still knows it if what has
// changed does not matter.
func TestBaselineKnows(t *testing.T) {
	condition := finding.Finding{Rule: "GP903", Outcome: finding.Fail, Severity: need.Warning, Resource: "//c", Addresses: []string{"a", "b"}, Message: "GKE reports CA_EXPIRING of cluster c: in 12 days"}
	operation := finding.Finding{Rule: "GP901", Outcome: finding.Fail, Severity: need.Error, Resource: "//c", Message: "the operation operation-1700000000000-5f3c (UPGRADE_NODES, PENDING) is running on cluster c"}
	lacking := finding.Finding{
		Rule: "GP401", Outcome: finding.Fail, Severity: need.Error, Resource: "//p", Message: "lacks x, y",
		Permissions: &finding.PermissionSet{Needed: []string{"x", "y", "z"}, Missing: []string{"x", "y"}},
	}
	taken := finding.Finding{Rule: need.RuleRemoved, Answers: "GP401", Outcome: finding.Fail, Severity: need.Error, TakenAwayBy: []string{"google_project_iam_binding.a"}, Message: "the plan takes x by a"}
	raced := finding.Finding{Rule: need.RuleUnordered, Answers: "GP401", Outcome: finding.Fail, Severity: need.Error, PlannedBy: []string{"google_project_iam_member.a"}, Message: "does not wait"}
	open := finding.Finding{Rule: "GP401", Outcome: finding.Undetermined, Severity: need.Error, Resource: "//p", Reason: "403"}
	with := func(f finding.Finding, change func(*finding.Finding)) finding.Finding {
		if f.Permissions != nil {
			p := *f.Permissions
			f.Permissions = &p
		}
		change(&f)
		return f
	}
	said := func(text string) func(*finding.Finding) { return func(f *finding.Finding) { f.Message = text } }
	for name, tt := range map[string]struct {
		before, now finding.Finding
		known       bool
	}{
		"the same":                     {condition, condition, true},
		"another number of days":       {condition, with(condition, said("GKE reports CA_EXPIRING of cluster c: in 3 days")), true},
		"fewer addresses":              {condition, with(condition, func(f *finding.Finding) { f.Addresses = []string{"b"} }), true},
		"one more address":             {condition, with(condition, func(f *finding.Finding) { f.Addresses = []string{"a", "b", "c"} }), false},
		"lowered":                      {condition, with(condition, func(f *finding.Finding) { f.Severity = need.Note }), true},
		"raised":                       {condition, with(condition, func(f *finding.Finding) { f.Severity = need.Error }), false},
		"another condition, as severe": {condition, with(condition, said("GKE reports NODE_SERVICE_ACCOUNT_MISSING_PERMISSIONS of cluster c: x")), false},
		"another condition, more severe": {condition, with(condition, func(f *finding.Finding) {
			f.Message, f.Severity = "GKE reports GKE_SERVICE_ACCOUNT_DELETED of cluster c: x", need.Error
		}), false},
		"the operation has begun":   {operation, with(operation, said(strings.Replace(operation.Message, "PENDING", "RUNNING", 1))), true},
		"another operation":         {operation, with(operation, said(strings.Replace(operation.Message, "5f3c", "77aa", 1))), false},
		"another kind of operation": {operation, with(operation, said(strings.Replace(operation.Message, "UPGRADE_NODES", "DELETE_CLUSTER", 1))), false},
		"half is granted":           {lacking, with(lacking, func(f *finding.Finding) { f.Permissions.Missing, f.Message = []string{"y"}, "lacks y" }), true},
		"more is missing":           {lacking, with(lacking, func(f *finding.Finding) { f.Permissions.Missing = []string{"x", "y", "z"} }), false},
		"something else is missing": {lacking, with(lacking, func(f *finding.Finding) { f.Permissions.Missing = []string{"z"} }), false},
		"something else is open": {lacking, with(lacking, func(f *finding.Finding) {
			f.Outcome, f.Permissions.Missing, f.Permissions.Undetermined = finding.Undetermined, nil, []string{"z"}
		}), false},
		"what was missing is open": {lacking, with(lacking, func(f *finding.Finding) {
			f.Outcome, f.Permissions.Missing, f.Permissions.Undetermined = finding.Undetermined, nil, []string{"x"}
		}), true},
		"of another account":                    {lacking, with(lacking, func(f *finding.Finding) { f.Principal = &need.Principal{Member: "user:b"} }), false},
		"taken by the same":                     {taken, with(taken, said("in other words")), true},
		"taken by another":                      {taken, with(taken, func(f *finding.Finding) { f.TakenAwayBy = []string{"google_project_iam_policy.b"} }), false},
		"taken by one more":                     {taken, with(taken, func(f *finding.Finding) { f.TakenAwayBy = append(f.TakenAwayBy, "google_project_iam_policy.b") }), false},
		"something else of the same is taken":   {taken, with(taken, func(f *finding.Finding) { f.Answers = "GP301" }), false},
		"planned by another":                    {raced, with(raced, func(f *finding.Finding) { f.PlannedBy = []string{"google_project_iam_member.b"} }), false},
		"still undetermined, for other reasons": {open, with(open, func(f *finding.Finding) { f.Reason = "timeout" }), true},
		"undetermined before, fails now":        {open, with(open, func(f *finding.Finding) { f.Outcome = finding.Fail }), false},
		"failed before, undetermined now":       {with(open, func(f *finding.Finding) { f.Outcome = finding.Fail }), open, true},
		"passed before":                         {with(open, func(f *finding.Finding) { f.Outcome = finding.Pass }), open, false},
		"skipped before":                        {with(open, func(f *finding.Finding) { f.Outcome = finding.Skipped }), open, false},
		"known before":                          {with(condition, func(f *finding.Finding) { f.Outcome, f.KnownAs = finding.Skipped, finding.Fail }), condition, true},
		"known before as undetermined":          {with(open, func(f *finding.Finding) { f.Outcome, f.KnownAs = finding.Skipped, finding.Undetermined }), with(open, func(f *finding.Finding) { f.Outcome = finding.Fail }), false},
	} {
		t.Run(name, func(t *testing.T) {
			b := NewBaseline("before.json", &finding.Report{Findings: []finding.Finding{tt.before}})
			got := b.Apply([]finding.Finding{tt.now}, strings.Clone)[0]
			if known := got.Outcome == finding.Skipped; known != tt.known {
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
	of := func(member string) finding.Finding {
		return finding.Finding{Rule: "GP301", Outcome: finding.Fail, Severity: need.Error, Principal: &need.Principal{Member: member}}
	}
	hide := func(s string) string {
		return strings.NewReplacer("one@x", plan.Redacted, "other@x", plan.Redacted).Replace(s)
	}
	b := NewBaseline("before.json", &finding.Report{Findings: []finding.Finding{of(plan.Redacted)}})
	if got := b.Apply([]finding.Finding{of("one@x")}, hide); got[0].Outcome != finding.Skipped || got[0].Principal.Member != "one@x" {
		t.Errorf("the finding of the baseline's own plan is %s, about %s", got[0].Outcome, got[0].Principal.Member)
	}
	if got := b.Apply([]finding.Finding{of("one@x"), of("other@x")}, hide); got[1].Outcome != finding.Fail {
		t.Errorf("a second account that looks the same is %s", got[1].Outcome)
	}
}
