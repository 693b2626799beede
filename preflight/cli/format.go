package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gke-preflight/preflight"
	"gke-preflight/preflight/report"
)

// An output is a format, and the file that it goes to; empty for standard
// output.
type output struct{ format, file string }

// outputFlags say what is printed, where and how.
type outputFlags struct {
	formats []string
	color   string
	verbose bool
}

func (f *outputFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.formats, "format", nil, "`FORMAT` or FORMAT=FILE: text, json; repeatable (default text)")
	cmd.Flags().StringVar(&f.color, "color", "auto", "auto, always or never")
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "list what passes too")
}

func (f *outputFlags) outputs() ([]output, error) {
	if f.color != "auto" && f.color != "always" && f.color != "never" {
		return nil, fmt.Errorf("--color %q: want auto, always or never", f.color)
	}
	if len(f.formats) == 0 {
		return []output{{format: "text"}}, nil
	}
	var out []output
	standard := 0
	for _, s := range f.formats {
		format, file, _ := strings.Cut(s, "=")
		if format != "text" && format != "json" {
			return nil, fmt.Errorf("--format %q: want text or json", format)
		}
		if file == "" {
			standard++
		}
		out = append(out, output{format, file})
	}
	if standard > 1 {
		return nil, fmt.Errorf("--format: %d formats for standard output, which takes one\nhint: --format text --format json=report.json", standard)
	}
	return out, nil
}

// text is how text is printed to standard output, or to a file.
func (f *outputFlags) text(env Env, file string) report.TextOptions {
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

func (f *outputFlags) write(env Env, outputs []output, r *preflight.Report) error {
	for _, o := range outputs {
		err := to(env, o.file, func(w io.Writer) error {
			if o.format == "json" {
				return report.JSON(w, r)
			}
			return report.Text(w, r, f.text(env, o.file))
		})
		if err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}

// to calls write with standard output, or with a file that it makes.
func to(env Env, file string, write func(io.Writer) error) error {
	if file == "" {
		return write(env.Stdout)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
