package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/report"
)

// thresholdFlags are the flags that say which findings decide the exit code.
type thresholdFlags struct {
	failOn            string
	allowUndetermined bool
}

func (f *thresholdFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.failOn, "fail-on", "error", "lowest `severity` that fails: error, warning or note")
	cmd.Flags().BoolVar(&f.allowUndetermined, "allow-undetermined", false, "exit 0 if nothing fails but something is undetermined")
}

// threshold parses the flags.
func (f *thresholdFlags) threshold() (report.Threshold, error) {
	if !isSeverity(f.failOn) {
		return report.Threshold{}, fmt.Errorf("--fail-on %q: want error, warning or note", f.failOn)
	}
	return report.Threshold{FailOn: need.Severity(f.failOn), AllowUndetermined: f.allowUndetermined}, nil
}

// exitStatus returns nil if a report passes, and otherwise an exitError.
func (f *thresholdFlags) exitStatus(r *finding.Report) error {
	switch {
	case r.Result == finding.Fail:
		return exitError{ExitFail}
	case r.Result == finding.Undetermined && !f.allowUndetermined:
		return exitError{ExitUndetermined}
	}
	return nil
}

// isSeverity reports whether s is the name of a severity.
func isSeverity(s string) bool {
	return s == string(need.Error) || s == string(need.Warning) || s == string(need.Note)
}
