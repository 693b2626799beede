package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"os/exec"
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

// accessFlags are those of access.
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
		Short: "Find out why a cluster answers 401, 403, 404 or nothing",
		Long: `Access says whether this machine can talk to a cluster's API server, and what
is in the way: the login, the cluster's name, permissions, the network,
certificates, gke-gcloud-auth-plugin.

The cluster is that of the kubeconfig's current context, unless a flag names
another. It changes nothing; the plugin that the kubeconfig names is run, as
kubectl runs it.

Exit codes: 0 access works, 1 a cause was found, 2 the run could not start,
3 something could not be found out.`,
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
	flags.StringVar(&f.context, "context", "", "`name` of the kubeconfig's context (default: the current one)")
	flags.StringVar(&f.kubeconfig, "kubeconfig", "", "kubeconfig `file` (default: those that kubectl reads)")
	flags.StringVar(&f.cluster, "cluster", "", "projects/P/locations/L/clusters/C")
	flags.StringVar(&f.plan, "plan", "", "the clusters of a `plan` that exist already")
	flags.StringVar(&f.cloud, "cloud", "", "a `file` that stands for Google Cloud, instead of asking it")
	flags.StringVar(&f.endpoint, "endpoint", "", "send every request to `URL`/HOST/PATH (default $GKE_PREFLIGHT_ENDPOINT)")
	flags.StringVar(&f.impersonate, "impersonate-service-account", "", "`account` to ask as (default $GOOGLE_IMPERSONATE_SERVICE_ACCOUNT)")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "how long to ask at most")
}

func (f *accessFlags) run(ctx context.Context, env Env) error {
	outputs, err := f.outputs()
	if err != nil {
		return err
	}
	if err := protect(outputs, f.inputs(env)...); err != nil {
		return err
	}
	if f.plan != "" && (f.cluster != "" || f.context != "") {
		return errors.New("--plan: not together with --cluster or --context")
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
	return judgeAccess(r)
}

// inputs are the files that access reads. The kubeconfigs are those that kubectl
// reads.
func (f *accessFlags) inputs(env Env) []inputFile {
	out := []inputFile{{"the plan", f.plan}, {"the kubeconfig", f.kubeconfig}}
	for _, file := range filepath.SplitList(env.Getenv("KUBECONFIG")) {
		out = append(out, inputFile{"the kubeconfig", file})
	}
	return append(out, inputFile{"the kubeconfig", filepath.Join(env.Getenv("HOME"), ".kube", "config")})
}

// A target is a cluster to reach, or the reason why it cannot be named.
type target struct {
	access.Target
	unknown string
}

// targets are the clusters to reach, and what was left out.
func (f *accessFlags) targets(ctx context.Context, env Env) ([]target, []string, error) {
	k, err := access.ReadKubeconfig(f.kubeconfig, env.Getenv)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case f.plan != "":
		return f.planned(ctx, env, k)
	case f.cluster == "":
		t, err := f.ofContext(k)
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

// ofContext is the cluster of a context, which the names that gcloud gives tell.
func (f *accessFlags) ofContext(k *access.Kubeconfig) (access.Target, error) {
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
		return t, fmt.Errorf("find the cluster: %s has no context %q, or it leads nowhere\nhint: kubectl config get-contexts", k.Files(), name)
	}
	if !ok {
		return t, fmt.Errorf("find the cluster: context %q is not called gke_PROJECT_LOCATION_NAME, so it does not tell%s --context=%q", name, hint, name)
	}
	t.Ref = ref
	return t, nil
}

// planned are the clusters of a plan, without those that apply makes.
func (f *accessFlags) planned(ctx context.Context, env Env, k *access.Kubeconfig) ([]target, []string, error) {
	p, _, err := f.open(ctx, env, []string{f.plan}, nil)
	if err != nil {
		return nil, nil, err
	}
	var out []target
	var notes []string
	for _, c := range slices.Concat(p.Clusters, p.Standing) {
		if c.Creates() && !c.Deletes() {
			notes = append(notes, p.Redact(c.Address)+" is left out: apply makes it")
			continue
		}
		out = append(out, plannedTarget(p, c, k))
	}
	return out, notes, nil
}

func plannedTarget(p *plan.Plan, c *plan.Cluster, k *access.Kubeconfig) target {
	name := "projects/" + c.Project.ID + "/locations/" + c.Location.String() + "/clusters/" + c.Name.String()
	ref, err := access.ParseRef(name)
	if err != nil || p.Redact(name) != name {
		return target{unknown: p.Redact(c.Address) + ": the plan does not show its project, location and name"}
	}
	return target{Target: access.Target{Ref: ref, Entry: k.EntryOf(ref)}}
}

// check goes the way to each cluster. Nobody is asked where there is none.
func (f *accessFlags) check(ctx context.Context, env Env, targets []target) ([]*access.Result, error) {
	if len(targets) == 0 {
		return nil, nil
	}
	client, source, err := f.client(ctx, env)
	if err != nil {
		return nil, err
	}
	w := f.world(ctx, env, client, source)
	var out []*access.Result
	for _, t := range targets {
		if t.unknown != "" {
			out = append(out, access.UnknownCluster(t.unknown))
			continue
		}
		out = append(out, access.Check(ctx, w, t.Target))
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, ctx.Err()
		}
	}
	return out, nil
}

func (f *accessFlags) world(ctx context.Context, env Env, client *gcp.Client, source string) access.Env {
	w := access.Env{
		Google: newAccessGoogle(ctx, client), Credentials: source,
		Connect: access.Transport, Proxy: http.ProxyFromEnvironment, LookPath: exec.LookPath, Run: access.Run,
		ReadFile: env.ReadFile, Now: env.Now,
	}
	if f.cloud != "" {
		w.Connect = onThisMachine
	}
	return w
}

// onThisMachine reaches API servers on loopback addresses only: behind a cloud
// that is a file there are no others.
func onThisMachine(t access.Trust) http.RoundTripper {
	next := access.Transport(t)
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		ip, err := netip.ParseAddr(r.URL.Hostname())
		if err != nil || !ip.IsLoopback() {
			return nil, errors.New("there is no API server behind --cloud")
		}
		return next.RoundTrip(r)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (f *accessFlags) writeAccess(env Env, outputs []output, r *access.Report) error {
	for _, o := range outputs {
		err := to(env, o.file, func(w io.Writer) error {
			if o.format == "json" {
				return access.JSON(w, r)
			}
			return access.Text(w, r, term.Palette{On: f.text(env, o.file).Color})
		})
		if err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}

// judgeAccess turns a result into an exit code.
func judgeAccess(r *access.Report) error {
	switch r.Result {
	case access.Fail:
		return verdict{ExitFail}
	case access.Undetermined:
		return verdict{ExitUndetermined}
	}
	return nil
}

// accessGoogle asks Google Cloud for package access.
type accessGoogle struct {
	*gcp.Client
	info func() (gcp.TokenInfo, error)
}

// newAccessGoogle asks about the caller's token once, whatever the number of
// clusters.
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
