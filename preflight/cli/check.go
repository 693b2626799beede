package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gke-preflight/preflight"
	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/report"
	"gke-preflight/preflight/suppress"
)

// checkFlags are the flags of check.
type checkFlags struct {
	planFlags
	outputFlags
	cloudFlags
	thresholdFlags
	config   string
	baseline string
	timeout  time.Duration
	wait     time.Duration
}

func newCheck(env Env) *cobra.Command {
	f := new(checkFlags)
	cmd := &cobra.Command{
		Use:   "check [PLAN]",
		Short: "Check a plan against Google Cloud",
		Long: `check reports whether apply of a plan will pass or what will fail, for whom,
with the fix.

PLAN is the output of terraform show -json, a binary plan file, a directory to
plan, or - for standard input (default: the current directory).`,
		Example: `  terraform plan -out=tfplan && gke-preflight check tfplan
  terraform show -json tfplan | gke-preflight check -`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, env, args) },
	}
	f.register(cmd)
	return cmd
}

func (f *checkFlags) register(cmd *cobra.Command) {
	f.planFlags.register(cmd)
	f.outputFlags.register(cmd, reportFormats()...)
	f.cloudFlags.register(cmd)
	f.thresholdFlags.register(cmd)
	cmd.Flags().StringVar(&f.config, "config", "", "configuration `file` (default "+configName+" next to the plan)")
	cmd.Flags().StringVar(&f.baseline, "baseline", "", "fail only on findings that are not in this earlier JSON `report`")
	cmd.Flags().DurationVar(&f.wait, "wait", 0, "retry what does not pass for at most `DURATION`, such as 7m, while IAM changes propagate")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 2*time.Minute, "time limit for reading a plan file, and again for querying Google Cloud")
}

func (f *checkFlags) run(cmd *cobra.Command, env Env, args []string) error {
	c, err := f.loadConfig(cmd, env, args)
	if err != nil {
		return err
	}
	outputs, err := f.outputs()
	if err != nil {
		return err
	}
	if err := checkOutputs(outputs, f.inputs(env, c, args)...); err != nil {
		return err
	}
	options, err := f.checkOptions(env, c)
	if err != nil {
		return err
	}
	f.readTimeout = f.timeout
	p, source, err := f.open(cmd.Context(), env, args, c.accounts)
	if err != nil {
		return err
	}
	configuration, err := f.readSource(source)
	if err != nil {
		return err
	}
	r, err := f.check(cmd.Context(), env, p, options)
	if err != nil {
		return err
	}
	r.Plan.Source = source
	f.addContext(r, env, p, c)
	if configuration != nil {
		r.Locate(configuration)
	}
	r.Tool = finding.Tool{Name: "gke-preflight", Version: env.Version}
	if err := f.writeReport(env, outputs, r, f.thresholdFlags); err != nil {
		return err
	}
	return f.exitStatus(r)
}

// loadConfig reads the configuration file and applies its defaults for flags
// that were not given. Defaults that do not apply are deleted from the config, so
// that the report does not list them.
func (f *checkFlags) loadConfig(cmd *cobra.Command, env Env, args []string) (*config, error) {
	c, err := readConfig(env, f.config, planDirectory(args))
	if err != nil {
		return nil, err
	}
	for _, name := range sortedNames(c.flags) {
		if cmd.Flags().Changed(name) || cmd.Flags().Lookup(name) == nil {
			delete(c.flags, name)
			continue
		}
		if err := cmd.Flags().Set(name, c.flags[name]); err != nil {
			return nil, fmt.Errorf("configuration: flag %s: %w", name, err)
		}
	}
	if f.endpoint == "" {
		f.endpoint = c.endpoint
	}
	return c, nil
}

// inputs returns the files that a check reads.
func (f *checkFlags) inputs(env Env, c *config, args []string) []inputFile {
	out := []inputFile{{"the configuration", c.file}, {"the baseline", f.baseline}, {"the --cloud file", f.cloud}}
	if len(args) > 0 {
		out = append(out, inputFile{"the plan", args[0]})
	}
	for _, file := range f.varFiles {
		out = append(out, inputFile{"a variables file", file})
	}
	for _, name := range []string{"GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CREDENTIALS"} {
		out = append(out, inputFile{"the credentials", env.Getenv(name)})
	}
	return out
}

