// Command gke-preflight finds out before terraform apply whether the plan's
// GKE clusters will come up: it reads the plan, asks Google Cloud, and says
// what will fail, for whom, and which command mends it. It changes nothing.
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

// width is the columns of a terminal; 0 for everything else.
func width(f *os.File) int {
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// version is what the Go toolchain wrote into the binary: the tag that it was
// built at, or what is after one.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
