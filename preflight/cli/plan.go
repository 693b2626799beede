package cli

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/plan"
)

// planFlags say where a plan comes from.
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
	// reading is how long a file of JSON may be read; 0 for as long as it takes.
	reading time.Duration
}

func (f *planFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.terraform, "terraform", "", "`program` that reads binary plans and plans directories (default: terraform, else tofu)")
	cmd.Flags().BoolVar(&f.init, "init", false, "run terraform init first, where PLAN is a directory")
	cmd.Flags().StringVar(&f.workspace, "workspace", "", "`workspace` to plan a directory in (default $TF_WORKSPACE, else the one selected there)")
	cmd.Flags().StringArrayVar(&f.varFiles, "var-file", nil, "`file` of variables to plan a directory with; repeatable")
	cmd.Flags().StringArrayVar(&f.vars, "var", nil, "`NAME=VALUE` to plan a directory with; repeatable")
	cmd.Flags().StringArrayVar(&f.targets, "target", nil, "`address` to plan of a directory; repeatable")
	cmd.Flags().StringArrayVar(&f.projects, "project", nil, "default `project`, where neither the plan nor the environment names one; PROVIDER=PROJECT for one provider configuration, such as google.host=acme-host; repeatable")
	cmd.Flags().StringArrayVar(&f.deployers, "deployer", nil, "`email` of the account that apply runs as, where the plan does not show it; PROVIDER=EMAIL for one provider configuration; repeatable")
	cmd.Flags().StringVar(&f.source, "source", "", "`directory` of the configuration that was planned: for values that the plan does not show, and to say where things stand in it (default: PLAN, where that is one)")
}

// open reads the plan that args name; without any it is this directory.
// Accounts are those of nodes that the plan cannot know; usually nil.
func (f *planFlags) open(ctx context.Context, env Env, args []string, accounts map[string]string) (*plan.Plan, string, error) {
	source := "."
	if len(args) > 0 {
		source = args[0]
	}
	in := plan.Input{
		Path: source, Stdin: env.Stdin, Terraform: f.terraform, Timeout: f.reading,
		Init: f.init, Workspace: cmp.Or(f.workspace, env.Getenv("TF_WORKSPACE")), VarFiles: f.varFiles, Vars: f.vars, Targets: f.targets,
	}
	if env.StderrWidth > 0 {
		in.Progress = env.Stderr
	}
	options := plan.Options{Getenv: env.Getenv, Accounts: accounts}
	options.Project, options.Projects = byProvider(f.projects)
	options.Deployer, options.Deployers = byProvider(f.deployers)
	if f.source != "" {
		text, err := plan.OpenText(f.source)
		if err != nil {
			return nil, source, err
		}
		options.Text = text
	}
	p, err := plan.Open(ctx, in, options)
	return p, source, err
}

// byProvider sorts the values of a flag: one for all provider configurations,
// and those that name one.
func byProvider(values []string) (all string, named map[string]string) {
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
