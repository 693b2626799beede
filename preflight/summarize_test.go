package preflight

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/need"
)

func TestSummarize(t *testing.T) {
	finding := func(o Outcome, s need.Severity) Finding { return Finding{Outcome: o, Severity: s} }
	for _, tt := range []struct {
		name     string
		findings []Finding
		least    need.Severity
		want     Outcome
	}{
		{"nothing was asked", nil, need.Error, Pass},
		{"all is well", []Finding{finding(Pass, need.Error)}, need.Error, Pass},
		{"an error decides", []Finding{finding(Pass, need.Error), finding(Fail, need.Error)}, need.Error, Fail},
		{"a warning does not, by default", []Finding{finding(Fail, need.Warning)}, need.Error, Pass},
		{"a warning does where that is wanted", []Finding{finding(Fail, need.Warning)}, need.Warning, Fail},
		{"a note does where that is wanted", []Finding{finding(Fail, need.Note)}, need.Note, Fail},
		{"what is not known is no pass", []Finding{finding(Pass, need.Error), finding(Undetermined, need.Error)}, need.Error, Undetermined},
		{"what is not known and not needed does not matter", []Finding{finding(Undetermined, need.Warning)}, need.Error, Pass},
		{"a failure weighs more than what is not known", []Finding{finding(Undetermined, need.Error), finding(Fail, need.Error)}, need.Error, Fail},
		{"in any order", []Finding{finding(Fail, need.Error), finding(Undetermined, need.Error)}, need.Error, Fail},
		{"a severity that nobody knows counts", []Finding{finding(Fail, "dire")}, need.Error, Fail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, got := summarize(tt.findings, tt.least); got != tt.want {
				t.Errorf("the result is %s, want %s", got, tt.want)
			}
		})
	}
	got, _ := summarize([]Finding{finding(Pass, ""), finding(Fail, ""), finding(Fail, need.Error), finding(Fail, need.Warning), finding(Fail, need.Note), finding(Undetermined, ""), finding(Skipped, ""), finding(Pass, "")}, need.Error)
	if diff := cmp.Diff(Summary{Pass: 2, Fail: 4, Undetermined: 1, Skipped: 1, Errors: 2, Warnings: 1, Notes: 1}, got); diff != "" {
		t.Error(diff)
	}
}
