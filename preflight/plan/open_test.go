package plan

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gke-preflight/fixtures/deadline"
)

// makeTerraformPlan writes a configuration that needs no provider and a binary
// plan of it.
func makeTerraformPlan(t *testing.T) (dir, planFile string) {
	t.Helper()
	program, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("terraform is not on PATH")
	}
	dir = t.TempDir()
	config := "resource \"terraform_data\" \"x\" {\n  input = \"y\"\n}\nlocals {\n  project = \"acme-prod\"\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	planFile = filepath.Join(dir, "tfplan")
	for _, args := range [][]string{{"init", "-input=false"}, {"plan", "-input=false", "-out=" + planFile}} {
		cmd := deadline.Command(t, program, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("terraform %v: %v\n%s", args, err, out)
		}
	}
	return dir, planFile
}

func TestOpen(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir, planFile := makeTerraformPlan(t)
	for name, path := range map[string]string{"a binary plan": planFile, "a directory": dir} {
		t.Run(name, func(t *testing.T) {
			var progress bytes.Buffer
			p, err := Open(t.Context(), Input{Path: path, Progress: &progress}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if p.TerraformVersion == "" || p.config.blocks["terraform_data.x"] == nil {
				t.Errorf("the plan was not read: %+v", p)
			}
			if path == dir && !strings.Contains(progress.String(), "Plan: 1 to add") {
				t.Errorf("got progress %s, want Terraform's output", &progress)
			}
		})
	}
	t.Run("the text in a binary plan", func(t *testing.T) {
		text := openArchivedText(planFile)
		if text == nil {
			t.Fatal("configuration not found in the plan")
		}
		defer func() { _ = text.close() }()
		if v, _ := planValue(newEvaluator(&Plan{}, text).local("", "project")); v.String() != "acme-prod" {
			t.Errorf("local.project: got %q, want acme-prod", v.String())
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Open(ctx, Input{Path: dir}, Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want context.Canceled", err)
		}
	})
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) > 0 {
		t.Errorf("files left in TMPDIR: %v (error %v)", left, err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".terraform.tfstate.lock.info")); err == nil {
		t.Error("the state is still locked")
	}
}

// TestOpenOptions checks that variables, targets, workspace and init reach
// Terraform, and that nothing is selected or left behind in the directory.
func TestOpenOptions(t *testing.T) {
	program, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("terraform is not on PATH")
	}
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("main.tf", `
variable "a" {}
variable "b" {}
resource "terraform_data" "x" { input = "${var.a}-${var.b}-${terraform.workspace}" }
resource "terraform_data" "y" {}
`)
	vars := write("own.tfvars", `a = "one"`)
	in := Input{Path: dir, Init: true, VarFiles: []string{vars}, Vars: []string{"b=two"}, Targets: []string{"terraform_data.x"}}
	if _, err := Open(t.Context(), in, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"workspace", "new", "prod"}, {"workspace", "select", "default"}} {
		cmd := deadline.Command(t, program, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("terraform %v: %v\n%s", args, err, out)
		}
	}
	for workspace, want := range map[string]string{"": "one-two-default", "prod": "one-two-prod"} {
		var progress bytes.Buffer
		// Environment variables apply to every workspace.
		t.Setenv("TF_VAR_b", "two")
		in.Init, in.Workspace, in.Progress, in.Vars = false, workspace, &progress, nil
		if _, err := Open(t.Context(), in, Options{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(progress.String(), want) || !strings.Contains(progress.String(), "Plan: 1 to add") {
			t.Errorf("workspace %q: got plan\n%s\nwant %s", workspace, &progress, want)
		}
	}
	if selected, err := os.ReadFile(filepath.Join(dir, ".terraform", "environment")); err != nil || string(selected) != "default" {
		t.Errorf("got selected workspace %q (error %v), want default", selected, err)
	}
	in.Workspace = "absent"
	if _, err := Open(t.Context(), in, Options{}); err == nil {
		t.Error("planned a missing workspace")
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) > 0 {
		t.Errorf("files left in TMPDIR: %v (error %v)", left, err)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "tfplan")
	if err := os.WriteFile(binary, []byte("PK\x03\x04 and no more"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		in   Input
		want string
	}{
		{"missing file", Input{Path: filepath.Join(dir, "absent")}, "no such file"},
		{"missing program", Input{Path: binary, Terraform: "no-such-terraform"}, "find terraform"},
		{"standard input", Input{Path: "-", Stdin: strings.NewReader("")}, "the input is empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Open(t.Context(), tt.in, Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want %q", err, tt.want)
			}
		})
	}
}
