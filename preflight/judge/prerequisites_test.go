package judge_test

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/judge"
	"gke-preflight/preflight/need"
)

// TestSkipDependents: a failure hides what depends on it if it decides the result at
// every threshold, so it must be at least as severe, and count itself.
func TestSkipDependents(t *testing.T) {
	requires := map[string][]string{"B": {"A"}, "C": {"B"}, "D": {"A", "B"}}
	in := func(project, rule string, s need.Severity, o finding.Outcome) finding.Finding {
		return finding.Finding{Rule: rule, Severity: s, Outcome: o, Need: &need.Need{Rule: rule, Severity: s, Kind: need.Service, Project: project}}
	}
	f := func(rule string, s need.Severity, o finding.Outcome) finding.Finding { return in(project, rule, s, o) }
	unchanged := func(f finding.Finding) finding.Finding { f.Need.ClusterUnchanged = true; return f }
	const fail, pass, open = finding.Fail, finding.Pass, finding.Undetermined
	for _, tt := range []struct {
		name     string
		failOn   need.Severity
		findings []finding.Finding
		// want are the outcomes by rule, with the root cause of what is skipped.
		want []string
	}{
		{"as severe", need.Error, []finding.Finding{f("A", need.Error, fail), f("B", need.Error, fail)}, []string{"A fail", "B skipped: depends on A, which failed"}},
		{"more severe", need.Warning, []finding.Finding{f("A", need.Error, fail), f("B", need.Warning, fail)}, []string{"A fail", "B skipped: depends on A, which failed"}},
		{"less severe", need.Warning, []finding.Finding{f("A", need.Warning, fail), f("B", need.Error, fail)}, []string{"A fail", "B fail"}},
		{"does not count at the threshold", need.Error, []finding.Finding{f("A", need.Warning, fail), f("B", need.Warning, fail)}, []string{"A fail", "B fail"}},
		{"passes", need.Error, []finding.Finding{f("A", need.Error, pass), f("B", need.Error, fail)}, []string{"A pass", "B fail"}},
		{"is undetermined", need.Error, []finding.Finding{f("A", need.Error, open), f("B", need.Error, fail)}, []string{"A undetermined", "B fail"}},
		{"is about another project", need.Error, []finding.Finding{in("acme-dev", "A", need.Error, fail), f("B", need.Error, fail)}, []string{"A fail", "B fail"}},
		{"hides what is undetermined", need.Error, []finding.Finding{f("A", need.Error, fail), f("B", need.Error, open)}, []string{"A fail", "B skipped: depends on A, which failed"}},
		{"does not hide what passes", need.Error, []finding.Finding{f("A", need.Error, fail), f("B", need.Error, pass)}, []string{"A fail", "B pass"}},
		{"the root cause of a chain", need.Error, []finding.Finding{f("A", need.Error, fail), f("B", need.Error, fail), f("C", need.Error, fail)},
			[]string{"A fail", "B skipped: depends on A, which failed", "C skipped: depends on A, which failed"}},
		{"in any order", need.Error, []finding.Finding{f("C", need.Error, fail), f("B", need.Error, fail), f("A", need.Error, fail)},
			[]string{"C skipped: depends on A, which failed", "B skipped: depends on A, which failed", "A fail"}},
		{"the most severe of two causes", need.Warning, []finding.Finding{f("A", need.Warning, fail), f("B", need.Error, fail), f("D", need.Warning, fail)},
			[]string{"A fail", "B fail", "D skipped: depends on B, which failed"}},
		{"about an unchanged cluster: says nothing", need.Error, []finding.Finding{f("A", need.Error, fail), unchanged(f("B", need.Error, fail))}, []string{"A fail"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range judge.SkipDependents(tt.findings, requires, tt.failOn) {
				line := f.Rule + " " + string(f.Outcome)
				if f.Outcome == finding.Skipped {
					line += ": " + f.Reason
				}
				got = append(got, line)
			}
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSkipDependentsByAccount: a service account that is missing hides what it
// should hold, and nothing about other accounts.
func TestSkipDependentsByAccount(t *testing.T) {
	requires := map[string][]string{"B": {"A"}}
	account := finding.Finding{Rule: "A", Severity: need.Error, Outcome: finding.Fail, Need: &need.Need{Rule: "A", Severity: need.Error, Kind: need.Account, Project: project, Principal: need.Principal{Member: nodes}}}
	holds := func(member string) finding.Finding {
		n := nodesNeed(writeLogs)
		n.Rule, n.Principal.Member = "B", member
		return finding.Finding{Rule: "B", Severity: need.Error, Outcome: finding.Fail, Need: &n}
	}
	got := judge.SkipDependents([]finding.Finding{account, holds(nodes), holds(deployer)}, requires, need.Error)
	var outcomes []finding.Outcome
	for _, f := range got {
		outcomes = append(outcomes, f.Outcome)
	}
	if diff := gocmp.Diff([]finding.Outcome{finding.Fail, finding.Skipped, finding.Fail}, outcomes); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}
