package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/inventory"
	"gke-preflight/preflight/report"
)

func newNeeds(env Env) *cobra.Command {
	var (
		from   planFlags
		out    outputFlags
		config string
	)
	cmd := &cobra.Command{
		Use:   "needs [PLAN]",
		Short: "List the permissions and APIs that a plan needs, offline",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return writeNeeds(cmd.Context(), env, from, out, config, args)
		},
	}
	from.register(cmd)
	out.register(cmd, "text", "json")
	cmd.Flags().StringVar(&config, "config", "", "configuration `file` (default "+configName+" next to the plan)")
	return cmd
}

// writeNeeds reads a plan and writes its needs.
func writeNeeds(ctx context.Context, env Env, from planFlags, out outputFlags, config string, args []string) error {
	outputs, err := out.outputs()
	if err != nil {
		return err
	}
	c, err := readConfig(env, config, planDirectory(args))
	if err != nil {
		return err
	}
	inputs := []inputFile{{"the configuration", c.file}}
	for _, plan := range args {
		inputs = append(inputs, inputFile{"the plan", plan})
	}
	if err := checkOutputs(outputs, inputs...); err != nil {
		return err
	}
	p, source, err := from.open(ctx, env, args, c.accounts)
	if err != nil {
		return err
	}
	inventory, err := inventory.New(ctx, p, c.settings)
	if err != nil {
		return err
	}
	inventory.Plan.Source = source
	for _, o := range outputs {
		err := writeOutput(env, o.file, func(w io.Writer) error {
			if o.format == "json" {
				return report.InventoryJSON(w, inventory)
			}
			return report.InventoryText(w, inventory)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
