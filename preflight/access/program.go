package access

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// A Program is one to run, without a shell.
type Program struct {
	Path string
	Args []string
	// Env is added to the environment, each NAME=VALUE.
	Env []string
}

// An Output is what a program wrote.
type Output struct{ Stdout, Stderr []byte }

// maxOutput bounds what is kept of a program's output, in bytes.
const maxOutput = 1 << 20

// Run runs a program with this process's environment and without input, until
// the context ends. What it wrote is returned also where it fails.
func Run(ctx context.Context, p Program) (Output, error) {
	var stdout, stderr bounded
	c := exec.CommandContext(ctx, p.Path, p.Args...)
	c.Env = append(os.Environ(), p.Env...)
	c.Stdout, c.Stderr = &stdout, &stderr
	// What it started itself may hold the pipes open.
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

// bounded keeps the beginning of what is written to it.
type bounded struct{ kept []byte }

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	rest := maxOutput - len(b.kept)
	b.kept = append(b.kept, p[:min(rest, len(p))]...)
	return len(p), nil
}
