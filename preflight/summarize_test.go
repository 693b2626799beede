package preflight

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/rules"
)

func TestSummarize(t *testing.T) {
	finding := func(o Outcome, s rules.Severity) Finding { return Finding{Outcome: o, Severity: s} }
	for _, tt := range []struct {
		name     string
		findings []Finding
		least    rules.Severity
		want     Outcome
	}{
		{"nothing was asked", nil, rules.Error, Pass},
		{"all is well", []Finding{finding(Pass, rules.Error)}, rules.Error, Pass},
		{"an error decides", []Finding{finding(Pass, rules.Error), finding(Fail, rules.Error)}, rules.Error, Fail},
		{"a warning does not, by default", []Finding{finding(Fail, rules.Warning)}, rules.Error, Pass},
		{"a warning does where that is wanted", []Finding{finding(Fail, rules.Warning)}, rules.Warning, Fail},
		{"a note does where that is wanted", []Finding{finding(Fail, rules.Note)}, rules.Note, Fail},
		{"what is not known is no pass", []Finding{finding(Pass, rules.Error), finding(Undetermined, rules.Error)}, rules.Error, Undetermined},
		{"what is not known and not needed does not matter", []Finding{finding(Undetermined, rules.Warning)}, rules.Error, Pass},
		{"a failure weighs more than what is not known", []Finding{finding(Undetermined, rules.Error), finding(Fail, rules.Error)}, rules.Error, Fail},
		{"in any order", []Finding{finding(Fail, rules.Error), finding(Undetermined, rules.Error)}, rules.Error, Fail},
		{"a severity that nobody knows counts", []Finding{finding(Fail, "dire")}, rules.Error, Fail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, got := summarize(tt.findings, tt.least); got != tt.want {
				t.Errorf("the result is %s, want %s", got, tt.want)
			}
		})
	}
	got, _ := summarize([]Finding{finding(Pass, ""), finding(Fail, ""), finding(Fail, rules.Error), finding(Fail, rules.Warning), finding(Fail, rules.Note), finding(Undetermined, ""), finding(Skipped, ""), finding(Pass, "")}, rules.Error)
	if diff := cmp.Diff(Summary{Pass: 2, Fail: 4, Undetermined: 1, Skipped: 1, Errors: 2, Warnings: 1, Notes: 1}, got); diff != "" {
		t.Error(diff)
	}
}
