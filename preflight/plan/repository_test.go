package plan

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHasState(t *testing.T) {
	for name, tt := range map[string]struct {
		file, text string
		want       bool
	}{
		"nothing":                   {"main.tf", "", false},
		"a resource":                {"main.tf", "resource \"google_container_cluster\" \"x\" {}\n", false},
		"required providers":        {"main.tf", "terraform {\n  required_providers {\n    google = {}\n  }\n}\n", false},
		"a provider":                {"main.tf", "provider \"google\" {}\n", true},
		"provider in a .tofu file":  {"main.tofu", "provider \"google\" {}\n", true},
		"a provider in JSON":        {"main.tf.json", `{"provider": {"google": {"project": "p"}}}`, true},
		"a backend":                 {"main.tf", "terraform {\n  backend \"gcs\" {}\n}\n", true},
		"a backend in JSON":         {"main.tf.json", `{"terraform": {"backend": {"gcs": {}}}}`, true},
		"HCP Terraform":             {"main.tf", "terraform {\n  cloud {}\n}\n", true},
		"a state":                   {"terraform.tfstate", "{}", true},
		"initialized backend":       {".terraform/terraform.tfstate", "{}", true},
		"a workspace":               {".terraform/environment", "prod", true},
		"provider cache":            {".terraform/providers/x", "", false},
		"variable values":           {"terraform.tfvars", "", true},
		"automatic variable values": {"prod.auto.tfvars.json", "{}", true},
		"other variable values":     {"prod.tfvars", "", false},
		"syntax error":              {"main.tf", "resource {", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "odd [name]*")
			writeFile(t, filepath.Join(dir, tt.file), tt.text)
			if got := HasState(dir); got != tt.want {
				t.Errorf("HasState: got %t, want %t", got, tt.want)
			}
		})
	}
}

func TestRepositoryRoots(t *testing.T) {
	base := t.TempDir()
	call := func(source string) string { return "module \"m\" {\n  source = \"" + source + "\"\n}\n" }
	for file, text := range map[string]string{
		"modules/pool/main.tf":  "variable \"a\" {}\nvariable \"b\" {\n  default = null\n}\n",
		"modules/gke/main.tf":   call("../pool") + call("terraform-google-modules/network/google"),
		"modules/loop/main.tf":  call("../loop"),
		"envs/prod/main.tf":     call("../../modules/gke"),
		"envs/dev/main.tf":      call("../../modules/pool") + "provider \"google\" {}\n",
		"envs/all/main.tf":      call("../dev"),
		".terraform/x/main.tf":  call("../../modules/pool"),
		"envs/other/main.tf":    call("git::https://example.com/x"),
		"envs/other/notes.json": "{",
	} {
		writeFile(t, filepath.Join(base, file), text)
	}
	r, err := ReadRepository(t.Context(), base)
	if err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string][]string{
		"modules/pool": {"envs/all", "envs/dev", "envs/prod"},
		"modules/gke":  {"envs/prod"},
		"modules/loop": nil,
		"envs/prod":    nil,
		"absent":       nil,
	} {
		if diff := cmp.Diff(want, r.Roots(filepath.Join(base, dir))); diff != "" {
			t.Errorf("roots of %s (-want +got):\n%s", dir, diff)
		}
	}
	for dir, want := range map[string]bool{"modules/pool": true, "modules/loop": false, "envs/prod": false, "envs/dev": true} {
		if got := r.IsCalled(filepath.Join(base, dir)); got != want {
			t.Errorf("Calls(%s): got %t, want %t", dir, got, want)
		}
	}
	if diff := cmp.Diff([]string{"a"}, RequiredVariables(filepath.Join(base, "modules/pool"))); diff != "" {
		t.Error(diff)
	}
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
