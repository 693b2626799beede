package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func failing() *finding.Report {
	agent := &need.Principal{Kind: need.GKEServiceAgent, Member: "serviceAccount:service-111@container-engine-robot.iam.gserviceaccount.com"}
	return &finding.Report{
		SchemaVersion: "1",
		Tool:          finding.Tool{Name: "gke-preflight", Version: "v1"},
		Plan:          finding.PlanRef{Source: "plan.json", TerraformVersion: "1.11.4", FormatVersion: "1.2"},
		Deployers:     []finding.DeployerRef{{Member: "serviceAccount:terraform@acme-prod.iam.gserviceaccount.com", Source: "GOOGLE_OAUTH_ACCESS_TOKEN"}},
		Projects:      []finding.ProjectRef{{ID: "acme-prod", Number: "111", Source: "provider google"}},
		Result:        finding.Fail,
		Summary:       finding.Summary{Pass: 1, Fail: 2, Undetermined: 2, Skipped: 1, Errors: 1, Warnings: 1},
		Limits:        []string{"deny policies were not read"},
		Findings: []finding.Finding{
			{
				Rule: "GP401", Name: "gke-service-agent", Title: "The GKE service agent can", Outcome: finding.Fail, Severity: need.Error,
				Addresses: []string{"google_container_cluster.a", "google_container_cluster.b", "google_container_cluster.c", "google_container_cluster.d", "google_container_cluster.e"},
				Principal: agent, Resource: "//cloudresourcemanager.googleapis.com/projects/acme-prod", Service: "container.googleapis.com",
				Permissions:   &finding.PermissionSet{Needed: []string{"compute.regions.get", "compute.zones.get"}, Missing: []string{"compute.regions.get", "compute.zones.get"}},
				Message:       "the GKE service agent is missing compute.regions.get, compute.zones.get on project acme-prod",
				Evidence:      []finding.Evidence{{Method: "getIamPolicy", Detail: "no binding of project acme-prod gives compute.regions.get"}},
				ExpectedError: "Error 403: Retry budget exhausted: Google Compute Engine: Required permission 'compute.regions.get' for 'projects/acme-prod/regions/europe-west1'.",
				Fix:           &finding.Fix{Commands: []string{"gcloud projects add-iam-policy-binding acme-prod --member=x --role=roles/container.serviceAgent"}, Terraform: "resource \"x\" \"y\" {\n  z = 1\n}"},
			},
			{Rule: "GP302", Outcome: finding.Fail, Severity: need.Warning, Addresses: []string{"google_container_cluster.a"}, Attribute: "node_config[0].service_account", Message: "nodes are degraded"},
			{Rule: "GP402", Outcome: finding.Skipped, Severity: need.Warning, Reason: "depends on GP401, which failed"},
			{Rule: "GP404", Outcome: finding.Undetermined, Severity: need.Error, Principal: agent, Reason: "the policy cannot be read", Permissions: &finding.PermissionSet{Needed: []string{"a.b.c"}, Undetermined: []string{"a.b.c"}}},
			{Rule: "GP405", Outcome: finding.Undetermined, Severity: need.Warning, Principal: agent, Reason: "the policy cannot be read", Permissions: &finding.PermissionSet{Needed: []string{"d.e.f"}, Undetermined: []string{"d.e.f"}}},
			{Rule: "GP101", Outcome: finding.Pass, Severity: need.Error, Message: "container.googleapis.com is on", PlannedBy: []string{"google_project_service.x"}, Reason: "wait for it"},
		},
		Requests:   finding.Requests{Total: 5, ByMethod: map[string]int{"iam.roles.get": 5}},
		DurationMS: 120,
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s changed (-want +got):\n%s", name, diff)
	}
}

func TestGolden(t *testing.T) {
	for name, o := range map[string]TextOptions{
		"failing.txt":         {},
		"failing-80.txt":      {Width: 80},
		"failing-color.txt":   {Width: 100, Color: true},
		"failing-verbose.txt": {Verbose: true},
	} {
		var b bytes.Buffer
		if err := Text(&b, failing(), o); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
	}
	var b bytes.Buffer
	if err := JSON(&b, failing()); err != nil {
		t.Fatal(err)
	}
	golden(t, "failing.json", b.Bytes())
}

// TestHeadline checks the first line for each result.
func TestHeadline(t *testing.T) {
	f := func(o finding.Outcome, s need.Severity) finding.Finding {
		return finding.Finding{Rule: "GP101", Outcome: o, Severity: s}
	}
	for _, tt := range []struct {
		name     string
		result   finding.Outcome
		findings []finding.Finding
		want     string
	}{
		{"nothing to check", finding.Pass, nil, "PASS  the plan has no GKE resources to check"},
		{"every check passes", finding.Pass, []finding.Finding{f(finding.Pass, need.Error)}, "PASS  nothing blocks apply (1 check passed)"},
		{"warnings and notes below the threshold", finding.Pass, []finding.Finding{f(finding.Pass, need.Error), f(finding.Fail, need.Warning), f(finding.Fail, need.Note)}, "PASS  nothing blocks apply (1 check passed, 1 warning, 1 note)"},
		{"an error", finding.Fail, []finding.Finding{f(finding.Fail, need.Error), f(finding.Pass, need.Error)}, "FAIL  apply would fail, or nodes would not start: 1 error (1 check passed)"},
		{"a warning at the threshold", finding.Fail, []finding.Finding{f(finding.Fail, need.Warning)}, "FAIL  apply would succeed, with 1 warning (0 checks passed)"},
		{"undetermined", finding.Undetermined, []finding.Finding{f(finding.Undetermined, need.Error)}, "UNDETERMINED  nothing found that blocks apply, but 1 check is undetermined (0 checks passed)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Text(&b, &finding.Report{Result: tt.result, Findings: tt.findings}, TextOptions{}); err != nil {
				t.Fatal(err)
			}
			got, _, _ := strings.Cut(b.String(), "\n")
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if tt.result == finding.Pass && strings.Contains(strings.ToLower(b.String()), "fail") {
				t.Errorf("passing report contains fail:\n%s", &b)
			}
		})
	}
}

