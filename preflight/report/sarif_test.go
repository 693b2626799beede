package report

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

func sarif(t testing.TB, r *finding.Report, o SARIFOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := SARIF(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sarifSchemaOf returns the compiled schema of SARIF.
func sarifSchemaOf(t testing.TB) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open("../../fixtures/schemas/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	document, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t testing.TB, schema *jsonschema.Schema, data []byte) error {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(document)
}

func read(t testing.TB, data []byte) sarifRun {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal(data, &log); err != nil {
		t.Fatal(err)
	}
	return log.Runs[0]
}

func TestSARIF(t *testing.T) {
	golden(t, "failing.sarif.json", sarif(t, failing(), SARIFOptions{}))
	golden(t, "passing.sarif.json", sarif(t, scenarios(t)["passing"], SARIFOptions{}))
}

// TestSARIFSchema validates every report against the schema of the standard, and checks
// that the schema rejects an unknown kind.
func TestSARIFSchema(t *testing.T) {
	schema := sarifSchemaOf(t)
	all := scenarios(t)
	all["failing"], all["empty"] = failing(), &finding.Report{}
	for name, r := range all {
		if err := validate(t, schema, sarif(t, r, SARIFOptions{})); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	wrong := bytes.Replace(sarif(t, failing(), SARIFOptions{}), []byte(`"kind": "open"`), []byte(`"kind": "maybe"`), 1)
	if err := validate(t, schema, wrong); err == nil {
		t.Error("the schema accepts an unknown kind")
	}
}

// TestSARIFRules checks that each result refers to its rule, and that the rule has help.
func TestSARIFRules(t *testing.T) {
	for name, r := range scenarios(t) {
		run := read(t, sarif(t, r, SARIFOptions{}))
		for _, result := range run.Results {
			rule := run.Tool.Driver.Rules[result.RuleIndex]
			if rule.ID != result.RuleID {
				t.Errorf("%s: result of %s refers to rule %s", name, result.RuleID, rule.ID)
			}
			if rule.Help == nil || !strings.Contains(rule.Help.Markdown, "## How to fix it") || !strings.HasPrefix(rule.HelpURI, "https://") {
				t.Errorf("%s: rule %s has no help", name, rule.ID)
			}
		}
	}
}

func TestSARIFKind(t *testing.T) {
	for _, tt := range []struct {
		outcome     finding.Outcome
		severity    need.Severity
		kind, level string
	}{
		{finding.Fail, need.Error, "fail", "error"},
		{finding.Fail, need.Warning, "fail", "warning"},
		{finding.Fail, need.Note, "fail", "note"},
		{finding.Fail, "disaster", "fail", "error"},
		{finding.Undetermined, need.Error, "open", "warning"},
		{finding.Undetermined, need.Warning, "open", "note"},
		{finding.Skipped, need.Error, "open", "note"},
	} {
		kind, level := sarifKind(finding.Finding{Outcome: tt.outcome, Severity: tt.severity})
		if kind != tt.kind || level != tt.level {
			t.Errorf("%s %s: %s %s, want %s %s", tt.outcome, tt.severity, kind, level, tt.kind, tt.level)
		}
	}
}

// TestSARIFLocations checks the URIs of locations: in the configuration if they are
// known, otherwise the plan file.
func TestSARIFLocations(t *testing.T) {
	for _, tt := range []struct {
		name, source string
		locations    []finding.Location
		want         sarifArtifact
		line         int
	}{
		{"a block", "plan.json", []finding.Location{{Address: "a.b", File: "envs/a b/100%.tf", Line: 7}}, sarifArtifact{URI: "envs/a%20b/100%25.tf", Base: sarifRoot}, 7},
		{"the plan", "out/plan.json", nil, sarifArtifact{URI: "out/plan.json", Base: sarifRoot}, 1},
		{"a name like a URI", "http://x/y", nil, sarifArtifact{URI: "./http://x/y", Base: sarifRoot}, 1},
		{"standard input", "-", nil, sarifArtifact{URI: "stdin", Base: sarifRoot}, 1},
		{"a plan inside of the working directory", "/work dir/out/plan.json", nil, sarifArtifact{URI: "out/plan.json", Base: sarifRoot}, 1},
		{"a plan elsewhere", "/tmp/plan.json", nil, sarifArtifact{URI: "file:///tmp/plan.json"}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &finding.Report{Plan: finding.PlanRef{Source: tt.source}, Findings: []finding.Finding{
				{Rule: "GP101", Outcome: finding.Fail, Addresses: []string{"a.b", "c.d"}, Locations: tt.locations},
			}}
			data := sarif(t, r, SARIFOptions{Dir: "/work dir"})
			if err := validate(t, sarifSchemaOf(t), data); err != nil {
				t.Error(err)
			}
			want := []sarifLocation{{
				Physical: sarifPhysical{tt.want, sarifRegion{tt.line}},
				Logical:  []sarifLogical{{"a.b", "resource"}, {"c.d", "resource"}},
			}}
			if diff := cmp.Diff(want, read(t, data).Results[0].Locations); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSARIFLocationLimit checks that a result has no more locations than GitHub shows.
func TestSARIFLocationLimit(t *testing.T) {
	f := finding.Finding{Rule: "GP101", Outcome: finding.Fail}
	for i := range 2000 {
		f.Locations = append(f.Locations, finding.Location{File: "main.tf", Line: i + 1})
	}
	run := read(t, sarif(t, &finding.Report{Findings: []finding.Finding{f}}, SARIFOptions{}))
	if n := len(run.Results[0].Locations); n != sarifMaxLocations {
		t.Errorf("the result has %d locations", n)
	}
}

// TestFingerprint checks that a fingerprint depends on what is checked, not on the
// outcome or the order of lists.
func TestFingerprint(t *testing.T) {
	base := failing().Findings[0]
	same := base
	same.Outcome, same.Severity, same.Message, same.Reason = finding.Undetermined, need.Note, "x", "1 of 7"
	same.Locations = []finding.Location{{File: "main.tf", Line: 99}}
	same.Addresses = slices.Clone(base.Addresses)
	slices.Reverse(same.Addresses)
	same.Permissions = &finding.PermissionSet{Needed: []string{"compute.zones.get", "compute.regions.get"}, Undetermined: []string{"compute.zones.get"}}
	if fingerprint(same) != fingerprint(base) {
		t.Error("the fingerprint depends on the outcome or on order")
	}
	for name, change := range map[string]func(*finding.Finding){
		"rule":       func(f *finding.Finding) { f.Rule = "GP402" },
		"plan":       func(f *finding.Finding) { f.Plan = "other" },
		"principal":  func(f *finding.Finding) { f.Principal = nil },
		"resource":   func(f *finding.Finding) { f.Resource = "//x" },
		"service":    func(f *finding.Finding) { f.Service = "x" },
		"attribute":  func(f *finding.Finding) { f.Attribute = "x" },
		"permission": func(f *finding.Finding) { f.Permissions = nil },
		"addresses":  func(f *finding.Finding) { f.Addresses = f.Addresses[:1] },
	} {
		other := base
		change(&other)
		if fingerprint(other) == fingerprint(base) {
			t.Errorf("the fingerprint does not depend on the %s", name)
		}
	}
}

// TestSARIFNoLinks checks that a name never becomes a link.
func TestSARIFNoLinks(t *testing.T) {
	r := &finding.Report{Findings: []finding.Finding{{Rule: "GP101", Outcome: finding.Fail, Message: "[click](https://example.com)"}}}
	if got := read(t, sarif(t, r, SARIFOptions{})).Results[0].Message.Text; strings.Contains(got, "](") {
		t.Errorf("the message contains a link: %q", got)
	}
}
