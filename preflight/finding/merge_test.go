package finding

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gke-preflight/preflight/need"
)

func reportOf(source string, findings ...Finding) *Report {
	r := &Report{
		SchemaVersion: SchemaVersion, Plan: PlanRef{Source: source, TerraformVersion: "1.11.4"}, Findings: findings,
		Deployers: []DeployerRef{{Member: "user:a"}}, Projects: []ProjectRef{{ID: source}}, Limits: []string{"deny policies were not read"},
		Requests: Requests{Total: 2, ByMethod: map[string]int{"iam.roles.get": 2}}, DurationMS: 10,
	}
	r.Rejudge(need.Error)
	return r
}

// TestMerge checks a report merged from two.
func TestMerge(t *testing.T) {
	fail := Finding{Rule: "GP401", Outcome: Fail, Severity: need.Error}
	pass := Finding{Rule: "GP101", Outcome: Pass, Severity: need.Error}
	got := Merge(map[string]*Report{"b": reportOf("b", pass, fail), "a": reportOf("a", pass)}, need.Error)
	of := func(plan string, f Finding) Finding {
		f.Plan = plan
		return f
	}
	want := &Report{
		SchemaVersion: SchemaVersion,
		Plan:          PlanRef{Source: "2 plans"},
		Plans:         []PlanRef{{Source: "a", TerraformVersion: "1.11.4"}, {Source: "b", TerraformVersion: "1.11.4"}},
		Deployers:     []DeployerRef{{Member: "user:a"}},
		Projects:      []ProjectRef{{ID: "a"}, {ID: "b"}},
		Limits:        []string{"deny policies were not read"},
		Result:        Fail,
		Summary:       Summary{Pass: 2, Fail: 1, Errors: 1},
		Findings:      []Finding{of("a", pass), of("b", pass), of("b", fail)},
		Requests:      Requests{Total: 4, ByMethod: map[string]int{"iam.roles.get": 4}},
		DurationMS:    20,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Finding{}, Report{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestMergeResult checks that the result is the worst of all reports.
func TestMergeResult(t *testing.T) {
	of := func(o Outcome, s need.Severity) *Report {
		return reportOf("x", Finding{Outcome: o, Severity: s})
	}
	pass, fail, undetermined := of(Pass, need.Error), of(Fail, need.Error), of(Undetermined, need.Error)
	for _, tt := range []struct {
		reports []*Report
		failOn  need.Severity
		want    Outcome
	}{
		{[]*Report{pass, pass}, need.Error, Pass},
		{[]*Report{pass, undetermined}, need.Error, Undetermined},
		{[]*Report{undetermined, fail}, need.Error, Fail},
		{[]*Report{fail, pass}, need.Error, Fail},
		{[]*Report{pass, of(Fail, need.Warning)}, need.Error, Pass},
		{[]*Report{pass, of(Fail, need.Warning)}, need.Warning, Fail},
	} {
		got := Merge(map[string]*Report{"a": tt.reports[0], "b": tt.reports[1]}, tt.failOn)
		if got.Result != tt.want {
			t.Errorf("%s and %s at %s: %s, want %s", tt.reports[0].Result, tt.reports[1].Result, tt.failOn, got.Result, tt.want)
		}
	}
}

// TestMergeAgain checks that a merged report can be merged with others, and that plans
// with the same name stay separate.
func TestMergeAgain(t *testing.T) {
	f := Finding{Rule: "GP101", Outcome: Pass}
	two := Merge(map[string]*Report{"a": reportOf("a", f), "b": reportOf("b", f)}, need.Error)
	got := Merge(map[string]*Report{"a": reportOf("a", f), "0.json": two}, need.Error)
	var plans, about []string
	for _, p := range got.Plans {
		plans = append(plans, p.Source)
	}
	for _, f := range got.Findings {
		about = append(about, f.Plan)
	}
	want := []string{"0.json: a", "a", "b"}
	if diff := cmp.Diff([][]string{want, want}, [][]string{plans, about}); diff != "" {
		t.Error(diff)
	}
}