// TestUnprintableCommand checks that a command that needs escapes is written as a
// comment.
func TestUnprintableCommand(t *testing.T) {
	r := failing()
	r.Findings[0].Fix.Commands = []string{"gcloud 'a\nrm -rf x'"}
	var b bytes.Buffer
	if err := Text(&b, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `      # not printable: gcloud 'a\nrm -rf x'`) {
		t.Errorf("the command is not a comment:\n%s", &b)
	}
}

// FuzzReport checks for any string in a report that no format gives a command to a
// terminal or a CI server, and that the JSON reads back unchanged.
func FuzzReport(f *testing.F) {
	f.Add("plain")
	f.Add("\x1b[2J\n::error::x")
	f.Add("\u202e\u2066##[group]\r")
	f.Fuzz(func(t *testing.T, s string) {
		r := failing()
		r.Plan.Source, r.Limits, r.Deployers[0].Member, r.Projects[0].Source = s, []string{s}, s, s
		for i := range r.Findings {
			x := &r.Findings[i]
			x.Rule, x.Name, x.Title, x.Plan, x.Locations = s, s, s, s, []finding.Location{{Address: s, File: s, Line: 1}}
			x.Addresses, x.Attribute, x.Message, x.Reason, x.Resource, x.ExpectedError = []string{s}, s, s, s, s, s
			x.TakenAwayBy, x.Evidence = []string{s}, []finding.Evidence{{Method: s, Detail: s}}
			x.Levels = []finding.Level{{Resource: s, Says: finding.Unmet, Permissions: []string{s}, Role: s, Member: s, Detail: s}}
			x.Plan, x.Locations = s, []finding.Location{{Address: s, File: s, Line: 1}}
			x.Fix = &finding.Fix{Commands: []string{s}, Terraform: s}
		}
		for _, o := range []TextOptions{{}, {Width: 40, Verbose: true}} {
			var b bytes.Buffer
			if err := Text(&b, r, o); err != nil {
				t.Fatal(err)
			}
			harmlessText(t, b.String())
		}
		var b bytes.Buffer
		if err := JSON(&b, r); err != nil {
			t.Fatal(err)
		}
		harmlessText(t, b.String())
		for name, write := range machineFormats() {
			var b bytes.Buffer
			if err := write(&b, r); err != nil {
				t.Fatal(err)
			}
			harmlessFormat(t, name, b.String())
		}
		var back finding.Report
		if err := json.Unmarshal(b.Bytes(), &back); err != nil {
			t.Fatalf("%v\n%s", err, &b)
		}
		if utf8.ValidString(s) && back.Plan.Source != s {
			t.Errorf("%q came back as %q", s, back.Plan.Source)
		}
	})
}

// machineFormats returns the formats that a CI server or its pages read.
func machineFormats() map[string]func(io.Writer, *finding.Report) error {
	return map[string]func(io.Writer, *finding.Report) error{
		"sarif":       func(w io.Writer, r *finding.Report) error { return SARIF(w, r, SARIFOptions{Dir: "/work"}) },
		"junit":       func(w io.Writer, r *finding.Report) error { return JUnit(w, r, Threshold{}) },
		"github":      GitHub,
		"markdown":    Markdown,
		"codequality": CodeQuality,
		"html":        HTML,
	}
}

// harmlessFormat checks the output of a format, apart from the heading and the
// workflow commands that the format itself writes.
func harmlessFormat(t *testing.T, name, s string) {
	t.Helper()
	if name == "markdown" {
		s = strings.ReplaceAll(s, "\n### :", "\n:") // its heading
	}
	if name == "github" {
		s = regexp.MustCompile(`(?m)^::(error|warning|notice) (file=[^,]*,line=[0-9]+,)?title=`).ReplaceAllString(s, "title=")
	}
	harmlessText(t, s)
}

// TestHostileFormats checks that the names of a hostile plan are inert in all formats.
func TestHostileFormats(t *testing.T) {
	r := scenarios(t)["hostile-names"]
	for name, write := range machineFormats() {
		var b bytes.Buffer
		if err := write(&b, r); err != nil {
			t.Fatal(err)
		}
		harmlessFormat(t, name, b.String())
		if !strings.Contains(b.String(), "GP302") {
			t.Errorf("%s does not mention GP302", name)
		}
	}
}

// harmlessText reports lines that are commands, and characters that are not printable.
func harmlessText(t *testing.T, s string) {
	t.Helper()
	for _, line := range strings.Split(s, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		if strings.HasPrefix(trimmed, "::") || strings.HasPrefix(trimmed, "##") {
			t.Errorf("line is a command: %q", line)
		}
		for _, r := range line {
			if r != ' ' && !unicode.IsPrint(r) {
				t.Errorf("line contains %U: %q", r, line)
			}
		}
	}
}
