package access

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// A Program is a program to run, without a shell.
type Program struct {
	Path string
	Args []string
	// Env holds variables to add to the environment, each as NAME=VALUE.
	Env []string
}

// An Output is what a program wrote, each stream cut to maxOutput bytes.
type Output struct{ Stdout, Stderr []byte }

// maxOutput limits how much of each output stream of a program is kept, in bytes.
const maxOutput = 1 << 20

// Run runs a program with the environment of this process and without input, until
// ctx ends. It returns the output even if the program fails.
func Run(ctx context.Context, p Program) (Output, error) {
	var stdout, stderr bounded
	c := exec.CommandContext(ctx, p.Path, p.Args...)
	c.Env = append(os.Environ(), p.Env...)
	c.Stdout, c.Stderr = &stdout, &stderr
	// Processes that it started may hold the pipes open.
	c.WaitDelay = time.Second
	err := c.Run()
	out := Output{stdout.kept, stderr.kept}
	if err != nil && ctx.Err() != nil {
		return out, fmt.Errorf("run %s: %w", p.Path, ctx.Err())
	}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return out, fmt.Errorf("run %s: %s", p.Path, exit.ProcessState)
	case err != nil:
		return out, fmt.Errorf("run %s: %w", p.Path, err)
	}
	return out, nil
}

// A bounded writer keeps the first maxOutput bytes that are written to it.
type bounded struct{ kept []byte }

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	rest := maxOutput - len(b.kept)
	b.kept = append(b.kept, p[:min(rest, len(p))]...)
	return len(p), nil
}
