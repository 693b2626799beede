//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gke-preflight/fixtures/deadline"
)

// TestInterrupt checks that a command that waits for input that never arrives ends
// when it is interrupted, and reports it.
func TestInterrupt(t *testing.T) {
	plan, err := filepath.Abs("../../fixtures/plans/minimal/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"a plan":        {"check", "pipe"},
		"a log":         {"diagnose", "pipe"},
		"a cloud":       {"check", plan, "--cloud", "pipe"},
		"configuration": {"check", plan, "--config", "pipe"},
		"a report":      {"render", "pipe"},
	} {
		for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
			t.Run(name+" "+signal.String(), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				pipe := filepath.Join(dir, "pipe")
				if err := syscall.Mkfifo(pipe, 0o600); err != nil {
					t.Fatal(err)
				}
				cmd := deadline.Command(t, "gke-preflight", args...)
				cmd.Dir = dir
				var stderr strings.Builder
				cmd.Stderr = &stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				defer writer(t, pipe).Close()
				if err := cmd.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				var exit *exec.ExitError
				if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 2 {
					t.Errorf("it ended with %v, want exit status 2", err)
				}
				if got := stderr.String(); got != "gke-preflight: interrupted\n" {
					t.Errorf("it said %q", got)
				}
			})
		}
	}
}

// TestInterruptWhilePlanning checks that Terraform is interrupted too, and that no
// files remain.
func TestInterruptWhilePlanning(t *testing.T) {
	dir, temp := t.TempDir(), t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	terraform := filepath.Join(dir, "terraform")
	script := `#!/bin/sh
case "$1" in
version) echo '{"terraform_version": "1.9.0"}' ;;
plan) trap 'exit 1' INT TERM; exec 3< pipe; while :; do sleep 0.05; done ;;
esac
`
	if err := os.WriteFile(terraform, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := deadline.Command(t, "gke-preflight", "check", dir, "--terraform", terraform)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TMPDIR="+temp)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer writer(t, pipe).Close()
	if made, err := os.ReadDir(temp); err != nil || len(made) == 0 {
		t.Errorf("nothing is in the temporary directory while Terraform plans: %v", err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 2 || stderr.String() != "gke-preflight: interrupted\n" {
		t.Errorf("it ended with %v and said %q", err, &stderr)
	}
	left, err := os.ReadDir(temp)
	if err != nil || len(left) > 0 {
		t.Errorf("it left %v behind (%v)", left, err)
	}
}

// writer opens a pipe for writing once it has a reader.
func writer(t *testing.T, pipe string) *os.File {
	t.Helper()
	for range 10_000 {
		w, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err == nil {
			return w
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("nobody opens the pipe")
	return nil
}
