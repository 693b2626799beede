package rules

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/plan"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// set changes a plan before it is read: the value at a path such as
// resource_changes.0.change.after.name. A nil value removes it.
type set map[string]any

// read reads a plan of fixtures/plans, changed.
func read(t *testing.T, name string, changes set) *plan.Plan {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../fixtures/plans", name, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	for path, value := range changes {
		put(t, doc, strings.Split(path, "."), value)
	}
	if data, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	p, err := plan.Read(bytes.NewReader(data), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func put(t *testing.T, doc any, path []string, value any) {
	t.Helper()
	for len(path) > 1 {
		switch v := doc.(type) {
		case map[string]any:
			doc = v[path[0]]
		case []any:
			i, err := strconv.Atoi(path[0])
			if err != nil || i >= len(v) {
				t.Fatalf("there is no element %s", path[0])
			}
			doc = v[i]
		default:
			t.Fatalf("there is nothing at %s", path[0])
		}
		path = path[1:]
	}
	m, ok := doc.(map[string]any)
	if !ok {
		t.Fatalf("there is no object to put %s into", path[0])
	}
	if value == nil {
		delete(m, path[0])
		return
	}
	m[path[0]] = value
}

// after is the path of the planned attributes of the first resource change,
// and block that of its configuration.
const (
	after = "resource_changes.0.change.after."
	block = "configuration.root_module.resources.0.expressions."
)

// A wanted need is one as tests write it: severity, who, what, where, why not.
type wanted string

// needs are those of one rule, in short.
func needs(p *plan.Plan, id string, settings Settings) []wanted {
	var out []wanted
	for _, n := range Needs(p, settings) {
		if n.Rule != id {
			continue
		}
		what := n.Service
		if len(n.Permissions) > 0 {
			what = strings.Join(n.Permissions, " ")
		}
		where := strings.NewReplacer("//cloudresourcemanager.googleapis.com/", "", "//iam.googleapis.com/", "").Replace(n.Resource)
		line := fmt.Sprintf("%s: %s %s on %s", n.Severity, strings.TrimSpace(string(n.Principal.Kind)+" "+n.Principal.Member), what, where)
		if n.Unknown != "" {
			line += " unknown: " + n.Unknown
		}
		out = append(out, wanted(strings.Join(strings.Fields(line), " ")))
	}
	slices.Sort(out)
	return out
}

// A testCase is a plan, changed, and what a rule needs of it.
type testCase struct {
	name     string
	plan     string
	changes  set
	settings Settings
	want     []wanted
}

func runCases(t *testing.T, id string, cases []testCase) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, needs(read(t, tt.plan, tt.changes), id, tt.settings)); diff != "" {
				t.Errorf("needs of %s (-want +got):\n%s", id, diff)
			}
		})
	}
}

func fixturePlans(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../fixtures/plans/*/plan.json")
	if err != nil || len(files) < 17 {
		t.Fatalf("found %d plans: %v", len(files), err)
	}
	for i, f := range files {
		files[i] = filepath.Base(filepath.Dir(f))
	}
	return files
}

// TestNeeds keeps the needs of every real plan.
func TestNeeds(t *testing.T) {
	for _, name := range fixturePlans(t) {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for _, r := range All() {
				for _, n := range needs(read(t, name, nil), r.ID, Settings{}) {
					fmt.Fprintf(&b, "%s %s\n", r.ID, n)
				}
			}
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("needs changed (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWellFormed: whatever a rule asks for can be asked.
func TestWellFormed(t *testing.T) {
	permission := regexp.MustCompile(`^[a-z]+(\.[a-zA-Z]+){2}$`)
	for _, name := range fixturePlans(t) {
		p := read(t, name, nil)
		known := map[string]bool{}
		for _, c := range p.Changes {
			known[c.Address] = true
		}
		for _, n := range Needs(p, Settings{}) {
			if len(n.Addresses) == 0 || n.Kind == "" || n.Severity == "" {
				t.Errorf("%s: %s lacks an address, a kind or a severity", name, n.Rule)
			}
			for _, a := range n.Addresses {
				if !known[a] {
					t.Errorf("%s: %s names %s, which the plan does not have", name, n.Rule, a)
				}
			}
			if n.Resource == "" && n.Unknown == "" {
				t.Errorf("%s: %s says neither where nor why not", name, n.Rule)
			}
			if (n.Kind == Permissions) != (len(n.Permissions) > 0) {
				t.Errorf("%s: %s is a %s with %d permissions", name, n.Rule, n.Kind, len(n.Permissions))
			}
			for _, s := range n.Permissions {
				if !permission.MatchString(s) {
					t.Errorf("%s: %s asks for %q", name, n.Rule, s)
				}
			}
		}
	}
}

// TestRules: every rule is a value with all its parts, and three files.
func TestRules(t *testing.T) {
	ids, names := map[string]bool{}, map[string]bool{}
	last := ""
	for _, r := range All() {
		if !regexp.MustCompile(`^GP[1-9][0-9]{2}$`).MatchString(r.ID) || r.ID <= last {
			t.Errorf("%s is no ID, or stands behind %s", r.ID, last)
		}
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(r.Name) || names[r.Name] {
			t.Errorf("%s: %q is no name, or that of another rule", r.ID, r.Name)
		}
		last, ids[r.ID], names[r.Name] = r.ID, true, true
		for _, ending := range []string{".go", ".md", "_test.go"} {
			if _, err := os.Stat(r.file() + ending); err != nil {
				t.Errorf("%s: %v", r.ID, err)
			}
		}
		for _, part := range []string{
			"# " + r.ID + " " + r.Name + "\n", r.Title, "\nSeverity: " + string(r.Severity) + "\n",
			"\n## What is needed\n", "\n## What happens otherwise\n", "\n## How it is found out\n",
			"\n## How to mend it\n", "\n## Sources\n\n- https://",
		} {
			if !strings.Contains(strings.Join(strings.Fields(r.Page()), " "), strings.Join(strings.Fields(part), " ")) {
				t.Errorf("%s: its page lacks %q", r.ID, part)
			}
		}
	}
	for _, r := range All() {
		for _, id := range r.Requires {
			if !ids[id] {
				t.Errorf("%s requires %s, which is no rule", r.ID, id)
			}
		}
	}
}

// TestConfiguredSeverity: configuration has the last word.
func TestConfiguredSeverity(t *testing.T) {
	settings := Settings{Severities: map[string]Severity{"GP303": Error, "GP105": Warning}}
	for _, n := range Needs(read(t, "minimal", nil), settings) {
		if want, ok := settings.Severities[n.Rule]; ok && n.Severity != want {
			t.Errorf("%s is a %s, want %s", n.Rule, n.Severity, want)
		}
	}
}
