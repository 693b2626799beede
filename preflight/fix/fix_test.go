package fix

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	hcl2 "github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"gke-preflight/fixtures/deadline"
	"gke-preflight/preflight/need"
)

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		`plain`:      `"plain"`,
		`a"b`:        `"a\"b"`,
		`${file(x)}`: `"$${file(x)}"`,
		`%{if true}`: `"%%{if true}"`,
		"a\nb":       `"a\nb"`,
	} {
		if got := Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
}

// FuzzQuote: Terraform reads a quoted string as what it was.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"plain", `a"b`, "${file(x)}", "%{if true}", "$${", "a\nb", "\x1b[31m", "\u202e", `\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("no plan holds it: the reader refuses it")
		}
		expr, problems := hclsyntax.ParseExpression([]byte(Quote(s)), "x.tf", hcl2.InitialPos)
		if problems.HasErrors() {
			t.Fatalf("Quote(%q) = %s: %v", s, Quote(s), problems)
		}
		got, problems := expr.Value(nil)
		if problems.HasErrors() || !got.RawEquals(cty.StringVal(s)) {
			t.Errorf("Quote(%q) = %s is %#v (%v)", s, Quote(s), got, problems)
		}
	})
}

// TestCommandsRunNothing pastes the commands for needs with hostile names into
// a real shell, with programs that only say what they were given.
func TestCommandsRunNothing(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh on PATH to paste into")
	}
	dir := t.TempDir()
	for _, program := range []string{"gcloud", "terraform"} {
		if err := os.WriteFile(filepath.Join(dir, program), []byte("#!"+sh+"\nprintf '%s\\0' \"$@\"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"--flags-file=evil.yaml", "-h", "$(touch ran)", "`touch ran`", "'; touch ran; '", "a\ntouch ran", "*", "~", ""} {
		for _, n := range needsWith(name) {
			commands, _ := For(n, "serviceAccount:"+name)
			if len(commands) == 0 {
				t.Fatalf("no command for %+v", n)
			}
			for _, line := range commands {
				cmd := deadline.Command(t, sh, "-c", line)
				cmd.Dir, cmd.Env = dir, []string{"PATH=" + dir}
				out, err := cmd.Output()
				if err != nil {
					t.Errorf("%q: %v", line, err)
				}
				words := strings.Split(string(out), "\x00")
				if name != "" && slices.Contains(words, name) && strings.HasPrefix(name, "-") {
					t.Errorf("%q gives the option %q", line, name)
				}
				if name != "" && !strings.Contains(strings.Join(words, " "), name) {
					t.Errorf("%q does not give %q whole", line, name)
				}
			}
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("the commands left %v behind (%v)", left, err)
	}
}

// needsWith are needs of every kind that a command mends, about things of this
// name.
func needsWith(name string) []need.Need {
	grant := need.Fix{Role: "roles/editor"}
	needs := []need.Need{
		{Kind: need.Attached, Project: name, Expect: name},
		{Kind: need.Unconstrained, Project: name, Expect: name},
		{Kind: need.Free, Addresses: []string{name}, Clusters: []string{name}},
		{Kind: need.Service, Project: name, Service: name},
	}
	for _, resource := range []string{
		"//cloudresourcemanager.googleapis.com/projects/" + name,
		"//cloudresourcemanager.googleapis.com/folders/" + name,
		"//cloudresourcemanager.googleapis.com/organizations/" + name,
		"//cloudresourcemanager.googleapis.com/tagValues/" + name,
		"//iam.googleapis.com/projects/p/serviceAccounts/" + name,
		"//compute.googleapis.com/projects/p/regions/r/subnetworks/" + name,
		"//cloudkms.googleapis.com/projects/p/locations/l/keyRings/" + name + "/cryptoKeys/" + name,
		"//privateca.googleapis.com/projects/p/locations/l/caPools/" + name,
		"//pubsub.googleapis.com/projects/p/topics/" + name,
		"//secretmanager.googleapis.com/projects/p/secrets/" + name,
	} {
		needs = append(needs, need.Need{Kind: need.Permissions, Project: name, Resource: resource, Fix: grant})
	}
	return needs
}
