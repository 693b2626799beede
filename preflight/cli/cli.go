// Package cli is the command line: commands, flags, streams and exit codes. It
// is the one package that knows all the others, and it decides nothing about
// GKE.
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
	// ExitPass: nothing at or above the threshold.
	ExitPass = 0
	// ExitFail: a finding fails.
	ExitFail = 1
	// ExitStart: the run could not start: flags, plan, credentials.
	ExitStart = 2
	// ExitUndetermined: nothing fails, but something needed is undetermined.
	ExitUndetermined = 3
)

// Env is the world outside of a command.
type Env struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Getenv looks up an environment variable.
	Getenv func(string) string
	// ReadFile reads a whole file.
	ReadFile func(string) ([]byte, error)
	// LookPath finds a program; nil where none can be looked for.
	LookPath func(string) (string, error)
	// Now is the clock.
	Now func() time.Time
	// HTTP sends requests to Google; nil for the standard way.
	HTTP http.RoundTripper
	// StdoutWidth and StderrWidth are the columns of a terminal; 0 for what is
	// none.
	StdoutWidth int
	StderrWidth int
	// Dir is the working directory; empty where it is not known.
	Dir string
	// Version is that of the program.
	Version string
}

// A codedError ends the program with its code.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

// verdict is a run that worked and whose result is not a pass: it is in the
// report, and standard error says nothing more.
type verdict struct{ code int }

func (verdict) Error() string { return "the plan does not pass" }

// Main runs the command that args name and returns the exit code. A fault of the
// program's own is told without its value, which may hold something of the plan.
func Main(ctx context.Context, env Env, args []string) (code int) {
	defer func() {
		if recover() != nil {
			fmt.Fprintln(env.Stderr, "gke-preflight: internal error at "+faultyLine()+"\nhint: this is a bug; report this line and the version")
			code = ExitStart
		}
	}()
	return run(ctx, env, args)
}

// faultyLine returns where the program panicked.
func faultyLine() string {
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
	var v verdict
	if errors.As(err, &v) {
		return v.code
	}
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	complain(env.Stderr, err)
	var coded *codedError
	if errors.As(err, &coded) {
		return coded.code
	}
	return ExitStart
}

// complain prints an error and its hints, cleaned: it may quote the plan.
func complain(w io.Writer, err error) {
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
		Short:         "Find out before terraform apply whether GKE will come up",
		SilenceUsage:  true,
		SilenceErrors: true,
		Long: `gke-preflight reads a Terraform plan, works out which identities need which
permissions and APIs for its GKE clusters, asks Google Cloud, and says whether
apply will pass. It changes nothing.

Exit codes: 0 pass, 1 a finding fails, 2 the run could not start, 3 nothing
fails but something needed could not be found out.`,
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
