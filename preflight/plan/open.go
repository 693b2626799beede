package plan

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"

	"gke-preflight/preflight/input"
	"gke-preflight/preflight/shell"
)

// An Input is where a plan comes from.
type Input struct {
	// Path is a file, a directory, or - for standard input.
	Path  string
	Stdin io.Reader
	// Terraform is the program that reads binary plans and plans directories.
	// If empty, it is terraform or tofu from PATH: the one that the directory
	// is used with, or that can read the plan.
	Terraform string
	// Progress receives Terraform's output while it works. Nil discards it.
	Progress io.Writer
	// Timeout limits how long reading a JSON file may take; 0 for no limit. It
	// applies neither to Terraform nor to standard input.
	Timeout time.Duration
	// Init makes Terraform initialize a directory before it plans.
	Init bool
	// Workspace is the workspace to plan a directory in; empty for the one that
	// is selected there.
	Workspace string
	// VarFiles, Vars and Targets are options of terraform plan. The files are
	// relative to the working directory.
	VarFiles, Vars, Targets []string
}

// Open reads a plan from plan JSON, from a binary plan file, or from a
// directory, which Terraform plans into a temporary file. Terraform's state is
// neither locked nor written.
func Open(ctx context.Context, in Input, o Options) (*Plan, error) {
	if in.Path == "-" {
		return Read(input.Reader(ctx, in.Stdin), o)
	}
	info, err := os.Stat(in.Path)
	if err != nil {
		return nil, fmt.Errorf("open plan: %w\n%s", err, showHint)
	}
	if info.IsDir() {
		return openDirectory(ctx, in, o)
	}
	return openFile(ctx, in, o)
}

// openFile reads a binary plan or a JSON file.
func openFile(ctx context.Context, in Input, o Options) (*Plan, error) {
	reading, cancel := ctx, context.CancelFunc(func() {})
	if in.Timeout > 0 {
		reading, cancel = context.WithTimeout(ctx, in.Timeout)
	}
	defer cancel()
	f, err := input.Open(reading, in.Path)
	if err != nil {
		return nil, timeoutError(in, fmt.Errorf("open plan: %w", err))
	}
	defer f.Close()
	r := bufio.NewReader(f)
	if head, _ := r.Peek(8); isBinaryPlan(head) || isEncryptedPlan(head) {
		return openBinary(ctx, in, workingDirectory(in.Path), in.Path, isEncryptedPlan(head), o)
	}
	p, err := Read(r, o)
	return p, timeoutError(in, err)
}

// timeoutError returns err, or, if the time is up, an error that says how to
// allow more.
func timeoutError(in Input, err error) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("read plan %s: timed out after %s\nhint: pass a longer --timeout, such as --timeout %s", in.Path, in.Timeout, 2*in.Timeout)
}

// workingDirectory returns where Terraform finds the providers of a binary
// plan: the current directory if it is initialized, else the directory of the
// plan.
func workingDirectory(planFile string) string {
	if _, err := os.Stat(".terraform"); err == nil {
		return "."
	}
	return filepath.Dir(planFile)
}

// openDirectory plans a directory and reads the plan.
func openDirectory(ctx context.Context, in Input, o Options) (_ *Plan, err error) {
	programs, err := findPrograms(in.Terraform, usesOpenTofu(in.Path))
	if err != nil {
		return nil, err
	}
	in.Terraform = programs[0]
	tf, err := newTerraform(in.Terraform, in.Path)
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "gke-preflight-")
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", in.Path, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	file := filepath.Join(temp, "tfplan")
	reportProgress(tf, in.Progress)
	if in.Init {
		if err := tf.Init(ctx, tfexec.Upgrade(false)); err != nil {
			return nil, fmt.Errorf("initialize %s: %w", in.Path, err)
		}
	}
	if in.Workspace != "" {
		if tf, err = terraformInWorkspace(ctx, in, temp); err != nil {
			return nil, fmt.Errorf("plan %s in workspace %s: %w", in.Path, in.Workspace, err)
		}
		reportProgress(tf, in.Progress)
	}
	options, err := planOptions(in, file)
	if err != nil {
		return nil, err
	}
	if _, err := tf.Plan(ctx, options...); err != nil {
		return nil, fmt.Errorf("plan %s: %w\nhint: terraform -chdir=%s init", in.Path, err, in.Path)
	}
	return openBinary(ctx, in, in.Path, file, false, o)
}

// reportProgress sends Terraform's output to w, unless it is nil.
func reportProgress(tf *tfexec.Terraform, w io.Writer) {
	if w == nil {
		return
	}
	progress := &lockedWriter{w: w}
	tf.SetStdout(progress)
	tf.SetStderr(progress)
}

// planOptions returns the options of terraform plan.
func planOptions(in Input, file string) ([]tfexec.PlanOption, error) {
	options := []tfexec.PlanOption{tfexec.Out(file), tfexec.Lock(false)}
	for _, f := range in.VarFiles {
		path, err := filepath.Abs(f)
		if err != nil {
			return nil, fmt.Errorf("plan %s: %w", in.Path, err)
		}
		options = append(options, tfexec.VarFile(path))
	}
	for _, v := range in.Vars {
		options = append(options, tfexec.Var(v))
	}
	for _, t := range in.Targets {
		options = append(options, tfexec.Target(t))
	}
	return options, nil
}

