package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/diagnose"
	"gke-preflight/preflight/report"
)

func newDiagnose(env Env) *cobra.Command {
	var out outputFlags
	cmd := &cobra.Command{
		Use:   "diagnose [FILE]",
		Short: "Find errors in a log, and say why and what to run",
		Long: `diagnose reads a log of Terraform, gcloud, kubectl, helm or a client library,
or entries of an audit log, from a file or from standard input. It asks nobody.

Exit codes: 0 the log was read, whatever it holds; 2 it could not be.`,
		Example: `  terraform apply 2>&1 | tee apply.log; gke-preflight diagnose apply.log
  gke-preflight diagnose --format json < apply.log`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return diagnoseLog(env, out, args)
		},
	}
	cmd.Flags().StringArrayVar(&out.formats, "format", nil, "`FORMAT` or FORMAT=FILE: text, json; repeatable (default text)")
	cmd.Flags().StringVar(&out.color, "color", "auto", "auto, always or never")
	return cmd
}

func diagnoseLog(env Env, out outputFlags, args []string) error {
	outputs, err := out.outputs()
	if err != nil {
		return err
	}
	found, err := readLog(env, args)
	if err != nil {
		return err
	}
	for _, o := range outputs {
		err := to(env, o.file, func(w io.Writer) error {
			if o.format == "json" {
				return diagnose.JSON(w, found)
			}
			as := out.text(env, o.file)
			return diagnose.Text(w, found, diagnose.TextOptions{Clean: report.Clean, Color: as.Color, Width: as.Width})
		})
		if err != nil {
			return fmt.Errorf("write the diagnosis: %w", err)
		}
	}
	return nil
}

// readLog reads the log that args name; without any, or with -, standard
// input.
func readLog(env Env, args []string) (_ *diagnose.Report, err error) {
	if len(args) == 0 || args[0] == "-" {
		return diagnose.Read(env.Stdin)
	}
	f, err := os.Open(args[0])
	if err != nil {
		return nil, fmt.Errorf("read the log: %w\nhint: gke-preflight diagnose apply.log, or ... | gke-preflight diagnose", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return diagnose.Read(f)
}
