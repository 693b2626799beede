package rules

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A set changes a plan before it is read. It maps paths such as
// resource_changes.0.change.after.name to values; nil removes the path.
type set map[string]any

// read reads a plan of fixtures/plans with changes.
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
		setPath(t, doc, strings.Split(path, "."), value)
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

// changesOf returns the resource changes of a plan, to append to.
func changesOf(t *testing.T, name string) []any {
	t.Helper()
	return within(t, name, "resource_changes")
}

// blocksOf returns the resource blocks of the configuration in a plan, to append to.
func blocksOf(t *testing.T, name string) []any {
	t.Helper()
	return within(t, name, "configuration", "root_module", "resources")
}

func within(t *testing.T, name string, path ...string) []any {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../fixtures/plans", name, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	for _, step := range path {
		doc = doc.(map[string]any)[step]
	}
	return doc.([]any)
}

func setPath(t *testing.T, doc any, path []string, value any) {
	t.Helper()
	for len(path) > 1 {
		switch v := doc.(type) {
		case map[string]any:
			doc = v[path[0]]
		case []any:
			i, err := strconv.Atoi(path[0])
			if err != nil || i >= len(v) {
				t.Fatalf("no element %s", path[0])
			}
			doc = v[i]
		default:
			t.Fatalf("no value at %s", path[0])
		}
		path = path[1:]
	}
	m, ok := doc.(map[string]any)
	if !ok {
		t.Fatalf("%s: the parent is not an object", path[0])
	}
	if value == nil {
		delete(m, path[0])
		return
	}
	m[path[0]] = value
}

// Paths in the first resource change: after of the planned attributes,
// afterUnknown of those that are known after apply, and block of its configuration.
const (
	after        = "resource_changes.0.change.after."
	afterUnknown = "resource_changes.0.change.after_unknown."
	block        = "configuration.root_module.resources.0.expressions."
)

// A wantNeed is a need as tests write it: severity, principal, permissions or
// service, resource, and what else matters.
type wantNeed string

// allNeeds returns the needs of every rule.
func allNeeds(p *plan.Plan, settings Settings) []need.Need {
	needs, err := Needs(context.Background(), p, settings)
	if err != nil {
		panic(err)
	}
	return needs
}

// TestInterrupted: a canceled context stops the rules.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Needs(ctx, read(t, "minimal", set{}), Settings{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// needs returns the needs of one rule, summarized and sorted.
func needs(p *plan.Plan, id string, settings Settings) []wantNeed {
	var out []wantNeed
	for _, n := range allNeeds(p, settings) {
		if n.Rule != id {
			continue
		}
		out = append(out, summary(n))
	}
	slices.Sort(out)
	return out
}

func summary(n need.Need) wantNeed {
	what := n.Service
	if len(n.Permissions) > 0 {
		what = strings.Join(n.Permissions, " ")
	}
	where := strings.NewReplacer("//cloudresourcemanager.googleapis.com/", "", "//iam.googleapis.com/", "").Replace(n.Resource)
	line := fmt.Sprintf("%s: %s %s %s on %s", n.Severity, n.Principal.Kind, n.Principal.Member, what, where)
	if len(n.Principal.Delegates) > 0 {
		line += " through " + strings.Join(n.Principal.Delegates, ", ")
	}
	if n.Expect != "" {
		line += " expecting " + n.Expect
	}
	if n.Kind != need.Permissions && len(n.Clusters) > 0 {
		line += " of " + strings.Join(n.Clusters, ", ")
	}
	switch {
	case n.Satisfied:
		line += " satisfied: " + n.Message
	case n.Message != "":
		line += " finding: " + n.Message
	}
	if n.ClusterUnchanged {
		line += " unchanged"
	}
	if n.OnlyIfNotProject != "" {
		line += " if it is not " + n.OnlyIfNotProject
	}
	if len(n.OnlyIfProjectIn) > 0 {
		line += " if it is " + strings.Join(n.OnlyIfProjectIn, " or ")
	}
	if n.UndeterminedReason != "" {
		line += " unknown: " + n.UndeterminedReason
	}
	return wantNeed(strings.Join(strings.Fields(line), " "))
}

