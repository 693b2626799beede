package cli

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/oauth2"

	"gke-preflight/fixtures"
	"gke-preflight/fixtures/fakegcp"
	"gke-preflight/preflight"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/plan"
)

// demoToken is the caller's access token in the built-in cloud and in any file
// given to --cloud.
const demoToken = "deployer-token"

const (
	demoPlan  = "plans/named-service-account/plan.json"
	demoCloud = "clouds/acme.yaml"
	// demoFault is the edit that breaks the built-in cloud.
	demoFault = "revoke projects/acme-prod roles/container.serviceAgent serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"
)

func newDemo(env Env) *cobra.Command {
	f := new(checkFlags)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Check a built-in plan against a built-in Google Cloud, before and after the fix",
		Long: `demo checks a built-in plan against a built-in Google Cloud in which the GKE
service agent has lost its role, and again after the fix. Formats other than
text on standard output show the first check only.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.demo(cmd.Context(), env) },
	}
	f.outputFlags.register(cmd, reportFormats()...)
	return cmd
}

// demo prints a failing check and the passing check after the fix.
func (f *checkFlags) demo(ctx context.Context, env Env) error {
	f.failOn = "error"
	outputs, err := f.outputs()
	if err != nil {
		return err
	}
	toText := slices.Contains(outputs, output{format: "text"})
	printTitle := func(title string) {
		if toText {
			fmt.Fprintln(env.Stdout, title)
		}
	}
	printTitle("# The GKE service agent has lost its role: apply would fail minutes from now.\n$ gke-preflight check tfplan")
	if err := f.demoStep(ctx, env, demoFault, outputs); err != nil || !toText {
		return err
	}
	printTitle("\n# After the command above:\n$ gke-preflight check tfplan")
	return f.demoStep(ctx, env, "", []output{{format: "text"}})
}

// demoStep checks the built-in plan against the built-in cloud, with the edit
// fault unless it is empty, and writes the report.
func (f *checkFlags) demoStep(ctx context.Context, env Env, fault string, outputs []output) error {
	data, err := fixtures.Demo.ReadFile(demoPlan)
	if err != nil {
		return err
	}
	p, err := plan.Read(bytes.NewReader(data), plan.Options{})
	if err != nil {
		return err
	}
	description, err := fixtures.Demo.ReadFile(demoCloud)
	if err != nil {
		return err
	}
	client, err := fakeClient(ctx, env, description, fault, nil)
	if err != nil {
		return err
	}
	options, err := f.checkOptions(env, newConfig())
	if err != nil {
		return err
	}
	options.Credentials = "the demonstration"
	r, err := preflight.Check(ctx, p, client, options)
	if err != nil {
		return err
	}
	r.Plan.Source = "tfplan"
	r.Tool = finding.Tool{Name: "gke-preflight", Version: env.Version}
	return f.writeReport(env, outputs, r, f.thresholdFlags)
}

// offlineClient returns a client of the Google Cloud in the --cloud file: a
// snapshot in JSON, or a description in YAML.
func (f *cloudFlags) offlineClient(ctx context.Context, env Env) (*gcp.Client, string, error) {
	data, err := env.ReadFile(f.cloud)
	if err != nil {
		return nil, "", fmt.Errorf("read --cloud: %w", err)
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return f.replayClient(ctx, env, data)
	}
	client, err := fakeClient(ctx, env, data, "", f.recorder)
	if err != nil {
		return nil, "", err
	}
	return f.deployerClient(ctx, client, f.cloud, env)
}

// fakeClient returns a client of a fake Google Cloud in this process.
func fakeClient(ctx context.Context, env Env, description []byte, fault string, recorder *gcp.Recorder) (*gcp.Client, error) {
	cloud, err := fakegcp.Load(bytes.NewReader(description))
	if err != nil {
		return nil, fmt.Errorf("read --cloud: %w", err)
	}
	if fault != "" {
		if err := cloud.Edit(fault); err != nil {
			return nil, err
		}
	}
	server := fakegcp.New(cloud, fakegcp.WithRoles(iam.Predefined().Permissions), fakegcp.WithClock(env.Now))
	return gcp.New(ctx, gcp.Options{
		Transport: server.RoundTripper(),
		NoQuotas:  true,
		Credentials: &gcp.Credentials{
			TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: demoToken}),
			Source:      "--cloud",
		},
		UserAgent: "gke-preflight/" + env.Version,
		Recorder:  recorder,
	})
}
