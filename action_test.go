package gkepreflight

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"gke-preflight/fixtures/deadline"
	"gke-preflight/fixtures/fakegcp"
	"gke-preflight/preflight/iam"
)

// An action is action.yml.
type action struct {
	Inputs map[string]struct {
		Default string `yaml:"default"`
	} `yaml:"inputs"`
	Outputs map[string]struct {
		Value string `yaml:"value"`
	} `yaml:"outputs"`
	Runs struct {
		Steps []struct {
			Name string            `yaml:"name"`
			Uses string            `yaml:"uses"`
			If   string            `yaml:"if"`
			Run  string            `yaml:"run"`
			Env  map[string]string `yaml:"env"`
		} `yaml:"steps"`
	} `yaml:"runs"`
}

func readAction(t *testing.T) action {
	t.Helper()
	data, err := os.ReadFile("action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// A runner is what GitHub gives the steps of a job.
type runner struct {
	t      *testing.T
	action action
	temp   string
	env    []string
	dir    string // working directory of the job; empty for the repository
}

func newRunner(t *testing.T, env ...string) *runner {
	t.Helper()
	r := &runner{t: t, action: readAction(t), temp: t.TempDir()}
	r.env = append(os.Environ(),
		"RUNNER_TEMP="+r.temp, "RUNNER_OS="+map[string]string{"linux": "Linux", "darwin": "macOS"}[runtime.GOOS],
		"RUNNER_ARCH="+map[string]string{"amd64": "X64", "arm64": "ARM64"}[runtime.GOARCH],
		"GITHUB_OUTPUT="+filepath.Join(r.temp, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(r.temp, "summary"),
		"GITHUB_ENV="+filepath.Join(r.temp, "env"), "GITHUB_PATH="+filepath.Join(r.temp, "path"), "NO_GCE_CHECK=true")
	for _, name := range []string{"env", "path"} {
		if err := os.WriteFile(filepath.Join(r.temp, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.env = append(r.env, env...)
	return r
}

var expression = regexp.MustCompile(`\$\{\{ *([a-z_.-]+) *\}\}`)

// step runs the shell of a step under the given inputs, and returns what it
// prints and its exit code.
func (r *runner) step(name string, inputs map[string]string) (string, int) {
	r.t.Helper()
	root, err := filepath.Abs(".")
	if err != nil {
		r.t.Fatal(err)
	}
	for _, s := range r.action.Runs.Steps {
		if s.Name != name {
			continue
		}
		if expression.MatchString(s.Run) {
			r.t.Fatalf("%s puts an expression into a script, where its value is run", name)
		}
		env := slices.Clone(r.env)
		for key, value := range s.Env {
			env = append(env, key+"="+expression.ReplaceAllStringFunc(value, func(e string) string {
				name := expression.FindStringSubmatch(e)[1]
				if name == "github.action_path" {
					return root
				}
				name = strings.TrimPrefix(name, "inputs.")
				if given, ok := inputs[name]; ok {
					return given
				}
				return r.action.Inputs[name].Default
			}))
		}
		cmd := deadline.Command(r.t, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run)
		cmd.Env, cmd.Dir = env, r.dir
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return string(out), exit.ExitCode()
		}
		if err != nil {
			r.t.Fatal(err)
		}
		return string(out), 0
	}
	r.t.Fatalf("there is no step %s", name)
	return "", 0
}

func (r *runner) file(name string) string {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.temp, name))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

// TestAction builds gke-preflight as the action does, and checks a plan that
// fails and one that passes.
func TestAction(t *testing.T) {
	cloud := newCloud(t, "revoke projects/acme-prod roles/container.serviceAgent serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com")
	r := newRunner(t, "GKE_PREFLIGHT_ENDPOINT="+cloud, "GOOGLE_OAUTH_ACCESS_TOKEN=deployer-token",
		// What the job set for its own builds.
		"GOFLAGS=-mod=vendor", "GOOS=plan9", "GOWORK=/absent/go.work", "GOTOOLCHAIN=local", "GOROOT=/absent")
	if out, code := r.step("Build gke-preflight", nil); code != 0 || strings.Contains(out, "::") {
		t.Fatalf("build: exit %d\n%s", code, out)
	}
	for name, test := range map[string]func(*testing.T, *runner){
		"what fails":        testActionFails,
		"what passes":       testActionPasses,
		"what cannot start": testActionCannotStart,
		"two uses":          testActionTwice,
		"formats":           testActionFormats,
		"file names":        testActionFileNames,
		"wrappers":          testActionWrappers,
	} {
		t.Run(name, func(t *testing.T) { test(t, r.of(t)) })
	}
	for _, name := range []string{"env", "path"} {
		if text := r.file(name); text != "" {
			t.Errorf("later steps of the job are changed: GITHUB_%s is %q", strings.ToUpper(name), text)
		}
	}
}

func testActionFails(t *testing.T, r *runner) {
	out, code := r.step("Check the plan", map[string]string{"plan": "fixtures/plans/minimal/plan.json", "args": "--timeout\n1m"})
	if code != 1 || !strings.Contains(out, "::error ") || !strings.Contains(out, "GP401") {
		t.Errorf("exit %d\n%s", code, out)
	}
	if _, log, _ := strings.Cut(out, "::group::gke-preflight\n"); !strings.Contains(log, "✗ GP401 error") || !strings.HasSuffix(log, "::endgroup::\n") {
		t.Errorf("the log has no text report:\n%s", out)
	}
	outputs := r.outputs()
	if outputs["result"] != "fail" || outputs["errors"] != "1" || outputs["notes"] == "0" || outputs["warnings"] == "" || outputs["pass"] == "" || outputs["undetermined"] != "0" {
		t.Errorf("outputs: %v", outputs)
	}
	for _, name := range []string{"json", "sarif", "markdown", "html"} {
		if info, err := os.Stat(outputs[name]); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name := range r.action.Outputs {
		if outputs[name] == "" {
			t.Errorf("output %s is not set", name)
		}
	}
	if !strings.Contains(r.file("summary"), "GP401") {
		t.Error("the summary says nothing of GP401")
	}
}

func testActionPasses(t *testing.T, r *runner) {
	out, code := r.step("Check the plan", map[string]string{"plan": "fixtures/plans/nothing-to-check/plan.json", "annotations": "false", "formats": ""})
	if code != 0 || strings.Contains(out, "::") || !strings.HasPrefix(out, "PASS") || r.outputs()["result"] != "pass" || r.outputs()["errors"] != "0" {
		t.Errorf("exit %d\n%s", code, out)
	}
}

func testActionCannotStart(t *testing.T, r *runner) {
	for _, plan := range []string{"none; touch pwned $(touch pwned)", "--help", "--version", "--config=x"} {
		out, code := r.step("Check the plan", map[string]string{"plan": plan})
		if _, err := os.Stat("pwned"); code != 2 || !strings.Contains(out, "::error title=gke-preflight::the check could not start") || err == nil {
			t.Errorf("%s: exit %d\n%s", plan, code, out)
		}
	}
}

// testActionTwice uses the action twice in a job: each use has its own report.
func testActionTwice(t *testing.T, r *runner) {
	r.step("Check the plan", map[string]string{"plan": "fixtures/plans/minimal/plan.json"})
	first := r.outputs()
	second := r.of(t)
	second.step("Check the plan", map[string]string{"plan": "fixtures/plans/nothing-to-check/plan.json"})
	for name, result := range map[string]string{first["json"]: "fail", second.outputs()["json"]: "pass"} {
		if data, err := os.ReadFile(name); err != nil || !strings.Contains(string(data), `"result": "`+result+`"`) {
			t.Errorf("%s: want the report with the result %s: %v", name, result, err)
		}
	}
}

// testActionFormats gives formats that are written anyway, or not words.
func testActionFormats(t *testing.T, r *runner) {
	for formats, want := range map[string]int{"json": 1, "json sarif json": 1, "text": 1, " \n sarif\ntext text ": 1, "*": 2, "--terraform=x": 2} {
		r := r.of(t)
		dir := t.TempDir()
		if out, code := r.step("Check the plan", map[string]string{"plan": "fixtures/plans/minimal/plan.json", "formats": formats, "report-directory": dir}); code != want {
			t.Errorf("formats %q: exit %d, want %d\n%s", formats, code, want, out)
		}
		if want == 1 && r.outputs()["json"] != filepath.Join(dir, "gke-preflight.json") {
			t.Errorf("formats %q: outputs: %v", formats, r.outputs())
		}
	}
}

// testActionFileNames checks plans whose names look like options.
func testActionFileNames(t *testing.T, r *runner) {
	plan, err := os.ReadFile("fixtures/plans/minimal/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	r.dir = t.TempDir()
	for name, text := range map[string]string{
		"cfg": "nonsense", "pwn.sh": "#!/bin/sh\ntouch pwned\n", "--config=cfg": string(plan), "--allow-undetermined": string(plan), "--fail-on=x": string(plan),
	} {
		if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(r.dir, "--terraform=."), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "--terraform=./pwn.sh"), plan, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"--config=cfg", "--allow-undetermined", "--fail-on=x", "--terraform=./pwn.sh"} {
		out, code := r.of(t).in(r.dir).step("Check the plan", map[string]string{"plan": name, "annotations": "false"})
		if code != 1 || !strings.Contains(out, name+" (Terraform 1.11.4)") {
			t.Errorf("%s: exit %d, want the plan in the file checked\n%s", name, code, out)
		}
	}
	if _, err := os.Stat(filepath.Join(r.dir, "pwned")); err == nil {
		t.Error("a file name was run as a program")
	}
}

// testActionWrappers checks a binary plan after hashicorp/setup-terraform or
// opentofu/setup-opentofu, whose wrappers print more than the programs do.
func testActionWrappers(t *testing.T, r *runner) {
	plan, err := filepath.Abs("fixtures/plans/minimal/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	for variable, program := range map[string]string{"TERRAFORM_CLI_PATH": "terraform", "TOFU_CLI_PATH": "tofu"} {
		dir, bin := t.TempDir(), t.TempDir()
		for file, text := range map[string]string{
			filepath.Join(dir, "tfplan"):        "PK\x03\x04",
			filepath.Join(bin, program):         "#!/bin/sh\necho '[command]" + program + "'\ntouch wrapped\n",
			filepath.Join(bin, program+"-bin"):  terraform,
			filepath.Join(dir, "set-by-caller"): "",
		} {
			if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		r := r.of(t).in(dir)
		// Nothing but the wrapper is on PATH, beside what the scripts need.
		r.env = append(r.env, variable+"="+bin, "PATH="+bin+":/usr/bin:/bin", "STUB_PLAN="+plan, "STUB_LOG="+filepath.Join(dir, "log"))
		out, code := r.step("Check the plan", map[string]string{"plan": "tfplan"})
		if _, err := os.Stat(filepath.Join(dir, "wrapped")); code != 1 || err == nil {
			t.Errorf("%s: exit %d, the wrapper was run: %t\n%s", program, code, err == nil, out)
		}
	}
}

// TestActionWithoutGo: without Go the action says so, and takes the one in the
// tool cache if that is there.
func TestActionWithoutGo(t *testing.T) {
	r := newRunner(t)
	r.env = append(r.env, "PATH="+emptyPath(t), "RUNNER_TOOL_CACHE="+filepath.Join(r.temp, "cache"))
	if out, code := r.step("Build gke-preflight", nil); code != 2 || !strings.Contains(out, "::error title=gke-preflight::there is no Go on this runner") {
		t.Errorf("exit %d\n%s", code, out)
	}
	cached := filepath.Join(r.temp, "cache/go/1.26.8/x64/bin")
	if err := os.MkdirAll(cached, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cached, "go"), []byte("#!/bin/sh\necho \"go $* $GOTOOLCHAIN\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if out, code := r.step("Build gke-preflight", nil); code != 0 || !strings.HasPrefix(out, "go build ") || !strings.HasSuffix(out, " auto\n") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// emptyPath returns a directory with the programs that the scripts of the action
// need, and no Go.
func emptyPath(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"bash", "sh", "env", "mkdir"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// of is the runner of another job on the same machine: what was built stays.
func (r *runner) of(t *testing.T) *runner {
	for _, name := range []string{"output", "summary"} {
		_ = os.Remove(filepath.Join(r.temp, name))
	}
	return &runner{t: t, action: r.action, temp: r.temp, env: slices.Clone(r.env), dir: r.dir}
}

// in is the runner in another working directory.
func (r *runner) in(dir string) *runner {
	r.dir = dir
	return r
}

func (r *runner) outputs() map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(r.file("output")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		out[name] = value
	}
	return out
}

func newCloud(t *testing.T, edits ...string) string {
	t.Helper()
	f, err := os.Open("fixtures/clouds/acme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cloud, err := fakegcp.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		if err := cloud.Edit(e); err != nil {
			t.Fatal(err)
		}
	}
	s := httptest.NewServer(fakegcp.New(cloud, fakegcp.WithRoles(iam.Predefined().Permissions), fakegcp.WithClock(time.Now)))
	t.Cleanup(s.Close)
	return s.URL
}

// TestActionFetches: a release is run only if its checksum is right.
func TestActionFetches(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("the action fetches with curl, which every runner of GitHub's has: ", err)
	}
	archive := archived(t, "#!/bin/sh\necho released\n")
	sum := fmt.Sprintf("%x", sha256.Sum256(archive))
	name := fmt.Sprintf("gke-preflight_1.2.3_%s_%s.tar.gz", runtime.GOOS, runtime.GOARCH)
	for what, tt := range map[string]struct {
		version, checksums string
		code               int
	}{
		"right":           {"v1.2.3", sum + "  " + name + "\n", 0},
		"of another file": {"v1.2.3", sum + "  other.tar.gz\n", 2},
		"wrong":           {"v1.2.3", strings.Repeat("0", 64) + "  " + name + "\n", 2},
		"not a version":   {"v1; touch pwned", "", 2},
		"not there":       {"v9.9.9", "", 22},
		"a path instead":  {"../../etc", "", 2},
		"a line more":     {"v1.2.3", strings.Repeat("0", 64) + "  x" + name + "\n" + sum + "  " + name + "\n", 0},
	} {
		t.Run(what, func(t *testing.T) {
			releases := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/v1.2.3/" + name:
					_, _ = w.Write(archive)
				case "/v1.2.3/checksums.txt":
					_, _ = w.Write([]byte(tt.checksums))
				default:
					http.NotFound(w, r)
				}
			}))
			defer releases.Close()
			r := newRunner(t, "GKE_PREFLIGHT_RELEASES="+releases.URL)
			out, code := r.step("Fetch gke-preflight", map[string]string{"version": tt.version})
			if code != tt.code {
				t.Fatalf("exit %d, want %d\n%s", code, tt.code, out)
			}
			program := filepath.Join(r.temp, "gke-preflight", "bin", "gke-preflight")
			if _, err := os.Stat(program); (err == nil) != (code == 0) {
				t.Errorf("exit %d, and the program is there: %t", code, err == nil)
			}
		})
	}
	if _, err := os.Stat("pwned"); err == nil {
		t.Error("an input was run")
	}
}

func archived(t *testing.T, program string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: "gke-preflight", Mode: 0o755, Size: int64(len(program))}); err != nil {
		t.Fatal(err)
	}
	_, err := w.Write([]byte(program))
	if err := errors.Join(err, w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestActionSafe: no step puts an input into a script, and every input is used.
func TestActionSafe(t *testing.T) {
	a := readAction(t)
	used := map[string]bool{}
	for _, s := range a.Runs.Steps {
		if s.Uses != "" {
			t.Errorf("%s uses %s, which may change the job for later steps", s.Name, s.Uses)
		}
		if strings.Contains(s.Run, "${{") {
			t.Errorf("%s puts an expression into a script", s.Name)
		}
		for _, text := range append(slices.Collect(maps.Values(s.Env)), s.If) {
			for name := range a.Inputs {
				if strings.Contains(text, "inputs."+name) {
					used[name] = true
				}
			}
		}
	}
	for name := range a.Inputs {
		if !used[name] {
			t.Errorf("input %s is not used", name)
		}
	}
}

// TestActionExamples: the README and the examples give the action inputs, and
// read outputs of it, that it has; and the README applies the plan it checked.
func TestActionExamples(t *testing.T) {
	a := readAction(t)
	block := regexp.MustCompile("(?ms)^```yaml\n(- run: terraform plan.*?)^```$").FindStringSubmatch(read(t, "README.md"))
	if block == nil {
		t.Fatal("README.md has no steps of GitHub Actions")
	}
	type step struct {
		Run, Uses string
		With      map[string]string
	}
	var steps []step
	if err := yaml.Unmarshal([]byte(block[1]), &steps); err != nil {
		t.Fatal(err)
	}
	if len(steps) != 3 || steps[0].Run != "terraform plan -out=tfplan" || steps[1].With["plan"] != "tfplan" || steps[2].Run != "terraform apply tfplan" {
		t.Errorf("README.md does not apply the plan that it checks: %+v", steps)
	}
	var example struct {
		Jobs map[string]struct{ Steps []step }
	}
	text := read(t, "docs/examples/github-pull-request.yml")
	if err := yaml.Unmarshal([]byte(text), &example); err != nil {
		t.Fatal(err)
	}
	for _, s := range append(steps, example.Jobs["plan"].Steps...) {
		if !strings.HasPrefix(s.Uses, "OWNER/gke-preflight@") {
			continue
		}
		for name := range s.With {
			if _, ok := a.Inputs[name]; !ok {
				t.Errorf("the action has no input %s", name)
			}
		}
	}
	for _, m := range regexp.MustCompile(`steps\.preflight\.outputs\.([a-z-]+)`).FindAllStringSubmatch(text, -1) {
		if _, ok := a.Outputs[m[1]]; !ok {
			t.Errorf("the action has no output %s", m[1])
		}
	}
}
