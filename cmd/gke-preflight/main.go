// Command gke-preflight reads a Terraform plan before terraform apply and reports
// whether the plan's GKE clusters will come up or what will fail, for whom, and
// the command that fixes it. It only reads from Google Cloud.
package main

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/term"

	"gke-preflight/preflight/cli"
	"gke-preflight/preflight/input"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	dir, err := os.Getwd()
	if err != nil {
		dir = ""
	}
	env := cli.Env{
		Stdin:       os.Stdin,
		Stdout:      os.Stdout,
		Stderr:      os.Stderr,
		Getenv:      os.Getenv,
		ReadFile:    func(name string) ([]byte, error) { return input.ReadFile(ctx, name) },
		LookPath:    exec.LookPath,
		Now:         time.Now,
		StdoutWidth: width(os.Stdout),
		StderrWidth: width(os.Stderr),
		Dir:         dir,
		Version:     version(),
	}
	return cli.Main(ctx, env, os.Args[1:])
}

// width returns the width of a terminal in columns; 0 if f is not a terminal.
func width(f *os.File) int {
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// version returns the version that the Go toolchain wrote into the binary: a tag,
// or a pseudo-version of the commits after one.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
