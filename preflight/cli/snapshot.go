package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/oauth2"

	"gke-preflight/preflight/gcp"
)

func newSnapshot(env Env) *cobra.Command {
	f := new(checkFlags)
	var file string
	cmd := &cobra.Command{
		Use:   "snapshot [PLAN]",
		Short: "Record what check reads, for an offline check --cloud FILE",
		Long: `snapshot sends the requests of check to Google Cloud and saves the answers in a
file, which check --cloud FILE replays: without a network, for bug reports, for
tests. The file contains no tokens. It contains the allow and deny policies of
the plan's projects, their folders and their organization, with all members:
protect it as you protect those policies.`,
		Example: `  gke-preflight snapshot tfplan && gke-preflight check tfplan --cloud gke-preflight-snapshot.json`,
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.snapshot(cmd, env, args, file) },
	}
	f.planFlags.register(cmd)
	f.cloudFlags.register(cmd)
	cmd.Flags().StringVar(&f.config, "config", "", "configuration `file` (default "+configName+" next to the plan)")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 2*time.Minute, "time limit for querying Google Cloud")
	cmd.Flags().StringVarP(&file, "output", "o", "gke-preflight-snapshot.json", "`file` to write")
	return cmd
}

func (f *checkFlags) snapshot(cmd *cobra.Command, env Env, args []string, file string) error {
	f.failOn = "error"
	c, err := f.loadConfig(cmd, env, args)
	if err != nil {
		return err
	}
	if err := checkOverwrite(file, f.inputs(env, c, args)); err != nil {
		return fmt.Errorf("-o %s: %w\nhint: gke-preflight snapshot -o %s", file, err, unusedName("snapshot", ".json"))
	}
	o, err := f.checkOptions(env, c)
	if err != nil {
		return err
	}
	p, _, err := f.open(cmd.Context(), env, args, c.accounts)
	if err != nil {
		return err
	}
	s := gcp.Snapshot{Schema: gcp.SnapshotSchema, Tool: "gke-preflight " + env.Version, RecordedAt: env.Now().UTC(), Programs: map[string]bool{}}
	o.Now = func() time.Time { return s.RecordedAt }
	o.LookPath = func(name string) (string, error) {
		path, err := env.LookPath(name)
		s.Programs[name] = err == nil
		return path, err
	}
	f.recorder = new(gcp.Recorder)
	if _, err := f.check(cmd.Context(), env, p, o); err != nil {
		return err
	}
	s.Exchanges = f.recorder.Exchanges()
	s.Credentials, s.Impersonate = f.credentials, f.impersonatedAccount(env)
	s.About = fmt.Sprintf("Google Cloud's answers to the %d requests of a check: projects, the states of APIs, allow and deny policies with their members, service accounts, roles. No tokens.", len(s.Exchanges))
	if p.HasSensitiveValues() {
		s.About += " The requests contain names that the plan marks as sensitive."
	}
	if err := writeSnapshot(file, s); err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "%s: %s\n", file, s.About)
	return nil
}

// writeSnapshot writes a snapshot to a file that only its owner can read.
func writeSnapshot(file string, s gcp.Snapshot) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	f, err := create(file, 0o600)
	if err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	// A file that existed before keeps its mode, which may let others read it.
	err = f.Chmod(0o600)
	if err == nil {
		_, err = f.Write(append(data, '\n'))
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	return nil
}

// replayClient returns a client that a snapshot answers.
func (f *cloudFlags) replayClient(ctx context.Context, env Env, data []byte) (*gcp.Client, string, error) {
	s, err := gcp.ReadSnapshot(data)
	if err != nil {
		return nil, "", fmt.Errorf("--cloud %s: %w\nhint: gke-preflight snapshot", f.cloud, err)
	}
	f.replayed, f.impersonate = s, s.Impersonate
	client, err := gcp.New(ctx, gcp.Options{
		Transport:   s.Transport(),
		NoQuotas:    true,
		Credentials: &gcp.Credentials{TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "none"}), Source: s.Credentials},
		UserAgent:   "gke-preflight/" + env.Version,
	})
	if err != nil {
		return nil, "", err
	}
	return f.deployerClient(ctx, client, s.Credentials, env)
}

// recordedLookPath returns a function that finds the programs that were on PATH
// when a snapshot was recorded.
func recordedLookPath(s *gcp.Snapshot) func(string) (string, error) {
	return func(name string) (string, error) {
		if !s.Programs[name] || strings.ContainsRune(name, os.PathSeparator) {
			return "", exec.ErrNotFound
		}
		return name, nil
	}
}
