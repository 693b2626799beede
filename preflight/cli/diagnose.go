package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/diagnose"
	"gke-preflight/preflight/input"
)

func newDiagnose(env Env) *cobra.Command {
	var f diagnoseFlags
	cmd := &cobra.Command{
		Use:   "diagnose [FILE]",
		Short: "Find errors in a log, with their cause and fix",
		Long: `diagnose reads a log of Terraform, gcloud, kubectl, helm or a client library,
or entries of an audit log, from a file or from standard input. It sends no
requests, unless --check names the plan that was applied: then it runs the
rules concerned against Google Cloud, to find out which suspect is the cause.

Exit codes: 0 the log was read, whatever it contains; 2 it could not be read.`,
		Example: `  terraform apply 2>&1 | tee apply.log; gke-preflight diagnose apply.log
  gke-preflight diagnose --format json < apply.log`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd.Context(), env, args)
		},
	}
	f.outputFlags.register(cmd, "text", "json")
	cmd.Flags().StringVar(&f.plan, "check", "", "check `PLAN`, which apply failed with, against Google Cloud")
	f.planFlags.register(cmd)
	f.cloudFlags.register(cmd)
	return cmd
}

// diagnoseFlags are the flags of diagnose.
type diagnoseFlags struct {
	outputFlags
	planFlags
	cloudFlags
	plan string
}

func (f *diagnoseFlags) run(ctx context.Context, env Env, args []string) error {
	outputs, err := f.outputs()
	if err != nil {
		return err
	}
	inputs := []inputFile{{"the plan", f.plan}, {"the --cloud file", f.cloud}}
	for _, log := range args {
		inputs = append(inputs, inputFile{"the log", log})
	}
	if err := checkOutputs(outputs, inputs...); err != nil {
		return err
	}
	found, err := readLog(ctx, env, args)
	if err != nil {
		return err
	}
	if f.plan != "" {
		if err := f.check(ctx, env, found); err != nil {
			return err
		}
	}
	for _, o := range outputs {
		err := writeOutput(env, o.file, func(w io.Writer) error {
			if o.format == "json" {
				return diagnose.JSON(w, found)
			}
			options := f.textOptions(env, o.file)
			return diagnose.Text(w, found, diagnose.TextOptions{Color: options.Color, Width: options.Width})
		})
		if err != nil {
			return fmt.Errorf("write the diagnosis: %w", err)
		}
	}
	return nil
}

// readLog reads the log that args name, or standard input if args are empty or
// "-".
func readLog(ctx context.Context, env Env, args []string) (_ *diagnose.Report, err error) {
	if len(args) == 0 || args[0] == "-" {
		return diagnose.Read(input.Reader(ctx, env.Stdin))
	}
	f, err := input.Open(ctx, args[0])
	if err != nil {
		return nil, fmt.Errorf("read the log: %w\nhint: gke-preflight diagnose apply.log, or ... | gke-preflight diagnose", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return diagnose.Read(f)
}
