// Package cli implements the command line: commands, flags, streams and exit
// codes. It is the only package that imports all the others, and it makes no
// decisions about GKE.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gke-preflight/preflight/term"
)

// Exit codes, the same for every format.
const (
	// ExitPass means that nothing at or above the threshold fails.
	ExitPass = 0
	// ExitFail means that a finding fails.
	ExitFail = 1
	// ExitStart means that the run could not start: flags, plan, credentials.
	ExitStart = 2
	// ExitUndetermined means that nothing fails, but something required is
	// undetermined.
	ExitUndetermined = 3
)

// An Env holds what a command uses of the process that it runs in.
type Env struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Getenv looks up an environment variable.
	Getenv func(string) string
	// ReadFile reads a whole file.
	ReadFile func(string) ([]byte, error)
	// LookPath finds a program on PATH.
	LookPath func(string) (string, error)
	// Now is the clock.
	Now func() time.Time
	// HTTP sends requests to Google; nil for the default transport.
	HTTP http.RoundTripper
	// StdoutWidth and StderrWidth are the terminal's width in columns; 0 if the
	// stream is not a terminal.
	StdoutWidth int
	StderrWidth int
	// Dir is the working directory; empty if it is unknown.
	Dir string
	// Version is the version of the program.
	Version string
}

// An exitError ends a run that worked but whose result is not a pass. The report
// says why, so nothing is printed to standard error.
type exitError struct{ code int }

func (exitError) Error() string { return "the plan does not pass" }

// Main runs the command that args name and returns the exit code. A panic is
// reported without its value, which may contain parts of the plan.
func Main(ctx context.Context, env Env, args []string) (code int) {
	defer func() {
		if recover() != nil {
			fmt.Fprintln(env.Stderr, "gke-preflight: internal error at "+panicLocation()+"\nhint: this is a bug; report this line and the version")
			code = ExitStart
		}
	}()
	return run(ctx, env, args)
}

// panicLocation returns the function, file and line that panicked.
func panicLocation() string {
	pc := make([]uintptr, 50)
	frames := runtime.CallersFrames(pc[:runtime.Callers(0, pc)])
	for panicked := false; ; {
		f, more := frames.Next()
		if panicked && !strings.HasPrefix(f.Function, "runtime.") || !more {
			return fmt.Sprintf("%s (%s:%d)", f.Function, filepath.Base(f.File), f.Line)
		}
		panicked = panicked || f.Function == "runtime.gopanic"
	}
}

func run(ctx context.Context, env Env, args []string) int {
	root := newRoot(env)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return ExitPass
	}
	var exit exitError
	if errors.As(err, &exit) {
		return exit.code
	}
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	printError(env.Stderr, err)
	return ExitStart
}

// printError prints an error and its hints. It escapes control characters,
// because an error may quote the plan.
func printError(w io.Writer, err error) {
	for i, line := range strings.Split(err.Error(), "\n") {
		if i == 0 {
			line = "gke-preflight: " + line
		}
		fmt.Fprintln(w, term.Clean(line))
	}
}

func newRoot(env Env) *cobra.Command {
	root := &cobra.Command{
		Use:           "gke-preflight",
		Short:         "Catch GKE permission errors before terraform apply",
		SilenceUsage:  true,
		SilenceErrors: true,
		Long: `gke-preflight reads a Terraform plan, works out which identities need which
permissions and APIs for its GKE clusters, checks them in Google Cloud, and
reports whether apply will pass or what will fail, with the fix. It is
read-only.

Exit codes: 0 pass, 1 a finding fails, 2 the run could not start, 3 nothing
fails but something required is undetermined.`,
	}
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.AddCommand(newCheck(env), newNeeds(env), newRender(env), newRules(env), newSnapshot(env), newHook(env), newDemo(env), newDiagnose(env), newAccess(env), newVersion(env))
	return root
}

func newVersion(env Env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(env.Stdout, "gke-preflight", env.Version)
			return err
		},
	}
}
