package finding

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/need"
)

func TestSummarize(t *testing.T) {
	with := func(o Outcome, s need.Severity) Finding {
		return Finding{Outcome: o, Severity: s}
	}
	for _, tt := range []struct {
		name     string
		findings []Finding
		least    need.Severity
		want     Outcome
	}{
		{"nothing was asked", nil, need.Error, Pass},
		{"all is well", []Finding{with(Pass, need.Error)}, need.Error, Pass},
		{"an error decides", []Finding{with(Pass, need.Error), with(Fail, need.Error)}, need.Error, Fail},
		{"a warning does not, by default", []Finding{with(Fail, need.Warning)}, need.Error, Pass},
		{"a warning does where that is wanted", []Finding{with(Fail, need.Warning)}, need.Warning, Fail},
		{"a note does where that is wanted", []Finding{with(Fail, need.Note)}, need.Note, Fail},
		{"what is not known is no pass", []Finding{with(Pass, need.Error), with(Undetermined, need.Error)}, need.Error, Undetermined},
		{"what is not known and not needed does not matter", []Finding{with(Undetermined, need.Warning)}, need.Error, Pass},
		{"a failure weighs more than what is not known", []Finding{with(Undetermined, need.Error), with(Fail, need.Error)}, need.Error, Fail},
		{"in any order", []Finding{with(Fail, need.Error), with(Undetermined, need.Error)}, need.Error, Fail},
		{"a severity that nobody knows counts", []Finding{with(Fail, "dire")}, need.Error, Fail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, got := summarize(tt.findings, tt.least); got != tt.want {
				t.Errorf("the result is %s, want %s", got, tt.want)
			}
		})
	}
	got, _ := summarize([]Finding{with(Pass, ""), with(Fail, ""), with(Fail, need.Error), with(Fail, need.Warning), with(Fail, need.Note), with(Undetermined, ""), with(Skipped, ""), with(Pass, "")}, need.Error)
	if diff := cmp.Diff(Summary{Pass: 2, Fail: 4, Undetermined: 1, Skipped: 1, Errors: 2, Warnings: 1, Notes: 1}, got); diff != "" {
		t.Error(diff)
	}
}
