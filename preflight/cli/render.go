package cli

import (
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/finding"
)

// renderFlags are the flags of render.
type renderFlags struct {
	outputFlags
	thresholdFlags
}

func newRender(env Env) *cobra.Command {
	f := new(renderFlags)
	cmd := &cobra.Command{
		Use:   "render REPORT.json...",
		Short: "Convert or merge saved JSON reports",
		Long: `render reads reports that check wrote with --format json, and writes them in
other formats. It merges several reports into one, in which each finding names
its plan. The exit code is the one of check for the merged report.`,
		Example: `  gke-preflight render preflight.json --format markdown
  gke-preflight render reports/*.json --format sarif=all.sarif --format text`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(env, args) },
	}
	f.outputFlags.register(cmd, reportFormats()...)
	f.thresholdFlags.register(cmd)
	return cmd
}

func (f *renderFlags) run(env Env, args []string) error {
	outputs, err := f.outputs()
	if err != nil {
		return err
	}
	var inputs []inputFile
	for _, file := range args {
		inputs = append(inputs, inputFile{"a report to render", file})
	}
	if err := checkOutputs(outputs, inputs...); err != nil {
		return err
	}
	threshold, err := f.threshold()
	if err != nil {
		return err
	}
	reports, err := readReports(env, args)
	if err != nil {
		return err
	}
	r := reports[0].Report
	if len(reports) == 1 {
		r.Rejudge(threshold.FailOn)
	} else {
		r = finding.Merge(byPlan(reports), threshold.FailOn)
		r.Tool = finding.Tool{Name: "gke-preflight", Version: env.Version}
	}
	if err := f.writeReport(env, outputs, r, f.thresholdFlags); err != nil {
		return err
	}
	return f.exitStatus(r)
}

// A savedReport is a report and the file that it was read from.
type savedReport struct {
	file string
	*finding.Report
}

// readReports reads each file once, sorted by name.
func readReports(env Env, files []string) ([]savedReport, error) {
	names := make([]string, 0, len(files))
	for _, file := range files {
		names = append(names, filepath.Clean(file))
	}
	slices.Sort(names)
	var out []savedReport
	for _, file := range slices.Compact(names) {
		r, err := readReport(env, file)
		if err != nil {
			return nil, err
		}
		out = append(out, savedReport{file, r})
	}
	return out, nil
}

// byPlan returns reports by the names of their plans. If several plans have the
// same name, because each was checked in its own directory, the names of the
// reports' files are used instead.
func byPlan(reports []savedReport) map[string]*finding.Report {
	shared := map[string]int{}
	for _, s := range reports {
		shared[planName(s)]++
	}
	out := map[string]*finding.Report{}
	for _, s := range reports {
		name := planName(s)
		if shared[name] > 1 {
			name = filepath.ToSlash(s.file)
		}
		for out[name] != nil {
			name += " (" + filepath.ToSlash(s.file) + ")"
		}
		out[name] = s.Report
	}
	return out
}

// planName returns the name of a report's plan, or the name of its file if the
// report is of no named plan or of several.
func planName(s savedReport) string {
	if s.Plan.Source == "" || s.Plan.Source == "-" || len(s.Plans) > 0 {
		return filepath.ToSlash(s.file)
	}
	return s.Plan.Source
}
