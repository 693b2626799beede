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
		Short: "Record what check reads, for check --cloud FILE",
		Long: `snapshot asks Google Cloud what check asks, and keeps the answers in one file,
which check --cloud FILE takes in place of Google Cloud: where there is no
network, for bug reports, for tests. The file holds no token. It holds the
allow and deny policies of the plan's projects and of what lies above them,
with the members in them: treat it as you treat those.`,
		Example: `  gke-preflight snapshot tfplan && gke-preflight check tfplan --cloud gke-preflight-snapshot.json`,
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.snapshot(cmd, env, args, file) },
	}
	f.planFlags.register(cmd)
	f.cloudFlags.register(cmd)
	cmd.Flags().StringVar(&f.config, "config", "", "configuration `file` (default "+configName+" beside the plan)")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 2*time.Minute, "how long to ask Google Cloud at most")
	cmd.Flags().StringVarP(&file, "output", "o", "gke-preflight-snapshot.json", "`file` to write")
	return cmd
}

func (f *checkFlags) snapshot(cmd *cobra.Command, env Env, args []string, file string) error {
	f.failOn = "error"
	c, err := f.configure(cmd, env, args)
	if err != nil {
		return err
	}
	if err := overwrites(file, f.inputs(env, c, args)); err != nil {
		return fmt.Errorf("-o %s: %w\nhint: gke-preflight snapshot -o %s", file, err, unusedName("snapshot", ".json"))
	}
	o, err := f.options(env, c)
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
	s.Credentials, s.Impersonate = f.credentials, f.impersonates(env)
	s.About = fmt.Sprintf("What Google Cloud answered to the %d requests of a check: projects, the states of APIs, allow and deny policies with their members, service accounts, roles. No tokens.", len(s.Exchanges))
	if p.Sensitive() {
		s.About += " Names that the plan calls sensitive are among what was asked."
	}
	if err := keep(file, s); err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "%s: %s\n", file, s.About)
	return nil
}

// keep writes a snapshot that only its owner may read.
func keep(file string, s gcp.Snapshot) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	f, err := create(file, 0o600)
	if err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	// One that was there may be open to others.
	err = errors.Join(f.Chmod(0o600), write(f, append(data, '\n')), f.Close())
	if err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	return nil
}

func write(f *os.File, data []byte) error {
	_, err := f.Write(data)
	return err
}

// replay is a client that is answered by a snapshot.
func (f *cloudFlags) replay(ctx context.Context, env Env, data []byte) (*gcp.Client, string, error) {
	s, err := gcp.ReadSnapshot(data)
	if err != nil {
		return nil, "", fmt.Errorf("--cloud %s: %w\nhint: gke-preflight snapshot", f.cloud, err)
	}
	f.replayed, f.impersonate = s, s.Impersonate
	client, err := gcp.New(ctx, gcp.Options{
		HTTP:        s.RoundTripper(),
		Replayed:    true,
		Credentials: &gcp.Credentials{TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "none"}), Source: s.Credentials},
		UserAgent:   "gke-preflight/" + env.Version,
	})
	if err != nil {
		return nil, "", err
	}
	return f.deployer(ctx, client, s.Credentials, env)
}

// onRecordedPath finds the programs that were there when a snapshot was made.
func onRecordedPath(s *gcp.Snapshot) func(string) (string, error) {
	return func(name string) (string, error) {
		if !s.Programs[name] || strings.ContainsRune(name, os.PathSeparator) {
			return "", exec.ErrNotFound
		}
		return name, nil
	}
}
