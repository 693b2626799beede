package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/rules"
)

func newRules(env Env) *cobra.Command {
	return &cobra.Command{
		Use:   "rules [ID]",
		Short: "List the rules, or print the documentation of one",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listRules(env)
			}
			return printRule(env, args[0])
		},
	}
}

func listRules(env Env) error {
	for _, r := range rules.All() {
		if _, err := fmt.Fprintf(env.Stdout, "%s  %-7s  %s\n", r.ID, r.Severity, r.Title); err != nil {
			return err
		}
	}
	return nil
}

func printRule(env Env, id string) error {
	for _, r := range rules.All() {
		if strings.EqualFold(r.ID, id) || r.Name == id {
			_, err := fmt.Fprint(env.Stdout, r.Page())
			return err
		}
	}
	return fmt.Errorf("unknown rule %q\nhint: gke-preflight rules", id)
}
