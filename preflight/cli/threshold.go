package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/report"
)

// thresholdFlags say which findings decide about the exit code.
type thresholdFlags struct {
	failOn            string
	allowUndetermined bool
}

func (f *thresholdFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.failOn, "fail-on", "error", "least `severity` that fails: error, warning or note")
	cmd.Flags().BoolVar(&f.allowUndetermined, "allow-undetermined", false, "exit 0 where nothing fails but something could not be found out")
}

// threshold is what the flags say, or that they say nothing known.
func (f *thresholdFlags) threshold() (report.Threshold, error) {
	if !knownSeverity(f.failOn) {
		return report.Threshold{}, fmt.Errorf("--fail-on %q: want error, warning or note", f.failOn)
	}
	return report.Threshold{FailOn: need.Severity(f.failOn), AllowUndetermined: f.allowUndetermined}, nil
}

// judge turns a result into an exit code.
func (f *thresholdFlags) judge(r *finding.Report) error {
	switch {
	case r.Result == finding.Fail:
		return verdict{ExitFail}
	case r.Result == finding.Undetermined && !f.allowUndetermined:
		return verdict{ExitUndetermined}
	}
	return nil
}

func knownSeverity(s string) bool {
	return s == string(need.Error) || s == string(need.Warning) || s == string(need.Note)
}