// A testCase is a plan with changes, and the needs of a rule for it.
type testCase struct {
	name     string
	plan     string
	changes  set
	settings Settings
	want     []wantNeed
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

// TestNeeds compares the needs of every real plan with golden files.
func TestNeeds(t *testing.T) {
	for _, name := range fixturePlans(t) {
		t.Run(name, func(t *testing.T) {
			var lines []string
			for _, n := range allNeeds(read(t, name, nil), Settings{}) {
				lines = append(lines, fmt.Sprintf("%s %s\n\t%s of %d addresses; at %q; API %q; fix %q\n",
					n.Rule, summary(n), n.Kind, len(n.Addresses), n.Attribute, n.Service, n.Fix.Role))
			}
			slices.Sort(lines)
			got := strings.Join(lines, "")
			golden := filepath.Join("testdata", "needs", name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("needs changed; if they should, run go test ./preflight/rules -update (-want +got):\n%s", diff)
			}
		})
	}
}

// TestGoldens: every golden file has a plan.
func TestGoldens(t *testing.T) {
	files, err := filepath.Glob("testdata/needs/*.golden")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".golden"))
	}
	if diff := cmp.Diff(fixturePlans(t), names); diff != "" {
		t.Errorf("testdata/needs (-plans +golden files):\n%s", diff)
	}
}

// TestNoGKE: a plan without GKE has no needs, whatever else it contains.
func TestNoGKE(t *testing.T) {
	p := read(t, "kubernetes-provider", set{"resource_changes": []any{}})
	if got := allNeeds(p, Settings{}); len(got) > 0 || !p.ContainsToken {
		t.Errorf("got %+v, want no needs", got)
	}
}

// TestWellFormed: the needs of every real plan are complete and can be checked.
func TestWellFormed(t *testing.T) {
	permission := regexp.MustCompile(`^[a-z]+(\.[a-zA-Z]+){2}$`)
	for _, name := range fixturePlans(t) {
		p := read(t, name, nil)
		known := map[string]bool{}
		for _, c := range p.Changes {
			known[c.Address] = true
		}
		for _, n := range allNeeds(p, Settings{}) {
			// A need about the plan file itself has no address.
			if len(n.Addresses) == 0 && n.Rule != "GP803" || n.Kind == "" || n.Severity == "" {
				t.Errorf("%s: %s has no address, no kind or no severity", name, n.Rule)
			}
			for _, a := range n.Addresses {
				if !known[a] {
					t.Errorf("%s: %s has address %s, which is not in the plan", name, n.Rule, a)
				}
			}
			here := n.Kind == need.ProgramOnPath || n.Kind == need.TokenNotExpired || n.Kind == need.PlanOnly
			if n.Resource == "" && n.UndeterminedReason == "" && !here {
				t.Errorf("%s: %s has neither a resource nor a reason why it is unknown", name, n.Rule)
			}
			if (n.Kind == need.Permissions) != (len(n.Permissions) > 0) {
				t.Errorf("%s: %s is a %s with %d permissions", name, n.Rule, n.Kind, len(n.Permissions))
			}
			for _, s := range n.Permissions {
				if !permission.MatchString(s) {
					t.Errorf("%s: %s requires %q, which is not a permission", name, n.Rule, s)
				}
			}
		}
	}
}

// TestRules: every rule is complete, and has a page, a test and, unless it is in
// a table, a Go file.
func TestRules(t *testing.T) {
	ids, names, inTable := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range append(apiRules(), loginRules()...) {
		inTable[r.ID] = true
	}
	last := ""
	for _, r := range All() {
		if !regexp.MustCompile(`^GP[1-9][0-9]{2}$`).MatchString(r.ID) || r.ID <= last {
			t.Errorf("%s is not an ID, or comes after %s", r.ID, last)
		}
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(r.Name) || names[r.Name] {
			t.Errorf("%s: %q is not a name, or is the name of another rule", r.ID, r.Name)
		}
		if (r.Needs == nil) != r.Derived || r.Title == "" || !slices.Contains([]need.Severity{need.Error, need.Warning, need.Note}, r.Severity) {
			t.Errorf("%s has no title or no severity, or has both or neither of needs and Derived", r.ID)
		}
		last, ids[r.ID], names[r.Name] = r.ID, true, true
		for _, ending := range []string{".md", "_test.go"} {
			if _, err := os.Stat(r.file() + ending); err != nil {
				t.Errorf("%s: %v", r.ID, err)
			}
		}
		if _, err := os.Stat(r.file() + ".go"); (err == nil) == inTable[r.ID] {
			t.Errorf("%s: in a table: %t; %s.go: %v", r.ID, inTable[r.ID], r.file(), err)
		}
	}
	for _, r := range All() {
		for _, id := range r.Requires {
			if !ids[id] || id == r.ID {
				t.Errorf("%s requires %s, which is not another rule", r.ID, id)
			}
		}
	}
}

