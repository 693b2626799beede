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

// demoToken is whom the built-in cloud, and any file given to --cloud, takes
// the caller for.
const demoToken = "deployer-token"

const (
	demoPlan  = "plans/named-service-account/plan.json"
	demoCloud = "clouds/acme.yaml"
	// demoFault is what is wrong with the cloud of the demonstration.
	demoFault = "revoke projects/acme-prod roles/container.serviceAgent serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"
)

func newDemo(env Env) *cobra.Command {
	f := new(checkFlags)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Check a built-in plan against a built-in Google Cloud, before and after mending it",
		Long: `demo shows what check says of a built-in plan on a Google Cloud that is built in
too, where the GKE service agent has lost its role, and what it says after that
was mended. Every format but text on standard output shows the first alone.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.demo(cmd.Context(), env) },
	}
	f.outputFlags.register(cmd, reportFormats()...)
	return cmd
}

// demo shows a failing check, and the passing one after its fix.
func (f *checkFlags) demo(ctx context.Context, env Env) error {
	f.failOn = "error"
	outputs, err := f.outputs()
	if err != nil {
		return err
	}
	told := slices.Contains(outputs, output{format: "text"})
	tell := func(title string) {
		if told {
			fmt.Fprintln(env.Stdout, title)
		}
	}
	tell("# The GKE service agent has lost its role: apply would fail minutes from now.\n$ gke-preflight check tfplan")
	if err := f.demoStep(ctx, env, demoFault, outputs); err != nil || !told {
		return err
	}
	tell("\n# After the command above:\n$ gke-preflight check tfplan")
	return f.demoStep(ctx, env, "", []output{{format: "text"}})
}

// demoStep writes the report of a check on the cloud with a fault.
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
	client, err := standIn(ctx, env, description, fault, nil)
	if err != nil {
		return err
	}
	options, err := f.options(env, newConfig())
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
	return f.write(env, outputs, r, f.thresholdFlags)
}

// offline is a client of the Google Cloud that a file describes.
func (f *cloudFlags) offline(ctx context.Context, env Env) (*gcp.Client, string, error) {
	data, err := env.ReadFile(f.cloud)
	if err != nil {
		return nil, "", fmt.Errorf("read --cloud: %w", err)
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return f.replay(ctx, env, data)
	}
	client, err := standIn(ctx, env, data, "", f.recorder)
	if err != nil {
		return nil, "", err
	}
	return f.deployer(ctx, client, f.cloud, env)
}

// standIn is a client of a Google Cloud that lives in this process.
func standIn(ctx context.Context, env Env, description []byte, fault string, recorder *gcp.Recorder) (*gcp.Client, error) {
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
		HTTP:     server.RoundTripper(),
		Replayed: true,
		Credentials: &gcp.Credentials{
			TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: demoToken}),
			Source:      "--cloud",
		},
		UserAgent: "gke-preflight/" + env.Version,
		Recorder:  recorder,
	})
}