// terraformInWorkspace returns a Terraform that works in a workspace without
// selecting it in the directory. terraform-exec removes TF_WORKSPACE from the
// environment, and without it another workspace would be planned. So Terraform
// runs through a script that sets TF_DATA_DIR to a temporary directory, in
// which the workspace is selected and which links to the result of terraform
// init.
func terraformInWorkspace(ctx context.Context, in Input, temp string) (*tfexec.Terraform, error) {
	data, err := dataDirectory(in.Path, temp, in.Workspace)
	if err != nil {
		return nil, err
	}
	script := filepath.Join(temp, "terraform")
	text := "#!/bin/sh\nTF_DATA_DIR=" + shell.Command(data) + " exec " + shell.Command(in.Terraform) + " \"$@\"\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		return nil, err
	}
	tf, err := tfexec.NewTerraform(in.Path, script)
	if err != nil {
		return nil, err
	}
	// Terraform plans a missing workspace as an empty one.
	existing, _, err := tf.WorkspaceList(ctx)
	if err == nil && !slices.Contains(existing, in.Workspace) {
		err = fmt.Errorf("it does not exist\nhint: terraform -chdir=%s workspace list   # has %s", in.Path, strings.Join(existing, ", "))
	}
	return tf, err
}

// dataDirectory creates a data directory that links to the result of terraform
// init, with another workspace selected.
func dataDirectory(dir, temp, workspace string) (string, error) {
	from := os.Getenv("TF_DATA_DIR")
	if from == "" {
		from = filepath.Join(dir, ".terraform")
	}
	from, err := filepath.Abs(from)
	if err != nil {
		return "", err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return "", fmt.Errorf("%w\nhint: terraform -chdir=%s init", err, dir)
	}
	data := filepath.Join(temp, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return "", err
	}
	for _, e := range entries {
		if e.Name() == "environment" {
			continue
		}
		if err := os.Symlink(filepath.Join(from, e.Name()), filepath.Join(data, e.Name())); err != nil {
			return "", err
		}
	}
	return data, os.WriteFile(filepath.Join(data, "environment"), []byte(workspace), 0o600)
}

// openBinary reads a binary plan with the first program that can show it.
// OpenTofu is tried first if the plan is encrypted or dir is used with
// OpenTofu.
func openBinary(ctx context.Context, in Input, dir, file string, encrypted bool, o Options) (*Plan, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("show plan: %w", err)
	}
	programs, err := findPrograms(in.Terraform, encrypted || usesOpenTofu(dir))
	if err != nil {
		return nil, err
	}
	var first error
	for _, program := range programs {
		in.Terraform = program
		p, err := showBinary(ctx, in, dir, file, o)
		var failed *programError
		if !errors.As(err, &failed) || ctx.Err() != nil {
			return p, err
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// showBinary runs a program to show a binary plan, and reads its output as a
// stream.
func showBinary(ctx context.Context, in Input, dir, file string, o Options) (*Plan, error) {
	tf, err := newTerraform(in.Terraform, dir)
	if err != nil {
		return nil, err
	}
	if o.ConfigText == nil {
		if o.ConfigText = openArchivedText(file); o.ConfigText != nil {
			defer func() { _ = o.ConfigText.close() }()
		}
	}
	// tfexec caches the version. Asking for it later would write it into the plan.
	if _, _, err := tf.Version(ctx, false); err != nil {
		return nil, &programError{file: file, err: err}
	}
	out, w := io.Pipe()
	shown := make(chan error, 1)
	go func() {
		shown <- showPlan(ctx, tf, in, dir, file, w)
		_ = w.CloseWithError(io.EOF)
	}()
	p, readErr := Read(out, o)
	_, _ = io.Copy(io.Discard, out)
	if err := <-shown; err != nil {
		return nil, &programError{file: file, err: err}
	}
	return p, readErr
}

// showPlan writes the JSON of a binary plan. OpenTofu evaluates variables to
// decrypt a plan, so it needs those that the plan was made with, which
// terraform-exec cannot pass.
func showPlan(ctx context.Context, tf *tfexec.Terraform, in Input, dir, file string, w io.Writer) error {
	if !isOpenTofu(in.Terraform) || len(in.Vars) == 0 && len(in.VarFiles) == 0 {
		tf.SetStdout(w)
		_, err := tf.ShowPlanFile(ctx, file)
		return err
	}
	args := []string{"show", "-json", "-no-color"}
	for _, f := range in.VarFiles {
		path, err := filepath.Abs(f)
		if err != nil {
			return err
		}
		args = append(args, "-var-file="+path)
	}
	for _, v := range in.Vars {
		args = append(args, "-var="+v)
	}
	var stderr strings.Builder
	cmd := exec.CommandContext(ctx, in.Terraform, append(args, file)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, w, &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w\n%s", err, stderr.String())
	}
	return nil
}

// A lockedWriter lets two streams write to one writer.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (t *lockedWriter) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.w.Write(b)
}

// newTerraform returns a Terraform that works in dir.
func newTerraform(program, dir string) (*tfexec.Terraform, error) {
	tf, err := tfexec.NewTerraform(dir, program)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", program, err)
	}
	return tf, nil
}