// planDirectory returns the directory that the plan is in or, if the plan is a
// directory, that directory.
func planDirectory(args []string) string {
	if len(args) == 0 || args[0] == "-" {
		return "."
	}
	if isDirectory(args[0]) {
		return args[0]
	}
	return filepath.Dir(args[0])
}

// readSource reads the Terraform configuration, in which addresses of the plan
// are looked up; it returns nil if there is none. Without --source the
// configuration is the planned directory. Terraform was able to read that one, so
// an error is no reason to stop.
func (f *checkFlags) readSource(planned string) (*plan.Source, error) {
	if f.source != "" {
		return plan.ReadSource(f.source)
	}
	if !isDirectory(planned) {
		return nil, nil
	}
	s, err := plan.ReadSource(planned)
	if err != nil {
		return nil, nil
	}
	return s, nil
}

// checkOptions returns the options of a check, from flags and configuration.
func (f *checkFlags) checkOptions(env Env, c *config) (preflight.Options, error) {
	o := preflight.Options{
		Impersonation:  !f.noImpersonation,
		Troubleshooter: f.troubleshooter,
		FailOn:         need.Severity(f.failOn),
		Settings:       c.settings,
		Waivers:        c.waivers,
		Numbers:        c.numbers,
		Deployer:       c.deployer,
		Table:          iam.Predefined(),
		Now:            env.Now,
		LookPath:       env.LookPath,
		Progress:       progressPrinter(env),
	}
	if _, err := f.threshold(); err != nil {
		return o, err
	}
	if f.baseline == "" {
		return o, nil
	}
	known, err := readReport(env, f.baseline)
	if err != nil {
		return o, fmt.Errorf("--baseline: %w", err)
	}
	o.Baseline = suppress.NewBaseline(f.baseline, known)
	return o, nil
}

// readReport reads a saved JSON report.
func readReport(env Env, file string) (*finding.Report, error) {
	data, err := env.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	r, err := report.ReadJSON(data)
	if err != nil {
		name := unusedName("report", ".json")
		return nil, fmt.Errorf("read report %s: %w\nhint: gke-preflight check PLAN --format json=%s   # then pass %s here", file, err, name, name)
	}
	return r, nil
}

// check checks a plan against Google Cloud. For a plan without GKE resources no
// client is needed.
func (f *checkFlags) check(ctx context.Context, env Env, p *plan.Plan, o preflight.Options) (*finding.Report, error) {
	if p.IsEmpty() {
		return preflight.Check(ctx, p, nil, o)
	}
	f.ignoreImpersonation = !p.UsesEnvironmentCredentials()
	if all, _ := splitByProvider(f.deployers); o.Deployer == "" && p.HasKnownDeployers() {
		o.Deployer = all
	}
	client, source, err := f.newClient(ctx, env)
	if err != nil {
		return nil, err
	}
	o.Credentials, f.credentials = source, source
	if s := f.replayed; s != nil {
		// The check sees what there was when the snapshot was recorded. Waiting
		// changes nothing.
		o.Now, o.LookPath, f.wait = func() time.Time { return s.RecordedAt }, recordedLookPath(s), 0
	}
	r, err := f.checkUntil(ctx, p, client, o)
	if errors.Is(err, preflight.ErrUnauthenticated) {
		return nil, fmt.Errorf("%w (%s): they have expired or were revoked\nhint: gcloud auth application-default login", err, source)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return r, err
}

// checkUntil checks a plan and, until --wait has passed, retries what may still
// change, with growing pauses. If a pause is interrupted, it returns the last
// report.
func (f *checkFlags) checkUntil(ctx context.Context, p *plan.Plan, client *gcp.Client, o preflight.Options) (*finding.Report, error) {
	start := o.Now()
	for pause := f.wait / firstPause; ; pause = min(2*pause, time.Minute) {
		r, err := f.checkOnce(ctx, p, client, o)
		left := f.wait - o.Now().Sub(start)
		if err != nil || r.Result == finding.Pass || !r.MayChange(o.FailOn) || left <= 0 {
			return r, err
		}
		if !sleep(ctx, min(pause, left)) {
			return r, nil
		}
		o.Previous = r
	}
}

// firstPause is the first pause, as a fraction of --wait: 1/50.
const firstPause = 50

func (f *checkFlags) checkOnce(ctx context.Context, p *plan.Plan, client *gcp.Client, o preflight.Options) (*finding.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	return preflight.Check(ctx, p, client, o)
}

// sleep waits for d and returns true, or returns false as soon as ctx is done.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// progressPrinter returns a function that prints the progress of a check; nil if
// standard error is not a terminal.
func progressPrinter(env Env) func(done, total int) {
	if env.StderrWidth == 0 {
		return nil
	}
	return func(done, total int) {
		line := fmt.Sprintf("gke-preflight: checked %d of %d", done, total)
		if done == total {
			line = strings.Repeat(" ", len(line))
		}
		fmt.Fprintf(env.Stderr, "\r%s\r", line)
	}
}

// cloudFlags are the flags that select the Google Cloud to query and the
// credentials to use.
type cloudFlags struct {
	cloud           string
	endpoint        string
	impersonate     string
	noImpersonation bool
	troubleshooter  bool

	// recorder records requests and responses; nil unless a snapshot is made.
	recorder *gcp.Recorder
	// replayed is the snapshot that answers instead of Google Cloud; nil if none
	// does.
	replayed *gcp.Snapshot
	// ignoreImpersonation reports whether all providers of the plan name their own
	// accounts, so that the one that the environment impersonates is not used.
	ignoreImpersonation bool
	// credentials describes the credentials; empty until a client is made.
	credentials string
}

func (f *cloudFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.cloud, "cloud", "", "replay a snapshot `file` instead of calling Google Cloud")
	cmd.Flags().StringVar(&f.endpoint, "endpoint", "", "send every request to `URL`/HOST/PATH (default $GKE_PREFLIGHT_ENDPOINT)")
	cmd.Flags().StringVar(&f.impersonate, "impersonate-service-account", "", "`account` that apply impersonates (default $GOOGLE_IMPERSONATE_SERVICE_ACCOUNT)")
	cmd.Flags().BoolVar(&f.troubleshooter, "troubleshooter", false, "ask Policy Troubleshooter what policies leave undetermined: groups, deny policies, folders and the organization")
	cmd.Flags().BoolVar(&f.noImpersonation, "no-impersonation", false, "do not impersonate node service accounts to test their permissions")
}

