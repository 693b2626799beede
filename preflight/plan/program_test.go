package plan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stubPlan is the plan that the stubs of Terraform and OpenTofu show.
const stubPlan = `{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": []}`

// installPrograms puts stub programs on PATH, with nothing else but what a
// shell needs. They log every show and plan; log returns the log.
func installPrograms(t *testing.T, programs map[string]string) (log func() string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	for _, name := range []string{"TERRAFORM_CLI_PATH", "TOFU_CLI_PATH"} {
		t.Setenv(name, "")
	}
	file := filepath.Join(dir, "log")
	for name, show := range programs {
		stub(t, filepath.Join(dir, name), file, show)
	}
	return func() string {
		data, _ := os.ReadFile(file)
		return strings.TrimSpace(string(data))
	}
}

func stub(t *testing.T, path, log, show string) {
	t.Helper()
	writeFile(t, path, `#!/bin/sh
case "$1" in
version) echo '{"terraform_version": "1.11.4"}' ;;
plan) echo "$(basename "$0") plan" >>'`+log+`'; for a; do case "$a" in -out=*) printf 'PK\003\004' >"${a#-out=}" ;; esac; done ;;
show) echo "$(basename "$0") show" >>'`+log+`'
`+show+`
esac
`)
	if err := os.Chmod(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

const (
	shows   = "echo '" + stubPlan + "'"
	refuses = `echo 'Error: plan file was created by OpenTofu 1.12.6, but this is 1.11.4; plan files cannot be transferred between different Terraform versions' >&2; exit 1`
	// decrypts simulates OpenTofu with encryption, which evaluates a variable.
	decrypts = `case "$*" in *-var-file=/*/x.tfvars*-var=pass=secret*) echo '` + stubPlan + `' ;; *) echo 'Error: Unable to compute static value' >&2; exit 1 ;; esac`
)

func TestOpenFindsProgram(t *testing.T) {
	lock := `provider "registry.opentofu.org/hashicorp/google" {}`
	for name, tt := range map[string]struct {
		programs map[string]string
		files    map[string]string
		in       Input
		log      string
		err      string
	}{
		"terraform first":             {map[string]string{"terraform": shows, "tofu": shows}, nil, Input{Path: "tfplan"}, "terraform show", ""},
		"tofu alone":                  {map[string]string{"tofu": shows}, nil, Input{Path: "tfplan"}, "tofu show", ""},
		"neither installed":           {nil, nil, Input{Path: "tfplan"}, "", "neither terraform nor tofu is on PATH"},
		"plan made by OpenTofu":       {map[string]string{"terraform": refuses, "tofu": shows}, nil, Input{Path: "tfplan"}, "terraform show\ntofu show", ""},
		"wrong program named":         {map[string]string{"terraform": refuses, "tofu": shows}, nil, Input{Path: "tfplan", Terraform: "terraform"}, "terraform show", "hint: gke-preflight check --terraform PROGRAM"},
		"plan made by neither":        {map[string]string{"terraform": refuses, "tofu": "exit 1"}, nil, Input{Path: "tfplan"}, "terraform show\ntofu show", "hint: gke-preflight check --terraform PROGRAM"},
		"other failure":               {map[string]string{"terraform": "echo no provider >&2; exit 1"}, nil, Input{Path: "tfplan"}, "terraform show", "hint: run gke-preflight in the directory in which terraform init ran"},
		"providers of OpenTofu":       {map[string]string{"terraform": shows, "tofu": shows}, map[string]string{".terraform.lock.hcl": lock}, Input{Path: "."}, "tofu plan\ntofu show", ""},
		"files of OpenTofu":           {map[string]string{"terraform": shows, "tofu": shows}, map[string]string{"main.tofu": ""}, Input{Path: "."}, "tofu plan\ntofu show", ""},
		"Terraform directory":         {map[string]string{"terraform": shows, "tofu": shows}, map[string]string{"main.tf": ""}, Input{Path: "."}, "terraform plan\nterraform show", ""},
		"encrypted":                   {map[string]string{"terraform": "exit 1", "tofu": shows}, nil, Input{Path: "encrypted"}, "tofu show", ""},
		"encrypted, without OpenTofu": {map[string]string{"terraform": "echo no plan >&2; exit 1"}, nil, Input{Path: "encrypted"}, "terraform show", "no plan"},
		"encrypted with variables":    {map[string]string{"tofu": decrypts}, nil, Input{Path: ".", Vars: []string{"pass=secret"}, VarFiles: []string{"x.tfvars"}}, "tofu plan\ntofu show", ""},
		"encrypted without variables": {map[string]string{"tofu": decrypts}, nil, Input{Path: "."}, "tofu plan\ntofu show", "Unable to compute static value"},
		"encrypted on standard input": {nil, nil, Input{Path: "-", Stdin: strings.NewReader(`{"meta":{},"encrypted_data":"eA==","encryption_version":"v0"}`)}, "", "an encrypted plan of OpenTofu"},
		"variables for Terraform":     {map[string]string{"terraform": shows}, nil, Input{Path: ".", Vars: []string{"pass=secret"}}, "terraform plan\nterraform show", ""},
	} {
		t.Run(name, func(t *testing.T) {
			log := installPrograms(t, tt.programs)
			t.Chdir(t.TempDir())
			writeFile(t, "tfplan", "PK\x03\x04")
			writeFile(t, "encrypted", `{"meta":{"key_provider.pbkdf2.x":"eA=="},"encrypted_data":"eA==","encryption_version":"v0"}`)
			for file, text := range tt.files {
				writeFile(t, file, text)
			}
			_, err := Open(t.Context(), tt.in, Options{})
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got error %v, want %q", err, tt.err)
			}
			if log() != tt.log {
				t.Errorf("got log %q, want %q", log(), tt.log)
			}
		})
	}
}

// TestOpenWithWrapper reads a plan if a setup action has put a wrapper on PATH.
func TestOpenWithWrapper(t *testing.T) {
	for variable, program := range map[string]string{"TERRAFORM_CLI_PATH": "terraform", "TOFU_CLI_PATH": "tofu"} {
		for _, named := range []string{"", program} {
			log := installPrograms(t, map[string]string{program: "echo '[command]'; " + shows})
			bin := t.TempDir()
			t.Setenv(variable, bin)
			t.Chdir(t.TempDir())
			writeFile(t, "tfplan", "PK\x03\x04")
			stub(t, filepath.Join(bin, program+"-bin"), filepath.Join(bin, "log"), shows)
			if _, err := Open(t.Context(), Input{Path: "tfplan", Terraform: named}, Options{}); err != nil || log() != "" {
				t.Errorf("%s, named %q: %v; the wrapper ran: %q", program, named, err, log())
			}
			if err := os.Remove(filepath.Join(bin, program+"-bin")); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(t.Context(), Input{Path: "tfplan", Terraform: named}, Options{}); err == nil || log() == "" {
				t.Errorf("%s, named %q: without the program behind it the wrapper did not run: %v", program, named, err)
			}
		}
	}
}
