package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/access"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/term"
)

// accessFlags are the flags of access.
type accessFlags struct {
	planFlags
	outputFlags
	cloudFlags
	context    string
	kubeconfig string
	cluster    string
	plan       string
	timeout    time.Duration
}

func newAccess(env Env) *cobra.Command {
	f := new(accessFlags)
	cmd := &cobra.Command{
		Use:   "access",
		Short: "Find out why a cluster returns 401, 403, 404 or no response",
		Long: `access checks whether this machine can reach a cluster's API server and, if
not, why: the login, the cluster's name, permissions, the network,
certificates, gke-gcloud-auth-plugin.

By default it checks the cluster of the kubeconfig's current context. It is
read-only; it runs the plugin that the kubeconfig names, as kubectl does.

Exit codes: 0 access works, 1 a cause was found, 2 the run could not start,
3 something is undetermined.`,
		Example: `  gke-preflight access
  gke-preflight access --cluster projects/acme-prod/locations/europe-west1/clusters/main
  gke-preflight access --plan plan.json --format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), env) },
	}
	f.planFlags.register(cmd)
	f.outputFlags.register(cmd, "text", "json")
	f.register(cmd)
	return cmd
}

func (f *accessFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.context, "context", "", "`name` of a kubeconfig context (default: the current one)")
	flags.StringVar(&f.kubeconfig, "kubeconfig", "", "kubeconfig `file` (default: the files that kubectl reads)")
	flags.StringVar(&f.cluster, "cluster", "", "`cluster` to check: projects/P/locations/L/clusters/C")
	flags.StringVar(&f.plan, "plan", "", "check the clusters of a `plan` that already exist")
	flags.StringVar(&f.cloud, "cloud", "", "replay a snapshot `file` instead of calling Google Cloud")
	flags.StringVar(&f.endpoint, "endpoint", "", "send every request to `URL`/HOST/PATH (default $GKE_PREFLIGHT_ENDPOINT)")
	flags.StringVar(&f.impersonate, "impersonate-service-account", "", "`account` to impersonate (default $GOOGLE_IMPERSONATE_SERVICE_ACCOUNT)")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "time limit")
}

func (f *accessFlags) run(ctx context.Context, env Env) error {
	outputs, err := f.outputs()
	if err != nil {
		return err
	}
	if err := checkOutputs(outputs, f.inputs(env)...); err != nil {
		return err
	}
	if f.plan != "" && (f.cluster != "" || f.context != "") {
		return errors.New("--plan cannot be combined with --cluster or --context")
	}
	targets, notes, err := f.targets(ctx, env)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	results, err := f.check(ctx, env, targets)
	if err != nil {
		return err
	}
	r := access.NewReport(access.Tool{Name: "gke-preflight", Version: env.Version}, results, notes)
	if err := f.writeAccess(env, outputs, r); err != nil {
		return err
	}
	return accessExitStatus(r)
}

// inputs returns the files that access reads, with every kubeconfig that kubectl
// reads.
func (f *accessFlags) inputs(env Env) []inputFile {
	out := []inputFile{{"the plan", f.plan}, {"the kubeconfig", f.kubeconfig}}
	for _, file := range filepath.SplitList(env.Getenv("KUBECONFIG")) {
		out = append(out, inputFile{"the kubeconfig", file})
	}
	return append(out, inputFile{"the kubeconfig", filepath.Join(env.Getenv("HOME"), ".kube", "config")})
}

// A target is a cluster to check.
type target struct {
	access.Target
	// unknown is the reason why the cluster cannot be checked; empty if it can.
	unknown string
}

// targets returns the clusters to check, and notes on those that are left out.
func (f *accessFlags) targets(ctx context.Context, env Env) ([]target, []string, error) {
	k, err := access.ReadKubeconfig(f.kubeconfig, env.Getenv)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case f.plan != "":
		return f.planTargets(ctx, env, k)
	case f.cluster == "":
		t, err := f.contextTarget(k)
		return []target{{Target: t}}, nil, err
	}
	ref, err := access.ParseRef(f.cluster)
	if err != nil {
		return nil, nil, fmt.Errorf("--cluster: %w", err)
	}
	t := access.Target{Ref: ref, Entry: k.EntryOf(ref), Context: f.context}
	if f.context != "" {
		t.Entry = k.Entry(f.context)
	}
	return []target{{Target: t}}, nil, nil
}

// contextTarget returns the cluster of a context. It is recognized by the names
// that gcloud gives to contexts and cluster entries.
func (f *accessFlags) contextTarget(k *access.Kubeconfig) (access.Target, error) {
	const hint = "\nhint: gke-preflight access --cluster projects/PROJECT/locations/LOCATION/clusters/NAME"
	name := f.context
	if name == "" {
		name = k.Current()
	}
	if name == "" {
		return access.Target{}, fmt.Errorf("find the cluster: %s has no current context%s", k.Files(), hint)
	}
	t := access.Target{Entry: k.Entry(name), Context: name}
	ref, ok := access.RefOfContext(name)
	if t.Entry != nil {
		ref, ok = t.Entry.Ref()
	}
	if !ok && t.Entry == nil {
		return t, fmt.Errorf("find the cluster: %s has no context %q, or the context names no cluster entry\nhint: kubectl config get-contexts", k.Files(), name)
	}
	if !ok {
		return t, fmt.Errorf("find the cluster: context %q is not named gke_PROJECT_LOCATION_NAME, so its cluster is unknown%s --context=%q", name, hint, name)
	}
	t.Ref = ref
	return t, nil
}

// planTargets returns the clusters of a plan, without those that apply creates.
func (f *accessFlags) planTargets(ctx context.Context, env Env, k *access.Kubeconfig) ([]target, []string, error) {
	p, _, err := f.open(ctx, env, []string{f.plan}, nil)
	if err != nil {
		return nil, nil, err
	}
	var out []target
	var notes []string
	for _, c := range slices.Concat(p.Clusters, p.UnchangedClusters) {
		if c.Creates() && !c.Deletes() {
			notes = append(notes, p.Redact(c.Address)+" is left out: apply creates it")
			continue
		}
		out = append(out, clusterTarget(p, c, k))
	}
	return out, notes, nil
}

// clusterTarget returns the target for a cluster of a plan.
func clusterTarget(p *plan.Plan, c *plan.Cluster, k *access.Kubeconfig) target {
	name := "projects/" + c.Project.ID + "/locations/" + c.Location.String() + "/clusters/" + c.Name.String()
	ref, err := access.ParseRef(name)
	if err != nil || p.Redact(name) != name {
		return target{unknown: p.Redact(c.Address) + ": the plan does not show its project, location and name"}
	}
	return target{Target: access.Target{Ref: ref, Entry: k.EntryOf(ref)}}
}

// check checks the access to each target. Without targets no client is needed.
func (f *accessFlags) check(ctx context.Context, env Env, targets []target) ([]*access.Result, error) {
	if len(targets) == 0 {
		return nil, nil
	}
	client, source, err := f.newClient(ctx, env)
	if err != nil {
		return nil, err
	}
	e := f.accessEnv(ctx, env, client, source)
	var out []*access.Result
	for _, t := range targets {
		if t.unknown != "" {
			out = append(out, access.UnknownCluster(t.unknown))
			continue
		}
		out = append(out, access.Check(ctx, e, t.Target))
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, ctx.Err()
		}
	}
	return out, nil
}

func (f *accessFlags) accessEnv(ctx context.Context, env Env, client *gcp.Client, source string) access.Env {
	e := access.Env{
		Google: newAccessGoogle(ctx, client), Credentials: source,
		Connect: access.Transport, Proxy: http.ProxyFromEnvironment, LookPath: env.LookPath, Run: access.Run,
		ReadFile: env.ReadFile, Now: env.Now,
	}
	if f.cloud != "" {
		e.Connect = loopbackOnly
	}
	return e
}

// loopbackOnly returns a transport that connects to loopback addresses only. It
// is used with --cloud: the clusters in a file have no other API servers.
func loopbackOnly(t access.Trust) http.RoundTripper {
	next := access.Transport(t)
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		ip, err := netip.ParseAddr(r.URL.Hostname())
		if err != nil || !ip.IsLoopback() {
			return nil, errors.New("with --cloud, API servers are contacted on loopback addresses only")
		}
		return next.RoundTrip(r)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (f *accessFlags) writeAccess(env Env, outputs []output, r *access.Report) error {
	for _, o := range outputs {
		err := writeOutput(env, o.file, func(w io.Writer) error {
			if o.format == "json" {
				return access.JSON(w, r)
			}
			return access.Text(w, r, term.Palette{On: f.textOptions(env, o.file).Color})
		})
		if err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}

// accessExitStatus returns nil if access works, and otherwise an exitError.
func accessExitStatus(r *access.Report) error {
	switch r.Result {
	case access.Fail:
		return exitError{ExitFail}
	case access.Undetermined:
		return exitError{ExitUndetermined}
	}
	return nil
}

// accessGoogle adapts a client to what package access calls.
type accessGoogle struct {
	*gcp.Client
	info func() (gcp.TokenInfo, error)
}

// newAccessGoogle returns an accessGoogle that looks up the caller's token once,
// regardless of the number of clusters.
func newAccessGoogle(ctx context.Context, client *gcp.Client) accessGoogle {
	return accessGoogle{client, sync.OnceValues(func() (gcp.TokenInfo, error) { return client.TokenInfo(ctx) })}
}

// TokenInfo implements access.Google.
func (g accessGoogle) TokenInfo(context.Context) (gcp.TokenInfo, error) { return g.info() }

// TokenInfoOf implements access.Google.
func (g accessGoogle) TokenInfoOf(ctx context.Context, token string) (gcp.TokenInfo, error) {
	other, err := g.WithToken(token)
	if err != nil {
		return gcp.TokenInfo{}, err
	}
	return other.TokenInfo(ctx)
}

// Clusters implements access.Google.
func (g accessGoogle) Clusters(ctx context.Context, project string) ([]string, error) {
	all, err := g.Client.Clusters(ctx, project)
	return slices.Sorted(maps.Keys(all)), err
}

// Holds implements access.Google.
func (g accessGoogle) Holds(ctx context.Context, project, permission string) (bool, error) {
	tested, err := g.TestPermissions(ctx, "projects/"+project, []string{permission})
	return slices.Contains(tested.Granted, permission), err
}
