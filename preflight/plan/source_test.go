package plan

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// writeConfiguration writes a configuration and changes to its directory.
func writeConfiguration(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSourceBlock(t *testing.T) {
	writeConfiguration(t, map[string]string{
		"envs/prod/a.tf": "\n\nresource \"google_container_cluster\" \"main\" {\n  name = var.x\n}\n",
		"envs/prod/main.tf": "module \"local\" {\n  source   = \"../../modules/pool\"\n  for_each = {}\n}\n" +
			"module \"remote\" {\n  source = \"terraform-google-modules/x/google\"\n}\n" +
			"module \"around\" {\n  source = \"./\"\n}\n" +
			"data \"google_project\" \"p\" {}\n",
		"envs/prod/more.tf.json":  `{"resource": {"google_project_service": {"x": {"service": "y"}}}}`,
		"envs/prod/broken.tf":     "resource \"a\" \"before\" {}\nresource \"a\" {{{\n",
		"envs/prod/.hidden.tf":    "resource \"a\" \"hidden\" {}\n",
		"modules/pool/main.tofu":  "resource \"google_container_node_pool\" \"this\" {}\n",
		"modules/pool/readme.txt": "no configuration",
	})
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"envs/prod", "./envs/prod/", filepath.Join(here, "envs", "prod")} {
		s, err := ReadSource(dir)
		if err != nil {
			t.Fatal(err)
		}
		for address, want := range map[string]Position{
			"google_container_cluster.main":                                {"envs/prod/a.tf", 3},
			`google_container_cluster.main["a].b\"c"]`:                     {"envs/prod/a.tf", 3},
			`module.local["x"].google_container_node_pool.this[0]`:         {"modules/pool/main.tofu", 1},
			"module.remote.module.deep.google_container_node_pool.this[0]": {"envs/prod/main.tf", 5},
			"module.around.google_container_cluster.main":                  {"envs/prod/main.tf", 8},
			"data.google_project.p":                                        {"envs/prod/main.tf", 11},
			"google_project_service.x":                                     {"envs/prod/more.tf.json", 1},
			"a.before":                                                     {"envs/prod/broken.tf", 1},
			"a.hidden":                                                     {},
			"google_container_cluster.other":                               {},
			"":                                                             {},
		} {
			got, found := s.Block(address)
			if got != want || found != (want != Position{}) {
				t.Errorf("%s: position of %s: got %v (%t), want %v", dir, address, got, found, want)
			}
		}
		if diff := cmp.Diff(Position{"envs/prod/main.tf", 1}, s.First()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestReadSourceErrors(t *testing.T) {
	writeConfiguration(t, map[string]string{"empty/readme.txt": "x"})
	for dir, want := range map[string]string{"missing": "no such file", "empty": "has no .tf files"} {
		if _, err := ReadSource(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %q", dir, err, want)
		}
	}
}

// FuzzSource checks that blocks are found in broken configurations.
func FuzzSource(f *testing.F) {
	f.Add("resource \"a\" \"b\" {\n  x = 1\n}\n")
	f.Add("module \"m\" {\n  source = \"./m${var.x}\"\n}\n")
	f.Add("resource {{{ \x00")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		for _, name := range []string{"main.tf", "main.tf.json"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		s, err := ReadSource(dir)
		if err != nil {
			t.Fatal(err)
		}
		if p, found := s.Block("a.b"); found && p.Line < 1 {
			t.Errorf("position of a.b: got line %d", p.Line)
		}
	})
}

// TestSourceCallLimit reads modules that each call the next one twice, thirty
// levels deep: a billion paths, most of which must not be followed.
func TestSourceCallLimit(t *testing.T) {
	files := map[string]string{"m30/main.tf": "locals {}\n"}
	for i := range 30 {
		next := fmt.Sprintf("../m%d", i+1)
		files[fmt.Sprintf("m%d/main.tf", i)] = fmt.Sprintf("module \"a\" {\n  source = %q\n}\nmodule \"b\" {\n  source = %q\n}\nresource \"x\" \"y\" {}\n", next, next)
	}
	writeConfiguration(t, files)
	s, err := ReadSource("m0")
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]Position{
		"x.y":          {"m0/main.tf", 7},
		"module.a.x.y": {"m1/main.tf", 7},
		// Beyond the limit, the position is that of the module call.
		"module.b.x.y": {"m0/main.tf", 4},
	} {
		if got, _ := s.Block(address); got != want {
			t.Errorf("position of %s: got %v, want %v", address, got, want)
		}
	}
}