// newClient returns a client of Google Cloud and a description of its
// credentials.
func (f *cloudFlags) newClient(ctx context.Context, env Env) (*gcp.Client, string, error) {
	if f.cloud != "" {
		return f.offlineClient(ctx, env)
	}
	endpoint := f.endpoint
	if endpoint == "" {
		endpoint = env.Getenv("GKE_PREFLIGHT_ENDPOINT")
	}
	credentials, err := gcp.FindCredentials(ctx, gcp.CredentialsEnv{
		Getenv: env.Getenv, ReadFile: env.ReadFile, Transport: env.HTTP, Endpoint: endpoint,
	})
	if err != nil {
		return nil, "", err
	}
	client, err := gcp.New(ctx, gcp.Options{
		Endpoint: endpoint, Transport: env.HTTP, Credentials: credentials, UserAgent: "gke-preflight/" + env.Version, Recorder: f.recorder,
	})
	if err != nil {
		return nil, "", err
	}
	return f.deployerClient(ctx, client, credentials.Source, env)
}

// impersonatedAccount returns the account that apply impersonates for all
// providers; empty if there is none.
func (f *cloudFlags) impersonatedAccount(env Env) string {
	if f.impersonate != "" || f.replayed != nil {
		return f.impersonate
	}
	return env.Getenv("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT")
}

// deployerClient returns a client that authenticates as the deployer: the account
// that apply impersonates or, if there is none, the caller. If impersonation is
// denied, apply cannot start, so the check does not start either.
func (f *cloudFlags) deployerClient(ctx context.Context, client *gcp.Client, source string, env Env) (*gcp.Client, string, error) {
	account := f.impersonatedAccount(env)
	if account == "" || f.ignoreImpersonation {
		return client, source, nil
	}
	other, err := client.Impersonate(account, nil)
	if err != nil {
		return nil, "", err
	}
	var e *facts.Error
	if _, err := other.Identity(ctx); errors.As(err, &e) && e.Method == facts.MethodGenerateAccessToken && (e.Denied() || e.NotFound()) {
		return nil, "", fmt.Errorf("impersonate %s: %w\nhint: grant roles/iam.serviceAccountTokenCreator on it to the account behind %s", account, err, source)
	}
	return other, source + ", impersonating " + account, nil
}
