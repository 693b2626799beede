package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
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

// checkFlags are those of check.
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
		Long: `Check says whether apply of a plan will be stopped, and by what.

PLAN is the output of terraform show -json, a binary plan file, a directory to
plan, or - for standard input. Without one it is this directory.`,
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
	cmd.Flags().StringVar(&f.config, "config", "", "configuration `file` (default "+configName+" beside the plan)")
	cmd.Flags().StringVar(&f.baseline, "baseline", "", "JSON `report` of an earlier check: only what is new fails")
	cmd.Flags().DurationVar(&f.wait, "wait", 0, "ask again what is open until it passes, at most for `DURATION`, such as 7m")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 2*time.Minute, "how long to read a plan file, and then to ask Google Cloud, at most")
}

func (f *checkFlags) run(cmd *cobra.Command, env Env, args []string) error {
	c, err := f.configure(cmd, env, args)
	if err != nil {
		return err
	}
	outputs, err := f.outputs()
	if err != nil {
		return err
	}
	if err := protect(outputs, f.inputs(env, c, args)...); err != nil {
		return err
	}
	options, err := f.options(env, c)
	if err != nil {
		return err
	}
	f.reading = f.timeout
	p, source, err := f.open(cmd.Context(), env, args, c.accounts)
	if err != nil {
		return err
	}
	configuration, err := f.configuration(source)
	if err != nil {
		return err
	}
	r, err := f.check(cmd.Context(), env, p, options)
	if err != nil {
		return err
	}
	r.Plan.Source = source
	f.describe(r, env, p, c)
	if configuration != nil {
		r.Locate(configuration)
	}
	r.Tool = finding.Tool{Name: "gke-preflight", Version: env.Version}
	if err := f.write(env, outputs, r, f.thresholdFlags); err != nil {
		return err
	}
	return f.judge(r)
}

// configure reads the configuration file, and sets the flags that it has
// defaults for, unless they were given.
func (f *checkFlags) configure(cmd *cobra.Command, env Env, args []string) (*config, error) {
	c, err := readConfig(env, f.config, directoryOf(args))
	if err != nil {
		return nil, err
	}
	for _, name := range sortedNames(c.flags) {
		if cmd.Flags().Changed(name) || cmd.Flags().Lookup(name) == nil {
			delete(c.flags, name) // it does not count here
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

// inputs are the files that a check reads.
func (f *checkFlags) inputs(env Env, c *config, args []string) []inputFile {
	out := []inputFile{{"the configuration", c.file}, {"the baseline", f.baseline}, {"the file that stands for Google Cloud", f.cloud}}
	if len(args) > 0 {
		out = append(out, inputFile{"the plan", args[0]})
	}
	for _, file := range f.varFiles {
		out = append(out, inputFile{"a file of variables", file})
	}
	for _, name := range []string{"GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CREDENTIALS"} {
		out = append(out, inputFile{"the credentials", env.Getenv(name)})
	}
	return out
}

// directoryOf is the directory that a plan is in, or is.
func directoryOf(args []string) string {
	if len(args) == 0 || args[0] == "-" {
		return "."
	}
	if info, err := os.Stat(args[0]); err == nil && info.IsDir() {
		return args[0]
	}
	return filepath.Dir(args[0])
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
func (f *checkFlags) options(env Env, c *config) (preflight.Options, error) {
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
		Progress:       progress(env),
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

// readReport reads a JSON report that was saved.
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

// check asks Google Cloud, unless the plan gives nothing to ask about.
func (f *checkFlags) check(ctx context.Context, env Env, p *plan.Plan, o preflight.Options) (*finding.Report, error) {
	if p.Empty() {
		return preflight.Check(ctx, p, nil, o)
	}
	f.unneeded = !p.UsesEnvironment()
	if all, _ := byProvider(f.deployers); o.Deployer == "" && p.ShowsDeployers() {
		o.Deployer = all
	}
	client, source, err := f.client(ctx, env)
	if err != nil {
		return nil, err
	}
	o.Credentials, f.credentials = source, source
	if s := f.replayed; s != nil {
		// As it was when the snapshot was made; that does not change by waiting.
		o.Now, o.LookPath, f.wait = func() time.Time { return s.RecordedAt }, onRecordedPath(s), 0
	}
	r, err := f.ask(ctx, p, client, o)
	if errors.Is(err, preflight.ErrUnauthenticated) {
		return nil, fmt.Errorf("%w (%s): they have expired or were withdrawn\nhint: gcloud auth application-default login", err, source)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return r, err
}

// ask checks, and again what is open as long as --wait allows and there is
// hope.
func (f *checkFlags) ask(ctx context.Context, p *plan.Plan, client *gcp.Client, o preflight.Options) (*finding.Report, error) {
	begin := o.Now()
	for pause := f.wait / firstPause; ; pause = min(2*pause, time.Minute) {
		r, err := f.once(ctx, p, client, o)
		left := f.wait - o.Now().Sub(begin)
		if err != nil || r.Result == finding.Pass || !r.MayChange(o.FailOn) || left <= 0 {
			return r, err
		}
		if !sleep(ctx, min(pause, left)) {
			return r, nil
		}
		o.Previous = r
	}
}

// firstPause is the part of --wait that is waited before asking again.
const firstPause = 50

func (f *checkFlags) once(ctx context.Context, p *plan.Plan, client *gcp.Client, o preflight.Options) (*finding.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	return preflight.Check(ctx, p, client, o)
}

// sleep waits, and reports whether it did: not if it was interrupted.
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

	// recorder keeps what is asked, and replayed is the snapshot that is asked
	// instead of Google Cloud; each is usually nil.
	recorder *gcp.Recorder
	replayed *gcp.Snapshot
	// unneeded reports that the plan's providers name their own accounts, so that
	// the one that the environment impersonates is not used.
	unneeded bool
	// credentials says in words whose were used, once they were.
	credentials string
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
		Endpoint: endpoint, HTTP: env.HTTP, Credentials: credentials, UserAgent: "gke-preflight/" + env.Version, Recorder: f.recorder,
	})
	if err != nil {
		return nil, "", err
	}
	return f.deployer(ctx, client, credentials.Source, env)
}

// impersonates is the account that apply impersonates from the start; usually
// empty.
func (f *cloudFlags) impersonates(env Env) string {
	if f.impersonate != "" || f.replayed != nil {
		return f.impersonate
	}
	return env.Getenv("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT")
}

// deployer is the client that asks as the account that apply impersonates. If
// that may not be, apply cannot begin, and neither can a check.
func (f *cloudFlags) deployer(ctx context.Context, client *gcp.Client, source string, env Env) (*gcp.Client, string, error) {
	account := f.impersonates(env)
	if account == "" || f.unneeded {
		return client, source, nil
	}
	other, err := client.As(account, nil)
	if err != nil {
		return nil, "", err
	}
	var e *facts.Error
	if _, err := other.Identity(ctx); errors.As(err, &e) && e.Method == facts.MethodGenerateAccessToken && (e.Denied() || e.NotFound()) {
		return nil, "", fmt.Errorf("impersonate %s: %w\nhint: grant roles/iam.serviceAccountTokenCreator on it to the account behind %s", account, err, source)
	}
	return other, source + ", impersonating " + account, nil
}