// TestPages: every page belongs to a rule, begins with its ID, name, title and
// severity, and has the same sections in the same order.
func TestPages(t *testing.T) {
	parts := []string{"What is required", "What happens if it fails", "How it is checked", "How to fix it", "Sources"}
	link := regexp.MustCompile(`^- https://\S+ — \S`)
	var pages []string
	for _, r := range All() {
		pages = append(pages, r.file()+".md")
		sections := strings.Split(r.Page(), "\n## ")
		head := fmt.Sprintf("# %s %s %s. Severity: %s", r.ID, r.Name, r.Title, r.Severity)
		if diff := cmp.Diff(head, strings.Join(strings.Fields(sections[0]), " ")); diff != "" {
			t.Errorf("%s: start of its page (-rule +page):\n%s", r.ID, diff)
		}
		var titles []string
		for _, s := range sections[1:] {
			title, text, _ := strings.Cut(s, "\n")
			titles = append(titles, title)
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %q is empty", r.ID, title)
			}
		}
		if diff := cmp.Diff(parts, titles); diff != "" {
			t.Errorf("%s: sections of its page (-want +got):\n%s", r.ID, diff)
		}
		for _, source := range strings.Split(strings.TrimSpace(strings.TrimPrefix(sections[len(sections)-1], "Sources")), "\n") {
			if !link.MatchString(source) {
				t.Errorf("%s: source %q does not have the form: - https://ADDRESS — what it says, and how certain it is", r.ID, source)
			}
		}
	}
	found, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(pages)
	if diff := cmp.Diff(pages, found); diff != "" {
		t.Errorf("pages (-of rules +found):\n%s", diff)
	}
}

// TestConfiguredSeverity: the configuration overrides the severity of the rules
// that it names, and of no others.
func TestConfiguredSeverity(t *testing.T) {
	got := map[string]need.Severity{}
	settings := Settings{Severities: map[string]need.Severity{"GP303": need.Error, "GP105": need.Warning}}
	for _, n := range allNeeds(read(t, "minimal", nil), settings) {
		got[n.Rule] = n.Severity
	}
	want := map[string]need.Severity{"GP303": need.Error, "GP105": need.Warning, "GP305": need.Note}
	for id, severity := range want {
		if got[id] != severity {
			t.Errorf("%s is a %q, want %s", id, got[id], severity)
		}
	}
}

