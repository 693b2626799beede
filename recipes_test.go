package gkepreflight

import (
	"errors"
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

var recipePattern = regexp.MustCompile("(?ms)^```[a-z]+ recipe=([a-z-]+)\n(.*?)^```$")

// recipes returns the fenced blocks of docs/recipes.md by name.
func recipes(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, m := range recipePattern.FindAllStringSubmatch(read(t, "docs/recipes.md"), -1) {
		out[m[1]] = m[2]
	}
	return out
}

// terraform stands in for Terraform and OpenTofu. A plan file holds the text of
// main.tf. The stub logs which plan was shown, and so checked, and which one was
// applied.
const terraform = `#!/bin/sh
for last; do :; done
case "$1" in
version) echo '{"terraform_version": "1.11.4"}' ;;
show) echo "checked $(tail -c +5 "$last")" >>"$STUB_LOG"; cat "$STUB_PLAN" ;;
plan)
  [ -z "$STUB_FAILS" ] || exit 1
  for a; do case "$a" in -out=*) { printf 'PK\003\004'; cat main.tf; } >"${a#-out=}" ;; esac; done ;;
apply) echo "applied $(tail -c +5 "$last")" >>"$STUB_LOG" ;;
esac
`

// curl stands in for the program and for the API of HCP Terraform.
const curl = `#!/bin/sh
case "$*" in
*actions/apply*) echo "applied run" >>"$STUB_LOG" ;;
*) [ -z "$STUB_FAILS" ] || exit 22; echo "checked run" >>"$STUB_LOG"; cat "$STUB_PLAN" ;;
esac
`

// A site is a machine that recipes run on.
type site struct {
	t    *testing.T
	dir  string // working directory
	path string // directory of programs
	log  string // what the stub of Terraform checked and applied
	env  []string
}

// buildPreflight builds gke-preflight and returns the directory it is in.
func buildPreflight(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := deadline.Command(t, "go", "build", "-o", filepath.Join(dir, "gke-preflight"), "./cmd/gke-preflight").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return dir
}

// newSite returns a site where program, the directory that buildPreflight
// returns, is on PATH, the plan is the named one of fixtures/plans, and the cloud
// is acme.yaml with edits.
func newSite(t *testing.T, program, plan string, edits ...string) *site {
	t.Helper()
	s := &site{t: t, path: t.TempDir()}
	plan, err := filepath.Abs(filepath.Join("fixtures/plans", plan, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	s.program("terraform", terraform)
	s.program("tofu", terraform)
	s.program("curl", curl)
	// Recipes that install gke-preflight find it installed.
	s.program("go", "#!/bin/sh\n")
	s.program("git", "#!/bin/sh\n")
	s.env = append(os.Environ(), "PATH="+s.path+":"+program+":"+os.Getenv("PATH"), "STUB_PLAN="+plan, "SHOWFILE="+plan, "TG_CTX_TF_PATH="+filepath.Join(s.path, "tofu"),
		"GKE_PREFLIGHT_ENDPOINT="+newCloud(t, edits...), "GOOGLE_OAUTH_ACCESS_TOKEN=deployer-token", "NO_GCE_CHECK=true")
	s.clean()
	return s
}

func (s *site) program(name, script string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.path, name), []byte(script), 0o755); err != nil {
		s.t.Fatal(err)
	}
}

// clean leaves nothing in the working directory but a configuration and an old
// plan, so that no recipe depends on what another one wrote.
func (s *site) clean() {
	s.t.Helper()
	s.dir, s.log = s.t.TempDir(), filepath.Join(s.t.TempDir(), "log")
	s.write("main.tf", "new")
	s.write("tfplan", "PK\x03\x04old")
}

func (s *site) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// run runs a script, and returns what it prints and its exit code.
func (s *site) run(script string) (string, int) {
	s.t.Helper()
	cmd := deadline.Command(s.t, "sh", "-ec", script)
	cmd.Dir, cmd.Env = s.dir, append(slices.Clone(s.env), "STUB_LOG="+s.log, "PLANFILE="+filepath.Join(s.dir, "tfplan"))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// applied returns the plans that were applied, and reports whether each was the
// last one checked.
func (s *site) applied() (plans []string, checked bool) {
	data, _ := os.ReadFile(s.log)
	checked = true
	last := ""
	for line := range strings.Lines(string(data)) {
		what, plan, _ := strings.Cut(strings.TrimSpace(line), " ")
		if what == "checked" {
			last = plan
			continue
		}
		plans = append(plans, plan)
		checked = checked && plan == last
	}
	return plans, checked
}

// scripts returns the commands of each recipe as a shell runs them, up to the
// apply that each of them guards.
func scripts(t *testing.T) map[string]string {
	t.Helper()
	all := recipes(t)
	out := map[string]string{}
	for _, name := range []string{"shell", "hcp", "offline"} {
		out[name] = "set +e\n" + all[name] // as in a terminal
	}
	out["make"] = "cat > Makefile <<'MAKEFILE'\n" + all["make"] + "MAKEFILE\nmake apply"
	out["terragrunt"] = readTerragrunt(t, "/dir").plan() + "\n" + readTerragrunt(t, "/dir").apply()
	out["atlantis"] = readAtlantis(t, "atlantis").plan() + "\nterraform apply \"$PLANFILE\""

	var gitlab map[string]struct{ Script []string }
	parseRecipe(t, "gitlab", &gitlab)
	out["gitlab"] = strings.Join(slices.Concat(gitlab["preflight"].Script, gitlab["apply"].Script), "\n")

	var build struct{ Steps []struct{ Args []string } }
	parseRecipe(t, "cloud-build", &build)
	out["cloud-build"] = build.Steps[0].Args[1] + "\n" + build.Steps[1].Args[1] + "\nterraform " + strings.Join(build.Steps[2].Args, " ")

	var lines []string
	for _, m := range regexp.MustCompile(`sh '([^']+)'`).FindAllStringSubmatch(all["jenkins"], -1) {
		lines = append(lines, m[1])
	}
	out["jenkins"] = strings.Join(lines, "\n")
	return out
}

func parseRecipe(t *testing.T, name string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(recipes(t)[name]), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// sites returns a site for each exit code of check.
func sites(t *testing.T, program string) map[int]*site {
	t.Helper()
	lost := "revoke projects/acme-prod roles/container.serviceAgent serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"
	out := map[int]*site{
		0: newSite(t, program, "minimal"),
		1: newSite(t, program, "minimal", lost),
		2: newSite(t, program, "minimal"),
		3: newSite(t, program, "minimal", "token deployer-token blind@acme-ci.iam.gserviceaccount.com"),
	}
	out[2].write("broken.json", "no plan")
	broken := filepath.Join(out[2].dir, "broken.json")
	out[2].env = append(out[2].env, "STUB_PLAN="+broken, "SHOWFILE="+broken)
	return out
}

// TestRecipes runs the text of each recipe.
func TestRecipes(t *testing.T) {
	program := buildPreflight(t)
	t.Run("check", func(t *testing.T) { testRecipesCheck(t, program) })
	t.Run("plan fails", func(t *testing.T) { testRecipesPlanFails(t, program) })
	t.Run("make", func(t *testing.T) { testRecipeMake(t, program) })
	t.Run("terragrunt", func(t *testing.T) { testRecipeTerragrunt(t, program) })
	t.Run("atlantis", func(t *testing.T) { testRecipeAtlantis(t, program) })
}

// testRecipesCheck runs each recipe if check exits with 0, 1, 2 and 3. It applies
// the plan that was checked if the exit code is 0, and nothing otherwise.
func testRecipesCheck(t *testing.T, program string) {
	all := scripts(t)
	for name := range recipes(t) {
		if all[name] == "" && name != "pre-commit" && name != "atlantis-policy" {
			t.Errorf("no test runs the recipe %s", name)
		}
	}
	reports := map[string][]string{"gitlab": {"preflight.xml", "preflight.json"}, "jenkins": {"preflight.xml"}}
	for code, s := range sites(t, program) {
		for name, script := range all {
			s.clean()
			out, got := s.run(strings.ReplaceAll(script, "/dir", s.dir))
			plans, checked := s.applied()
			if (got == 0) != (code == 0) || len(plans) > 0 != (code == 0) || !checked {
				t.Errorf("%s: check exits with %d, the recipe with %d and applies %q, checked: %t\n%s", name, code, got, plans, checked, out)
			}
			if code == 0 && name != "offline" && !slices.Equal(plans, []string{"new"}) && !slices.Equal(plans, []string{"run"}) {
				t.Errorf("%s: applies %q, want the plan of the configuration", name, plans)
			}
			for _, file := range reports[name] {
				if info, err := os.Stat(filepath.Join(s.dir, file)); code != 2 && (err != nil || info.Size() == 0) {
					t.Errorf("%s: no report: %v", name, err)
				}
			}
		}
	}
}

// testRecipesPlanFails runs each recipe if terraform plan fails while an old plan
// is there: the old one is not applied.
func testRecipesPlanFails(t *testing.T, program string) {
	s := newSite(t, program, "minimal")
	s.env = append(s.env, "STUB_FAILS=1")
	for name, script := range scripts(t) {
		if name == "offline" {
			continue // It does not plan.
		}
		s.clean()
		out, code := s.run(strings.ReplaceAll(script, "/dir", s.dir))
		if plans, _ := s.applied(); code == 0 || len(plans) > 0 {
			t.Errorf("%s: exit %d, applies %q\n%s", name, code, plans, out)
		}
	}
}

// testRecipeMake runs make, changes the configuration and runs make again: the
// second run checks and applies the changed configuration.
func testRecipeMake(t *testing.T, program string) {
	s := newSite(t, program, "minimal")
	out, code := s.run(scripts(t)["make"] + "\nprintf changed > main.tf\nmake apply")
	plans, checked := s.applied()
	if code != 0 || !checked || !slices.Equal(plans, []string{"new", "changed"}) {
		t.Errorf("exit %d, applies %q, checked: %t\n%s", code, plans, checked, out)
	}
}

// testRecipeTerragrunt tests what the recipe promises beyond testRecipesCheck: the
// program is the one that Terragrunt runs, the report is beside terragrunt.hcl,
// and nothing is applied without a plan that passed.
func testRecipeTerragrunt(t *testing.T, program string) {
	for code, s := range sites(t, program) {
		s.program("terraform", "#!/bin/sh\necho 'not the program that Terragrunt runs' >&2\nexit 127\n")
		dir := filepath.Join(s.dir, `it's a "unit" $HOME`)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		tg := readTerragrunt(t, dir)
		if out, got := s.run(tg.plan()); (got == 0) != (code == 0) {
			t.Errorf("check exits with %d, terragrunt plan with %d\n%s", code, got, out)
		}
		if _, err := os.Stat(filepath.Join(dir, "preflight.json")); code != 2 && err != nil {
			t.Errorf("check exits with %d, and there is no report: %v", code, err)
		}
		if out, got := s.run(tg.apply()); (got == 0) != (code == 0) {
			t.Errorf("check exits with %d, terragrunt apply after it with %d\n%s", code, got, out)
		}
		if out, got := s.run(tg.apply()); got == 0 {
			t.Errorf("terragrunt apply succeeds without a plan\n%s", out)
		}
	}
}

// testRecipeAtlantis judges the output of the policy check as Atlantis does. The
// exit code is no part of it: a run step that fails has no output, and a policy
// check without results is a pass.
func testRecipeAtlantis(t *testing.T, program string) {
	a := readAtlantis(t, "atlantis-policy")
	if repo := a.Repos[0]; !repo.PolicyCheck || !repo.Custom || len(a.Policies.Sets) != 1 || a.Policies.Sets[0].Path == "" {
		t.Errorf("Atlantis would not run the policy check: %+v", a)
	}
	all := sites(t, program)
	all[127] = newSite(t, t.TempDir(), "minimal")
	all[127].program("gke-preflight", "#!/bin/sh\nexit 127\n")
	for code, s := range all {
		out, got := s.run(a.policyCheck())
		if got != 0 {
			t.Errorf("check exits with %d and the step with %d: Atlantis drops its output\n%s", code, got, out)
		}
		for version, passes := range map[string]func(string) bool{"0.30": passesOldAtlantis, "0.47": passesAtlantis} {
			if passes(out) != (code == 0) {
				t.Errorf("check exits with %d: the policy check of Atlantis %s passes: %t\n%s", code, version, passes(out), out)
			}
		}
	}
}

// variablePath matches a command of ours with an argument that comes from a
// variable or a glob and is no value of a flag.
var variablePath = regexp.MustCompile(`gke-preflight(?: hook| check| needs| snapshot| diagnose| render)[^|&;\n]*? (?:"?\$|\*)`)

// TestRecipesGuardPaths finds commands in the documentation whose path comes from
// a variable or a glob and could become an option.
func TestRecipesGuardPaths(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := filepath.Glob("docs/examples/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range slices.Concat([]string{"README.md"}, pages, examples) {
		for _, command := range variablePath.FindAllString(read(t, page), -1) {
			command = regexp.MustCompile(`--[a-z]+ "?\$`).ReplaceAllString(command, "")
			if !strings.Contains(command, " -- ") && regexp.MustCompile(` ("?\$|\*)`).MatchString(command) {
				t.Errorf("%s: no -- before the path: %s", page, command)
			}
		}
	}
}
