package gkepreflight

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"gke-preflight/fixtures/deadline"
)

// A hook is one of .pre-commit-hooks.yaml.
type hook struct {
	ID, Entry, Language, Files string
	Stages                     []string
	Verbose                    bool
}

func readHook(t *testing.T) hook {
	t.Helper()
	var hooks []hook
	if err := yaml.Unmarshal([]byte(read(t, ".pre-commit-hooks.yaml")), &hooks); err != nil || len(hooks) != 1 {
		t.Fatalf("%v %+v", err, hooks)
	}
	return hooks[0]
}

// TestHookManifest reads the manifest as versions of pre-commit do that differ in
// the names of stages.
func TestHookManifest(t *testing.T) {
	h := readHook(t)
	if h.Language != "golang" || !h.Verbose || !strings.HasSuffix(h.Entry, " --") {
		t.Errorf("the hook is %+v", h)
	}
	// pre_commit/constants.py of 3.0.4 and pre_commit/clientlib.py of 4.6.2. The
	// newer one accepts commit, push and merge-commit with a warning.
	common := []string{"commit-msg", "manual", "post-checkout", "post-commit", "post-merge", "post-rewrite", "prepare-commit-msg"}
	for _, stage := range h.Stages {
		if !slices.Contains(common, stage) {
			t.Errorf("not every version of pre-commit knows the stage %s", stage)
		}
	}
	files := regexp.MustCompile(h.Files)
	for name, want := range map[string]bool{"main.tf": true, "a/main.tofu": true, "a/b.tf.json": true, "prod.tfvars": true, "x.auto.tfvars.json": true, "README.md": false, "a.tfstate": false, "tfplan": false} {
		if files.MatchString(name) != want {
			t.Errorf("the hook runs for %s: %t", name, !want)
		}
	}
	t.Run("pre-commit", func(t *testing.T) {
		program, err := exec.LookPath("pre-commit")
		if err != nil {
			t.Skip("there is no pre-commit on PATH: only its schema was replayed")
		}
		if out, err := deadline.Command(t, program, "validate-manifest", ".pre-commit-hooks.yaml").CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// TestHook runs the entry of the hook with the names of files, as pre-commit does.
func TestHook(t *testing.T) {
	program := buildPreflight(t)
	entry := readHook(t).Entry
	lost := "revoke projects/acme-prod roles/container.serviceAgent serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"
	module := "mkdir -p modules/pool; echo 'variable \"name\" {}' > modules/pool/main.tf; "
	root := "mkdir -p envs/prod; echo 'module \"pool\" { source = \"../../modules/pool\" }' > envs/prod/main.tf; "
	for name, tt := range map[string]struct {
		setup, files string
		code         int
		checked      []string
		say          string
	}{
		"each directory once":                 {"mkdir a b; touch a/main.tf a/other.tf b/main.tf", "a/main.tf a/other.tf b/main.tf", 1, []string{"a", "b"}, ""},
		"no files":                            {"", "", 0, nil, ""},
		"a module with a variable":            {module, "modules/pool/main.tf", 0, nil, "modules/pool was not planned: it is a module: it has no backend, provider or state, and no value for variable name"},
		"a module only":                       {module, "modules/pool/main.tf", 0, nil, "nothing was checked"},
		"a module with a value":               {module + "export TF_VAR_name=x", "modules/pool/main.tf", 1, []string{"modules/pool"}, ""},
		"a module that is called":             {module + root + "echo > modules/pool/main.tf", "modules/pool/main.tf", 0, nil, "not checked through envs/prod: terraform init has not run there"},
		"a module that is initialized":        {module + root + "mkdir modules/pool/.terraform", "modules/pool/main.tf", 0, nil, "modules/pool was not planned"},
		"through a root":                      {module + root + "mkdir envs/prod/.terraform", "modules/pool/main.tf", 1, []string{"envs/prod"}, "checked through envs/prod"},
		"through a root that changed, too":    {module + root + "mkdir envs/prod/.terraform", "modules/pool/main.tf envs/prod/main.tf", 1, []string{"envs/prod"}, "checked through envs/prod"},
		"through a module":                    {module + "mkdir -p modules/gke top/.terraform; echo 'module \"p\" { source = \"../pool\" }' > modules/gke/main.tf; echo 'module \"g\" { source = \"../modules/gke\" }' > top/main.tf", "modules/pool/main.tf", 1, []string{"top"}, "checked through top"},
		"a root with a provider":              {"mkdir a; echo 'provider \"google\" {} variable \"x\" {}' | tr '}' '\\n' | sed 's/{/{\\n}/' > a/main.tf", "a/main.tf", 1, []string{"a"}, ""},
		"a root with a backend":               {"mkdir a; printf 'terraform {\\n backend \"gcs\" {}\\n}\\nvariable \"x\" {}\\n' > a/main.tf", "a/main.tf", 1, []string{"a"}, ""},
		"a root with HCP Terraform":           {"mkdir a; printf 'terraform {\\n cloud {}\\n}\\nvariable \"x\" {}\\n' > a/main.tf", "a/main.tf", 1, []string{"a"}, ""},
		"a root that is initialized":          {"mkdir -p a/.terraform; echo 'variable \"x\" {}' > a/main.tf", "a/main.tf", 1, []string{"a"}, ""},
		"a root with values":                  {"mkdir a; echo 'variable \"x\" {}' > a/main.tf; echo 'x = 1' > a/terraform.tfvars", "a/main.tf", 1, []string{"a"}, ""},
		"a root that is not understood":       {"mkdir a; printf 'variable \"x\" {}\\nresource {' > a/main.tf", "a/main.tf", 1, []string{"a"}, ""},
		"values alone":                        {"mkdir vars; touch vars/prod.tfvars", "vars/prod.tfvars", 0, nil, "vars was not planned: it has no configuration files"},
		"a file named like an option":         {"touch ./--config=cfg.tf ./--fail-on=note.tf; echo nonsense > cfg.tf", "--config=cfg.tf --fail-on=note.tf", 1, []string{"."}, ""},
		"a program in an option":              {"printf '#!/bin/sh\\ntouch pwned\\n' > pwn.tf; chmod +x pwn.tf; mkdir ./--terraform=.; touch ./--terraform=./pwn.tf", "--terraform=./pwn.tf", 1, []string{"./--terraform=."}, ""},
		"a directory named like stdin":        {"mkdir ./-; touch ./-/main.tf", "-/main.tf", 1, []string{"./-"}, ""},
		"an option behind the --":             {"touch main.tf", "--fail-on=warning main.tf", 2, nil, "no such file: --fail-on=warning"},
		"a directory named like a CI command": {"mkdir '::error::x'; touch ::error::x/main.tf", "::error::x/main.tf", 1, []string{`\::error::x`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, program, "minimal", lost)
			s.clean()
			_ = os.Remove(filepath.Join(s.dir, "main.tf"))
			out, code := s.run(tt.setup + "\n" + entry + " " + tt.files + " </dev/null")
			var checked []string
			for _, m := range regexp.MustCompile(`(?m)^# (\S+)$`).FindAllStringSubmatch(out, -1) {
				checked = append(checked, m[1])
			}
			if code != tt.code || !slices.Equal(checked, tt.checked) || strings.Count(out, "GP401 error") != len(tt.checked) || !strings.Contains(out, tt.say) {
				t.Errorf("exit %d, want %d; checked %q, want %q; want %q\n%s", code, tt.code, checked, tt.checked, tt.say, out)
			}
			if _, err := os.Stat(filepath.Join(s.dir, "pwned")); err == nil {
				t.Error("a file name was run as a program")
			}
		})
	}
	t.Run("passes", func(t *testing.T) {
		s := newSite(t, program, "minimal")
		if out, code := s.run("mkdir a b; touch a/main.tf b/main.tf; " + entry + " a/main.tf b/main.tf"); code != 0 || strings.Count(out, "PASS") != 2 {
			t.Errorf("exit %d\n%s", code, out)
		}
	})
}