// TestExpectedErrors: errors name locations as Google does. Compute Engine names
// the region, GKE the location of the cluster, which may be a zone.
func TestExpectedErrors(t *testing.T) {
	zonal := set{after + "location": "europe-west1-b"}
	cases := []struct {
		rule, plan string
		changes    set
		want       string
	}{
		{"GP101", "minimal", nil, `Error 403: Kubernetes Engine API has not been used in project acme-prod before or it is disabled.`},
		{"GP103", "minimal", nil, ``},
		{"GP106", "impersonation", nil, `Error 403: Kubernetes Engine API has not been used in project acme-ci before or it is disabled.`},
		{"GP201", "minimal", zonal, `Error 403: Required "container.clusters.create" permission(s) for "projects/acme-prod/locations/europe-west1-b/clusters/main".`},
		{"GP202", "hostile-names", nil, `Error 403: Required "container.clusters.update" permission(s) for "projects/acme-prod/locations/europe-west1/clusters/main".`},
		{"GP203", "cmek", nil, `Error 400: The user does not have access to service account "gke-nodes@acme-prod.iam.gserviceaccount.com". Ask a project owner to grant you the iam.serviceAccountUser role on the service account., badRequest`},
		{"GP204", "minimal", nil, `Error reading instance group manager returned as an instance group URL: googleapi: Error 403: Required 'compute.instanceGroupManagers.get' permission`},
		{"GP205", "impersonation", nil, `Error 403: Caller does not have required permission to use project acme-ci.`},
		{"GP207", "impersonation", nil, `Error 403: Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).`},
		{"GP301", "cmek", nil, `Service account gke-nodes@acme-prod.iam.gserviceaccount.com does not exist`},
		{"GP303", "minimal", zonal, `Error 403: Retry budget exhausted: Google Compute Engine: Required permission 'compute.regions.get' for 'projects/acme-prod/regions/europe-west1'.`},
		{"GP401", "minimal", zonal, `Error 403: Retry budget exhausted: Google Compute Engine: Required permission 'compute.regions.get' for 'projects/acme-prod/regions/europe-west1'.`},
		{"GP404", "minimal", nil, `Not all instances running in IGM: Required 'compute.instances.create' permission for 'projects/acme-prod'`},
		{"GP501", "shared-vpc", nil, `Error 403: Kubernetes Engine Service Agent is missing required permissions on this project. required "container.hostServiceAgent.use" permission(s) for "projects/acme-host"., forbidden`},
		{"GP502", "shared-vpc", nil, `Error 403: Google Compute Engine: Required 'compute.subnetworks.use' permission for 'projects/acme-host/regions/europe-west1/subnetworks/gke'`},
		{"GP504", "shared-vpc", nil, `Error 400: Project "acme-service" does not have an associated Shared-VPC host project., badRequest`},
		{"GP904", "existing", nil, `Error: Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed with cluster deletion.`},
		{"GP905", "minimal", nil, `Error 409: Already exists: projects/acme-prod/locations/europe-west1/clusters/main., alreadyExists`},
		{"GP907", "kubernetes-provider", nil, `Error: Unauthorized`},
		{"GP601", "cmek", set{after + "database_encryption": nil}, `Error 403: Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource 'projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/disks' (or it may not exist).`},
	}
	severities := map[string]need.Severity{}
	for _, r := range All() {
		severities[r.ID] = r.Severity
	}
	for _, tt := range cases {
		got := map[string]bool{}
		for _, n := range allNeeds(read(t, tt.plan, tt.changes), Settings{}) {
			if n.Rule == tt.rule && n.Severity == severities[tt.rule] {
				got[n.ExpectedError] = true
			}
		}
		if diff := cmp.Diff(map[string]bool{tt.want: true}, got); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", tt.rule, tt.plan, diff)
		}
	}
}

// TestUnchanged: an unchanged cluster has needs only if the plan removes
// something.
func TestUnchanged(t *testing.T) {
	keep := set{
		"resource_changes.4.change.actions": []any{"no-op"},
		"resource_changes.5.change.actions": []any{"no-op"},
	}
	for name, tt := range map[string]struct {
		changes set
		want    []string
	}{
		"plan removes a grant": {nil, []string{"google_container_cluster.unchanged"}},
		"plan removes nothing": {keep, nil},
	} {
		var got []string
		for _, n := range allNeeds(read(t, "existing", tt.changes), Settings{}) {
			if n.ClusterUnchanged {
				got = sortedUnion(got, n.Addresses)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: unchanged clusters with needs (-want +got):\n%s", name, diff)
		}
	}
}

// TestMerged: needs with the same key are merged into one, with the addresses of
// all in order.
func TestMerged(t *testing.T) {
	for _, n := range allNeeds(read(t, "modules", nil), Settings{}) {
		if n.Rule != "GP202" || n.Project != "acme-blue" {
			continue
		}
		want := []string{
			"google_container_node_pool.late",
			`module.cluster["blue"].google_container_node_pool.workers[0]`,
			`module.cluster["blue"].google_container_node_pool.workers[1]`,
		}
		if diff := cmp.Diff(want, n.Addresses); diff != "" {
			t.Errorf("addresses (-want +got):\n%s", diff)
		}
		return
	}
	t.Error("GP202 has no needs in acme-blue")
}
