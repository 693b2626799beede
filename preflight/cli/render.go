package cli

import (
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/finding"
)

// renderFlags are those of render.
type renderFlags struct {
	outputFlags
	thresholdFlags
}

func newRender(env Env) *cobra.Command {
	f := new(renderFlags)
	cmd := &cobra.Command{
		Use:   "render REPORT.json...",
		Short: "Turn kept JSON reports into other formats, several into one",
		Long: `Render reads reports that check wrote with --format json, and writes them in
other formats. Several become one, in which each finding names its plan. The
exit code is that of check, for all of them together.`,
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
	if err := protect(outputs, inputs...); err != nil {
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
	if err := f.write(env, outputs, r, f.thresholdFlags); err != nil {
		return err
	}
	return f.judge(r)
}

// A kept report is one that was read from a file.
type kept struct {
	file string
	*finding.Report
}

// readReports reads each file once, in the order of their names.
func readReports(env Env, files []string) ([]kept, error) {
	names := make([]string, 0, len(files))
	for _, file := range files {
		names = append(names, filepath.Clean(file))
	}
	slices.Sort(names)
	var out []kept
	for _, file := range slices.Compact(names) {
		r, err := readReport(env, file)
		if err != nil {
			return nil, err
		}
		out = append(out, kept{file, r})
	}
	return out, nil
}

// byPlan are reports by the names of their plans. Where several plans have one
// name, because each was checked in a directory of its own, the reports' files
// tell them apart.
func byPlan(reports []kept) map[string]*finding.Report {
	shared := map[string]int{}
	for _, k := range reports {
		shared[planName(k)]++
	}
	out := map[string]*finding.Report{}
	for _, k := range reports {
		name := planName(k)
		if shared[name] > 1 {
			name = filepath.ToSlash(k.file)
		}
		for out[name] != nil {
			name += " (" + filepath.ToSlash(k.file) + ")"
		}
		out[name] = k.Report
	}
	return out
}

// planName is the name of a report's plan, or of its file where it has none or
// several.
func planName(k kept) string {
	if k.Plan.Source == "" || k.Plan.Source == "-" || len(k.Plans) > 0 {
		return filepath.ToSlash(k.file)
	}
	return k.Plan.Source
}
