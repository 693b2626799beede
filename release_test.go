package gkepreflight

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"gke-preflight/fixtures/deadline"
)

// TestReleaseNames: a release has the files that the action fetches.
func TestReleaseNames(t *testing.T) {
	var release struct {
		Archives []struct {
			Name    string   `yaml:"name_template"`
			Formats []string `yaml:"formats"`
		} `yaml:"archives"`
		Checksum struct {
			Name string `yaml:"name_template"`
		} `yaml:"checksum"`
		Builds []struct {
			Binary string `yaml:"binary"`
		} `yaml:"builds"`
	}
	if err := yaml.Unmarshal([]byte(read(t, ".goreleaser.yaml")), &release); err != nil {
		t.Fatal(err)
	}
	inShell := strings.NewReplacer("{{ .Version }}", "${VERSION#v}", "{{ .Os }}", "${os}", "{{ .Arch }}", "${arch}")
	archive := inShell.Replace(release.Archives[0].Name) + "." + release.Archives[0].Formats[0]
	fetch := read(t, ".github/action/fetch")
	for _, line := range []string{`archive="` + archive + `"`, `"$archive" ` + release.Checksum.Name + ";", `tar -xzf "$archive" ` + release.Builds[0].Binary} {
		if !strings.Contains(fetch, line) {
			t.Errorf("the action does not have %s", line)
		}
	}
}

// TestDependenciesHaveReasons: a decision names every module that this one
// depends on directly.
func TestDependenciesHaveReasons(t *testing.T) {
	out, err := deadline.Command(t, "go", "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil || len(mod.Require) == 0 {
		t.Fatalf("%v: %s", err, out)
	}
	pages, err := filepath.Glob("docs/decisions/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var decisions strings.Builder
	for _, p := range pages {
		decisions.WriteString(read(t, p))
	}
	major := regexp.MustCompile(`/v\d+$`)
	for _, r := range mod.Require {
		if name := major.ReplaceAllString(r.Path, ""); !r.Indirect && !strings.Contains(decisions.String(), name) {
			t.Errorf("no decision names %s", name)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
