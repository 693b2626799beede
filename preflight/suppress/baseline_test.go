package suppress

import (
	"strings"
	"testing"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// TestBaselineKnows checks that a baseline covers a finding only if it is about the
// same thing and not worse, and ignores differences that do not matter.
func TestBaselineKnows(t *testing.T) {
	condition := finding.Finding{Rule: "GP903", Outcome: finding.Fail, Severity: need.Warning, Resource: "//c", Addresses: []string{"a", "b"}, Message: "GKE reports CA_EXPIRING of cluster c: in 12 days"}
	operation := finding.Finding{Rule: "GP901", Outcome: finding.Fail, Severity: need.Error, Resource: "//c", Message: "the operation operation-1700000000000-5f3c (UPGRADE_NODES, PENDING) is running on cluster c"}
	missing := finding.Finding{
		Rule: "GP401", Outcome: finding.Fail, Severity: need.Error, Resource: "//p", Message: "missing x, y",
		Permissions: &finding.PermissionSet{Needed: []string{"x", "y", "z"}, Missing: []string{"x", "y"}},
	}
	removed := finding.Finding{Rule: need.RuleRemoved, Answers: "GP401", Outcome: finding.Fail, Severity: need.Error, TakenAwayBy: []string{"google_project_iam_binding.a"}, Message: "the plan takes x by a"}
	unordered := finding.Finding{Rule: need.RuleUnordered, Answers: "GP401", Outcome: finding.Fail, Severity: need.Error, PlannedBy: []string{"google_project_iam_member.a"}, Message: "does not wait"}
	undetermined := finding.Finding{Rule: "GP401", Outcome: finding.Undetermined, Severity: need.Error, Resource: "//p", Reason: "403"}
	with := func(f finding.Finding, change func(*finding.Finding)) finding.Finding {
		if f.Permissions != nil {
			p := *f.Permissions
			f.Permissions = &p
		}
		change(&f)
		return f
	}
	withMessage := func(text string) func(*finding.Finding) { return func(f *finding.Finding) { f.Message = text } }
	for name, tt := range map[string]struct {
		before, now finding.Finding
		known       bool
	}{
		"unchanged":                              {condition, condition, true},
		"another number of days":                 {condition, with(condition, withMessage("GKE reports CA_EXPIRING of cluster c: in 3 days")), true},
		"fewer addresses":                        {condition, with(condition, func(f *finding.Finding) { f.Addresses = []string{"b"} }), true},
		"one more address":                       {condition, with(condition, func(f *finding.Finding) { f.Addresses = []string{"a", "b", "c"} }), false},
		"lower severity":                         {condition, with(condition, func(f *finding.Finding) { f.Severity = need.Note }), true},
		"higher severity":                        {condition, with(condition, func(f *finding.Finding) { f.Severity = need.Error }), false},
		"another condition of the same severity": {condition, with(condition, withMessage("GKE reports NODE_SERVICE_ACCOUNT_MISSING_PERMISSIONS of cluster c: x")), false},
		"another condition of higher severity": {condition, with(condition, func(f *finding.Finding) {
			f.Message, f.Severity = "GKE reports GKE_SERVICE_ACCOUNT_DELETED of cluster c: x", need.Error
		}), false},
		"operation has started":     {operation, with(operation, withMessage(strings.Replace(operation.Message, "PENDING", "RUNNING", 1))), true},
		"another operation":         {operation, with(operation, withMessage(strings.Replace(operation.Message, "5f3c", "77aa", 1))), false},
		"another kind of operation": {operation, with(operation, withMessage(strings.Replace(operation.Message, "UPGRADE_NODES", "DELETE_CLUSTER", 1))), false},
		"fewer permissions missing": {missing, with(missing, func(f *finding.Finding) { f.Permissions.Missing, f.Message = []string{"y"}, "missing y" }), true},
		"more permissions missing":  {missing, with(missing, func(f *finding.Finding) { f.Permissions.Missing = []string{"x", "y", "z"} }), false},
		"other permission missing":  {missing, with(missing, func(f *finding.Finding) { f.Permissions.Missing = []string{"z"} }), false},
		"other permission undetermined": {missing, with(missing, func(f *finding.Finding) {
			f.Outcome, f.Permissions.Missing, f.Permissions.Undetermined = finding.Undetermined, nil, []string{"z"}
		}), false},
		"missing permission now undetermined": {missing, with(missing, func(f *finding.Finding) {
			f.Outcome, f.Permissions.Missing, f.Permissions.Undetermined = finding.Undetermined, nil, []string{"x"}
		}), true},
		"another account":                       {missing, with(missing, func(f *finding.Finding) { f.Principal = &need.Principal{Member: "user:b"} }), false},
		"removed by the same change":            {removed, with(removed, withMessage("in other words")), true},
		"removed by another change":             {removed, with(removed, func(f *finding.Finding) { f.TakenAwayBy = []string{"google_project_iam_policy.b"} }), false},
		"removed by one more change":            {removed, with(removed, func(f *finding.Finding) { f.TakenAwayBy = append(f.TakenAwayBy, "google_project_iam_policy.b") }), false},
		"same change removes something else":    {removed, with(removed, func(f *finding.Finding) { f.Answers = "GP301" }), false},
		"planned by another change":             {unordered, with(unordered, func(f *finding.Finding) { f.PlannedBy = []string{"google_project_iam_member.b"} }), false},
		"still undetermined for another reason": {undetermined, with(undetermined, func(f *finding.Finding) { f.Reason = "timeout" }), true},
		"undetermined before, fails now":        {undetermined, with(undetermined, func(f *finding.Finding) { f.Outcome = finding.Fail }), false},
		"failed before, undetermined now":       {with(undetermined, func(f *finding.Finding) { f.Outcome = finding.Fail }), undetermined, true},
		"passed before":                         {with(undetermined, func(f *finding.Finding) { f.Outcome = finding.Pass }), undetermined, false},
		"skipped before":                        {with(undetermined, func(f *finding.Finding) { f.Outcome = finding.Skipped }), undetermined, false},
		"known before":                          {with(condition, func(f *finding.Finding) { f.Outcome, f.KnownAs = finding.Skipped, finding.Fail }), condition, true},
		"known before as undetermined":          {with(undetermined, func(f *finding.Finding) { f.Outcome, f.KnownAs = finding.Skipped, finding.Undetermined }), with(undetermined, func(f *finding.Finding) { f.Outcome = finding.Fail }), false},
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

// TestBaselineRedacted checks that a finding of the baseline covers only one finding,
// because all sensitive values look the same.
func TestBaselineRedacted(t *testing.T) {
	of := func(member string) finding.Finding {
		return finding.Finding{Rule: "GP301", Outcome: finding.Fail, Severity: need.Error, Principal: &need.Principal{Member: member}}
	}
	hide := func(s string) string {
		return strings.NewReplacer("one@x", plan.Redacted, "other@x", plan.Redacted).Replace(s)
	}
	b := NewBaseline("before.json", &finding.Report{Findings: []finding.Finding{of(plan.Redacted)}})
	if got := b.Apply([]finding.Finding{of("one@x")}, hide); got[0].Outcome != finding.Skipped || got[0].Principal.Member != "one@x" {
		t.Errorf("finding that is in the baseline: got %s, about %s", got[0].Outcome, got[0].Principal.Member)
	}
	if got := b.Apply([]finding.Finding{of("one@x"), of("other@x")}, hide); got[1].Outcome != finding.Fail {
		t.Errorf("second account: got %s, want fail", got[1].Outcome)
	}
}
