package gkepreflight

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var recipePattern = regexp.MustCompile("(?ms)^```[a-z]+ recipe=([a-z-]+)\n(.*?)^```$")

// recipes are the fenced blocks of docs/recipes.md, by name.
func recipes(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range recipePattern.FindAllStringSubmatch(string(data), -1) {
		out[m[1]] = m[2]
	}
	return out
}

// terraform stands for the real one: it plans what STUB_PLAN holds, and notes
// that it has applied.
const terraform = `#!/bin/sh
case "$*" in
version*) echo '{"terraform_version": "1.11.4"}' ;;
show*) cat "$STUB_PLAN" ;;
plan*) for a; do case "$a" in -out=*) printf 'PK\003\004' > "${a#-out=}" ;; esac; done ;;
apply*) echo applied ;;
esac
`

// A site is a machine on which recipes are run.
type site struct {
	t    *testing.T
	dir  string
	path string
	env  []string
}

func newSite(t *testing.T, plan string, edits ...string) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), path: t.TempDir()}
	plan, err := filepath.Abs(filepath.Join("fixtures/plans", plan, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	s.program("terraform", terraform)
	s.program("curl", "#!/bin/sh\ncat \"$STUB_PLAN\"\n")
	s.env = append(os.Environ(), "PATH="+s.path+":"+os.Getenv("PATH"), "STUB_PLAN="+plan, "SHOWFILE="+plan,
		"GKE_PREFLIGHT_ENDPOINT="+newCloud(t, edits...), "GOOGLE_OAUTH_ACCESS_TOKEN=deployer-token", "NO_GCE_CHECK=true")
	if out, err := exec.Command("go", "build", "-o", filepath.Join(s.path, "gke-preflight"), "./cmd/gke-preflight").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	// Recipes that install the program find it installed.
	s.program("go", "#!/bin/sh\n")
	return s
}

func (s *site) program(name, script string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.path, name), []byte(script), 0o755); err != nil {
		s.t.Fatal(err)
	}
}

// clean leaves nothing in the working directory but a binary plan, so that no
// recipe lives on what another one wrote.
func (s *site) clean() {
	s.t.Helper()
	s.dir = s.t.TempDir()
	if err := os.WriteFile(filepath.Join(s.dir, "tfplan"), []byte("PK\x03\x04"), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// run runs a script, and returns what it prints and whether it succeeds.
func (s *site) run(script string) (string, bool) {
	s.t.Helper()
	cmd := exec.Command("sh", "-ec", script)
	cmd.Dir, cmd.Env = s.dir, s.env
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// scripts are the commands of each recipe, as a shell runs them.
func scripts(t *testing.T) map[string]string {
	t.Helper()
	all := recipes(t)
	parse := func(name string, into any) {
		if err := yaml.Unmarshal([]byte(all[name]), into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	out := map[string]string{"shell": all["shell"], "hcp": all["hcp"], "offline": all["offline"]}
	out["make"] = "cat > Makefile <<'MAKEFILE'\n" + all["make"] + "MAKEFILE\nmake apply"

	var atlantis struct {
		Workflows map[string]struct {
			Check struct {
				Steps []yaml.Node `yaml:"steps"`
			} `yaml:"policy_check"`
		} `yaml:"workflows"`
	}
	parse("atlantis", &atlantis)
	var run struct{ Run string }
	if err := atlantis.Workflows["gke"].Check.Steps[1].Decode(&run); err != nil {
		t.Fatal(err)
	}
	out["atlantis"] = run.Run

	var gitlab map[string]struct{ Script []string }
	parse("gitlab", &gitlab)
	out["gitlab"] = strings.Join(gitlab["preflight"].Script, "\n")

	var build struct{ Steps []struct{ Args []string } }
	parse("cloud-build", &build)
	out["cloud-build"] = build.Steps[0].Args[1] + "\n" + build.Steps[1].Args[1] + "\nterraform " + strings.Join(build.Steps[2].Args, " ")

	out["terragrunt"] = regexp.MustCompile(`"-c", "([^"]+)"`).FindStringSubmatch(all["terragrunt"])[1]
	var lines []string
	for _, m := range regexp.MustCompile(`sh '([^']+)'`).FindAllStringSubmatch(all["jenkins"], -1) {
		lines = append(lines, m[1])
	}
	out["jenkins"] = strings.Join(lines, "\n")
	return out
}

// TestRecipes: every recipe goes on where a plan passes, and stops where it
// fails, before anything is applied.
func TestRecipes(t *testing.T) {
	all := scripts(t)
	for name := range recipes(t) {
		if all[name] == "" && name != "pre-commit" {
			t.Errorf("nobody runs the recipe %s", name)
		}
	}
	healthy := newSite(t, "all-in-one-plan")
	broken := newSite(t, "all-in-one-plan", "revoke projects/acme-new roles/container.serviceAgent serviceAccount:service-888888888883@container-engine-robot.iam.gserviceaccount.com", "disable-account 888888888883-compute@developer.gserviceaccount.com", "disable-api acme-new compute.googleapis.com", "delete-account gke-nodes@acme-new.iam.gserviceaccount.com", "revoke organizations/100000000000 roles/container.clusterAdmin serviceAccount:terraform@acme-prod.iam.gserviceaccount.com")
	reports := map[string][]string{"gitlab": {"preflight.xml", "preflight.json"}, "jenkins": {"preflight.xml"}}
	for name, script := range all {
		healthy.clean()
		broken.clean()
		out, ok := healthy.run(script)
		if !ok {
			t.Errorf("%s does not go on where the plan passes:\n%s", name, out)
		}
		if strings.Contains(strings.ToLower(out), "fail") {
			t.Errorf("%s: a run that passes prints the word:\n%s", name, out)
		}
		if strings.Contains(script, "apply") != strings.Contains(out, "applied") && name != "terragrunt" {
			t.Errorf("%s: applied is %t:\n%s", name, strings.Contains(out, "applied"), out)
		}
		if out, ok := broken.run(script); ok || strings.Contains(out, "applied") {
			t.Errorf("%s goes on where the plan fails:\n%s", name, out)
		}
		for _, file := range reports[name] {
			if info, err := os.Stat(filepath.Join(healthy.dir, file)); err != nil || info.Size() == 0 {
				t.Errorf("%s: no report: %v", name, err)
			}
		}
	}
}

// TestHook: the hook of pre-commit checks the directory of each file once.
func TestHook(t *testing.T) {
	var hooks []struct{ Entry, Language string }
	data, err := os.ReadFile(".pre-commit-hooks.yaml")
	if err == nil {
		err = yaml.Unmarshal(data, &hooks)
	}
	if err != nil || len(hooks) != 1 || hooks[0].Language != "golang" {
		t.Fatalf("%v %+v", err, hooks)
	}
	s := newSite(t, "minimal")
	out, ok := s.run("mkdir a b; touch a/main.tf a/other.tf b/main.tf; " + hooks[0].Entry + " a/main.tf a/other.tf b/main.tf")
	if !ok || strings.Count(out, "PASS") != 2 {
		t.Errorf("two directories that pass: %t\n%s", ok, out)
	}
	if out, ok = s.run(hooks[0].Entry); !ok || out != "" {
		t.Errorf("no files: %t\n%s", ok, out)
	}
	s = newSite(t, "minimal", "revoke projects/acme-prod roles/container.serviceAgent serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com")
	if out, ok = s.run("mkdir a; touch a/main.tf; " + hooks[0].Entry + " a/main.tf"); ok {
		t.Errorf("one that fails passes:\n%s", out)
	}
}
