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
)

// TestInterrupt: a command that waits for what never comes ends when it is
// told to, and says so.
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
				cmd := exec.Command("gke-preflight", args...)
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

// writer opens a pipe for writing, once somebody reads it.
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
