package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gke-preflight/preflight"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/rules"
)

// checkFlags are those of check.
type checkFlags struct {
	planFlags
	outputFlags
	cloudFlags
	thresholdFlags
	config  string
	source  string
	timeout time.Duration
}

func newCheck(env Env) *cobra.Command {
	f := new(checkFlags)
	cmd := &cobra.Command{
		Use:   "check [PLAN]",
		Short: "Check a plan against Google Cloud",
		Long: `Check says whether apply of a plan will be stopped, and by what.

PLAN is the output of terraform show -json, a binary plan file, a directory to
plan, or - for standard input. Without one it is this directory.`,
		Example: `  terraform plan -out=tfplan && gke-preflight check tfplan
  terraform show -json tfplan | gke-preflight check -`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), env, args) },
	}
	f.planFlags.register(cmd)
	f.outputFlags.register(cmd, reportFormats()...)
	f.cloudFlags.register(cmd)
	f.thresholdFlags.register(cmd)
	cmd.Flags().StringVar(&f.config, "config", "", "configuration `file` (YAML)")
	cmd.Flags().StringVar(&f.source, "source", "", "`directory` of the configuration that was planned, to say where things stand in it (default: PLAN, where that is one)")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 2*time.Minute, "how long to ask Google Cloud at most")
	return cmd
}

func (f *checkFlags) run(ctx context.Context, env Env, args []string) error {
	outputs, err := f.outputs()
	if err != nil {
		return err
	}
	options, err := f.options(env)
	if err != nil {
		return err
	}
	p, source, err := f.open(ctx, env, args)
	if err != nil {
		return err
	}
	configuration, err := f.configuration(source)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	r, err := f.check(ctx, env, p, options)
	if err != nil {
		return err
	}
	r.Plan.Source = source
	if configuration != nil {
		r.Locate(configuration)
	}
	r.Tool = preflight.Tool{Name: "gke-preflight", Version: env.Version}
	if err := f.write(env, outputs, r, f.thresholdFlags); err != nil {
		return err
	}
	return f.judge(r)
}

// configuration is where the plan's addresses can be looked up; nil where the
// configuration is not at hand.
func (f *checkFlags) configuration(planned string) (*plan.Source, error) {
	if f.source != "" {
		return plan.ReadSource(f.source)
	}
	if info, err := os.Stat(planned); err != nil || !info.IsDir() {
		return nil, nil
	}
	s, err := plan.ReadSource(planned)
	if err != nil {
		return nil, nil // Terraform could read it: no reason to stop.
	}
	return s, nil
}

// options are those of the check, from flags and configuration.
func (f *checkFlags) options(env Env) (preflight.Options, error) {
	o := preflight.Options{
		Impersonation:  !f.noImpersonation,
		Troubleshooter: f.troubleshooter,
		FailOn:         rules.Severity(f.failOn),
		Table:          iam.Predefined(),
		Now:            env.Now,
		LookPath:       env.LookPath,
		Progress:       progress(env),
	}
	if _, err := f.threshold(); err != nil {
		return o, err
	}
	var err error
	o.Settings, err = readConfig(env, f.config)
	return o, err
}

// check asks Google Cloud, unless the plan gives nothing to ask about.
func (f *checkFlags) check(ctx context.Context, env Env, p *plan.Plan, o preflight.Options) (*preflight.Report, error) {
	if p.Empty() {
		return preflight.Check(ctx, p, nil, o)
	}
	client, source, err := f.client(ctx, env)
	if err != nil {
		return nil, err
	}
	o.Credentials = source
	r, err := preflight.Check(ctx, p, client, o)
	if errors.Is(err, preflight.ErrUnauthenticated) {
		return nil, fmt.Errorf("%w (%s): they have expired or were withdrawn\nhint: gcloud auth application-default login", err, source)
	}
	if ctx.Err() == context.Canceled {
		return nil, errors.New("interrupted")
	}
	return r, err
}

// progress shows how far a check is, on a terminal and nowhere else.
func progress(env Env) func(done, total int) {
	if env.StderrWidth == 0 {
		return nil
	}
	return func(done, total int) {
		line := fmt.Sprintf("gke-preflight: %d of %d questions answered", done, total)
		if done == total {
			line = strings.Repeat(" ", len(line))
		}
		fmt.Fprintf(env.Stderr, "\r%s\r", line)
	}
}

// cloudFlags say which Google Cloud is asked, and as whom.
type cloudFlags struct {
	cloud           string
	endpoint        string
	impersonate     string
	noImpersonation bool
	troubleshooter  bool
}

func (f *cloudFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.cloud, "cloud", "", "a `file` that stands for Google Cloud, instead of asking it")
	cmd.Flags().StringVar(&f.endpoint, "endpoint", "", "send every request to `URL`/HOST/PATH (default $GKE_PREFLIGHT_ENDPOINT)")
	cmd.Flags().StringVar(&f.impersonate, "impersonate-service-account", "", "`account` that apply impersonates (default $GOOGLE_IMPERSONATE_SERVICE_ACCOUNT)")
	cmd.Flags().BoolVar(&f.troubleshooter, "troubleshooter", false, "ask Policy Troubleshooter what policies leave open: groups, deny policies, what is above projects")
	cmd.Flags().BoolVar(&f.noImpersonation, "no-impersonation", false, "do not make tokens of other service accounts to ask as them")
}

// client is the way to Google Cloud, and in words whose credentials it uses.
func (f *cloudFlags) client(ctx context.Context, env Env) (*gcp.Client, string, error) {
	if f.cloud != "" {
		return f.offline(ctx, env)
	}
	endpoint := f.endpoint
	if endpoint == "" {
		endpoint = env.Getenv("GKE_PREFLIGHT_ENDPOINT")
	}
	credentials, err := gcp.FindCredentials(ctx, gcp.Environment{
		Getenv: env.Getenv, ReadFile: env.ReadFile, HTTP: env.HTTP, Endpoint: endpoint,
	})
	if err != nil {
		return nil, "", err
	}
	client, err := gcp.New(ctx, gcp.Options{
		Endpoint: endpoint, HTTP: env.HTTP, Credentials: credentials, UserAgent: "gke-preflight/" + env.Version,
	})
	if err != nil {
		return nil, "", err
	}
	return f.deployer(ctx, client, credentials.Source, env)
}

// deployer is the client that asks as the account that apply impersonates. If
// that may not be, apply cannot begin, and neither can a check.
func (f *cloudFlags) deployer(ctx context.Context, client *gcp.Client, source string, env Env) (*gcp.Client, string, error) {
	account := f.impersonate
	if account == "" {
		account = env.Getenv("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT")
	}
	if account == "" {
		return client, source, nil
	}
	other := client.As(account, nil)
	var e *gcp.Error
	if _, err := other.Identity(ctx); errors.As(err, &e) && e.Method == gcp.MethodGenerateAccessToken && (e.Denied() || e.NotFound()) {
		return nil, "", fmt.Errorf("impersonate %s: %w\nhint: grant roles/iam.serviceAccountTokenCreator on it to the account behind %s", account, err, source)
	}
	return other, source + ", impersonating " + account, nil
}
