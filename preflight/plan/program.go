package plan

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// findPrograms returns the programs that may read a plan, the best first: the
// named one, or, without a name, Terraform and OpenTofu if they are installed.
func findPrograms(named string, openTofu bool) ([]string, error) {
	if named != "" {
		program, err := lookUpProgram(named)
		if err != nil {
			return nil, fmt.Errorf("find terraform: %w", err)
		}
		return []string{program}, nil
	}
	names := []string{"terraform", "tofu"}
	if openTofu {
		slices.Reverse(names)
	}
	var out []string
	for _, name := range names {
		if program, err := lookUpProgram(name); err == nil {
			out = append(out, program)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("find terraform: neither terraform nor tofu is on PATH\nhint: terraform show -json tfplan > plan.json   # then check plan.json, or pass --terraform PROGRAM")
	}
	return out, nil
}

// lookUpProgram returns the absolute path of a program.
// hashicorp/setup-terraform and opentofu/setup-opentofu put a wrapper on PATH
// that prints more than the program, and copies it into the outputs of the
// step, so the program itself is looked up first.
// https://github.com/hashicorp/setup-terraform/blob/main/lib/setup-terraform.js
// https://github.com/opentofu/setup-opentofu/blob/main/lib/setup-tofu.js
func lookUpProgram(name string) (string, error) {
	wrapped := map[string]string{"terraform": "TERRAFORM_CLI_PATH", "tofu": "TOFU_CLI_PATH"}
	if dir := os.Getenv(wrapped[name]); wrapped[name] != "" && dir != "" {
		if path, err := exec.LookPath(filepath.Join(dir, name+"-bin")); err == nil {
			return filepath.Abs(path)
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// isOpenTofu reports whether a program is OpenTofu by its name.
func isOpenTofu(program string) bool { return strings.HasPrefix(filepath.Base(program), "tofu") }

// usesOpenTofu reports whether a directory is used with OpenTofu: it has files
// that only OpenTofu reads, or all of its providers come from OpenTofu's
// registry.
func usesOpenTofu(dir string) bool {
	files, err := configurationFiles(dir)
	if err != nil {
		return false
	}
	if slices.ContainsFunc(files, func(f string) bool { return strings.HasSuffix(f, ".tofu") || strings.HasSuffix(f, ".tofu.json") }) {
		return true
	}
	lock, err := os.ReadFile(filepath.Join(dir, ".terraform.lock.hcl"))
	return err == nil && bytes.Contains(lock, []byte(`"registry.opentofu.org/`)) && !bytes.Contains(lock, []byte(`"registry.terraform.io/`))
}

// isEncryptedPlan reports whether a file begins like a plan that OpenTofu
// encrypted.
// https://opentofu.org/docs/language/state/encryption/
func isEncryptedPlan(head []byte) bool { return bytes.HasPrefix(head, []byte(`{"meta":`)) }

// A programError says that Terraform or OpenTofu could not show a plan.
type programError struct {
	file string
	err  error
}

func (e *programError) Unwrap() error { return e.err }

func (e *programError) Error() string {
	hint := "run gke-preflight in the directory in which terraform init ran"
	// terraform and OpenTofu, internal/plans/planfile/tfplan.go
	if strings.Contains(e.err.Error(), "plan files cannot be transferred between different") {
		hint = "gke-preflight check --terraform PROGRAM " + e.file + "   # the terraform or tofu that made the plan"
	}
	return fmt.Sprintf("show plan %s: %v\nhint: %s", e.file, e.err, hint)
}
