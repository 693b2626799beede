package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/report"
)

// An output is a format and the file that it is written to; empty for standard
// output.
type output struct{ format, file string }

// outputFlags are the flags that select formats and files.
type outputFlags struct {
	// known are the formats of the command, the default first.
	known   []string
	formats []string
	color   string
	verbose bool
}

// register defines the flags. Known are the formats of the command, the default
// first.
func (f *outputFlags) register(cmd *cobra.Command, known ...string) {
	f.known = known
	cmd.Flags().StringArrayVar(&f.formats, "format", nil, "`FORMAT` or FORMAT=FILE: "+strings.Join(known, ", ")+"; repeatable (default "+known[0]+")")
	cmd.Flags().StringVar(&f.color, "color", "auto", "auto, always or never")
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "list passed checks too")
}

// outputs parses --format, and validates the other flags.
func (f *outputFlags) outputs() ([]output, error) {
	if f.color != "auto" && f.color != "always" && f.color != "never" {
		return nil, fmt.Errorf("--color %q: want auto, always or never", f.color)
	}
	if len(f.formats) == 0 {
		return []output{{format: f.known[0]}}, nil
	}
	var out []output
	for _, s := range f.formats {
		format, file, named := strings.Cut(s, "=")
		if !slices.Contains(f.known, format) {
			return nil, fmt.Errorf("--format %q: want one of %s", format, strings.Join(f.known, ", "))
		}
		if named && file == "" {
			return nil, fmt.Errorf("--format %q: want a file after =", s)
		}
		if slices.ContainsFunc(out, func(o output) bool { return isSameOutput(o.file, file) }) {
			return nil, duplicateOutput(file)
		}
		out = append(out, output{format, file})
	}
	return out, nil
}

// isSameOutput reports whether two outputs are the same file; empty is standard
// output.
func isSameOutput(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	one, err := os.Stat(a)
	other, otherErr := os.Stat(b)
	return err == nil && otherErr == nil && one.Mode().IsRegular() && os.SameFile(one, other)
}

// duplicateOutput returns the error for two formats that are written to the same
// file.
func duplicateOutput(file string) error {
	if file == "" {
		return errors.New("--format: more than one format for standard output\nhint: --format text --format json=report.json")
	}
	return fmt.Errorf("--format: more than one format for the file %s", file)
}

// textOptions returns the options of text that is written to file, or to standard
// output if file is empty.
func (f *outputFlags) textOptions(env Env, file string) report.TextOptions {
	o := report.TextOptions{Verbose: f.verbose, Color: f.color == "always"}
	if file != "" {
		return o
	}
	o.Width = env.StdoutWidth
	if f.color == "auto" {
		o.Color = env.StdoutWidth > 0 && env.Getenv("NO_COLOR") == "" && env.Getenv("TERM") != "dumb"
	}
	return o
}

// writeReport writes a report to all outputs. Files come first, so that they are
// complete even if standard output cannot be written.
func (f *outputFlags) writeReport(env Env, outputs []output, r *finding.Report, t thresholdFlags) error {
	slices.SortStableFunc(outputs, func(a, b output) int { return strings.Compare(b.file, a.file) })
	for _, o := range outputs {
		err := writeOutput(env, o.file, func(w io.Writer) error { return f.writeFormat(w, env, o, r, t) })
		if err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}

// reportFormats returns the formats of a report, the default first.
func reportFormats() []string {
	return []string{"text", "json", "sarif", "junit", "github", "markdown", "html", "codequality"}
}

// writeFormat writes a report in the format of o.
func (f *outputFlags) writeFormat(w io.Writer, env Env, o output, r *finding.Report, t thresholdFlags) error {
	switch o.format {
	case "json":
		return report.JSON(w, r)
	case "sarif":
		return report.SARIF(w, r, report.SARIFOptions{Dir: env.Dir})
	case "junit":
		threshold, err := t.threshold()
		if err != nil {
			return err
		}
		return report.JUnit(w, r, threshold)
	case "markdown":
		return report.Markdown(w, r)
	case "html":
		return report.HTML(w, r)
	case "codequality":
		return report.CodeQuality(w, r)
	case "github":
		return report.GitHub(w, r)
	}
	return report.Text(w, r, f.textOptions(env, o.file))
}
