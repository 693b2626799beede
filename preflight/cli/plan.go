package cli

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/plan"
)

// planFlags are the flags that say how to read a plan.
type planFlags struct {
	terraform string
	projects  []string
	deployers []string
	source    string
	init      bool
	workspace string
	varFiles  []string
	vars      []string
	targets   []string
	// readTimeout is the time limit for reading a JSON file; 0 for no limit.
	readTimeout time.Duration
}

func (f *planFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.terraform, "terraform", "", "`program` that reads binary plans and plans directories (default: terraform, else tofu)")
	cmd.Flags().BoolVar(&f.init, "init", false, "run terraform init first, if PLAN is a directory")
	cmd.Flags().StringVar(&f.workspace, "workspace", "", "`workspace` to plan a directory in (default $TF_WORKSPACE, else the selected one)")
	cmd.Flags().StringArrayVar(&f.varFiles, "var-file", nil, "variables `file` to plan a directory with; repeatable")
	cmd.Flags().StringArrayVar(&f.vars, "var", nil, "variable `NAME=VALUE` to plan a directory with; repeatable")
	cmd.Flags().StringArrayVar(&f.targets, "target", nil, "resource `address` to limit the plan of a directory to; repeatable")
	cmd.Flags().StringArrayVar(&f.projects, "project", nil, "default `project`, if neither the plan nor the environment names one; PROVIDER=PROJECT for one provider configuration, such as google.host=acme-host; repeatable")
	cmd.Flags().StringArrayVar(&f.deployers, "deployer", nil, "`email` of the account that apply runs as, if the plan does not show it; PROVIDER=EMAIL for one provider configuration; repeatable")
	cmd.Flags().StringVar(&f.source, "source", "", "`directory` of the configuration that was planned: supplies values that the plan does not show, and the lines of findings (default: PLAN, if that is a directory)")
}

// open reads the plan that args name, or plans the current directory if args are
// empty. It also returns the name of the plan. Accounts are node service accounts
// that the plan does not know, by address; usually nil.
func (f *planFlags) open(ctx context.Context, env Env, args []string, accounts map[string]string) (*plan.Plan, string, error) {
	source := "."
	if len(args) > 0 {
		source = args[0]
	}
	in := plan.Input{
		Path: source, Stdin: env.Stdin, Terraform: f.terraform, Timeout: f.readTimeout,
		Init: f.init, Workspace: cmp.Or(f.workspace, env.Getenv("TF_WORKSPACE")), VarFiles: f.varFiles, Vars: f.vars, Targets: f.targets,
	}
	if env.StderrWidth > 0 {
		in.Progress = env.Stderr
	}
	options := plan.Options{Getenv: env.Getenv, Accounts: accounts}
	options.Project, options.Projects = splitByProvider(f.projects)
	options.Deployer, options.Deployers = splitByProvider(f.deployers)
	if f.source != "" {
		text, err := plan.OpenConfigText(f.source)
		if err != nil {
			return nil, source, err
		}
		options.ConfigText = text
	}
	p, err := plan.Open(ctx, in, options)
	return p, source, err
}

// splitByProvider splits the values of a flag into the one for all provider
// configurations and those of the form PROVIDER=VALUE, by provider.
func splitByProvider(values []string) (all string, named map[string]string) {
	named = map[string]string{}
	for _, v := range values {
		if i := strings.LastIndex(v, "="); i >= 0 {
			named[v[:i]] = v[i+1:]
			continue
		}
		all = v
	}
	return all, named
}
