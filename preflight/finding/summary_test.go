package finding

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/need"
)

// TestSummarize checks the result at a threshold, and the counts.
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
		{"no findings", nil, need.Error, Pass},
		{"pass", []Finding{with(Pass, need.Error)}, need.Error, Pass},
		{"error", []Finding{with(Pass, need.Error), with(Fail, need.Error)}, need.Error, Fail},
		{"warning below the threshold", []Finding{with(Fail, need.Warning)}, need.Error, Pass},
		{"warning at the threshold", []Finding{with(Fail, need.Warning)}, need.Warning, Fail},
		{"note at the threshold", []Finding{with(Fail, need.Note)}, need.Note, Fail},
		{"undetermined at the threshold", []Finding{with(Pass, need.Error), with(Undetermined, need.Error)}, need.Error, Undetermined},
		{"undetermined below the threshold", []Finding{with(Undetermined, need.Warning)}, need.Error, Pass},
		{"failure after undetermined", []Finding{with(Undetermined, need.Error), with(Fail, need.Error)}, need.Error, Fail},
		{"failure before undetermined", []Finding{with(Fail, need.Error), with(Undetermined, need.Error)}, need.Error, Fail},
		{"unknown severity counts as error", []Finding{with(Fail, "dire")}, need.Error, Fail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, got := summarize(tt.findings, tt.least); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	got, _ := summarize([]Finding{with(Pass, ""), with(Fail, ""), with(Fail, need.Error), with(Fail, need.Warning), with(Fail, need.Note), with(Undetermined, ""), with(Skipped, ""), with(Pass, "")}, need.Error)
	if diff := cmp.Diff(Summary{Pass: 2, Fail: 4, Undetermined: 1, Skipped: 1, Errors: 2, Warnings: 1, Notes: 1}, got); diff != "" {
		t.Error(diff)
	}
}
