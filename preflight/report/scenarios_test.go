package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/finding"
)

// scenarios are reports as they come from real runs, and two that hold what no
// run has at once.
func scenarios(t testing.TB) map[string]*finding.Report {
	t.Helper()
	files, err := filepath.Glob("testdata/reports/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("found no reports: %v", err)
	}
	out := map[string]*finding.Report{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r := new(finding.Report)
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		if err := d.Decode(r); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out[strings.TrimSuffix(filepath.Base(file), ".json")] = r
	}
	return out
}

func render(t testing.TB, r *finding.Report, o TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestScenarios: each report as people see it, and as itself in JSON.
func TestScenarios(t *testing.T) {
	for name, r := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			golden(t, filepath.Join("reports", name+".txt"), []byte(render(t, r, TextOptions{Width: 80})))
			golden(t, filepath.Join("reports", name+"-verbose.txt"), []byte(render(t, r, TextOptions{Width: 120, Verbose: true})))
			var b bytes.Buffer
			if err := JSON(&b, r); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("reports", name+".json"), b.Bytes())
		})
	}
}

// TestColor: colour changes nothing but the colour, and is there if asked for.
func TestColor(t *testing.T) {
	codes := regexp.MustCompile(`\x1b\[[0-9;]*m`)
	for name, r := range scenarios(t) {
		for _, width := range []int{0, 80} {
			colored := render(t, r, TextOptions{Width: width, Color: true})
			if !codes.MatchString(colored) {
				t.Errorf("%s has no colour", name)
			}
			want := render(t, r, TextOptions{Width: width})
			got := regexp.MustCompile(` +\n`).ReplaceAllString(codes.ReplaceAllString(colored, ""), "\n")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: colour changes the text (-plain +coloured):\n%s", name, diff)
			}
		}
	}
}

// TestASCII: not one byte beyond ASCII, whatever the names are.
func TestASCII(t *testing.T) {
	for name, r := range scenarios(t) {
		got := render(t, r, TextOptions{Width: 80, ASCII: true, Verbose: true})
		for i := range len(got) {
			if got[i] > '~' {
				t.Errorf("%s: byte %#x in %q", name, got[i], got[max(0, i-20):min(len(got), i+20)])
			}
		}
		if !strings.Contains(got, "\n+ GP") {
			t.Errorf("%s: nothing is marked as passed:\n%s", name, got)
		}
	}
}

// TestPassingIsQuiet: CI systems that look for the word for a failed check
// find it in a report that has one only.
func TestPassingIsQuiet(t *testing.T) {
	for name, r := range scenarios(t) {
		found := strings.Contains(strings.ToLower(render(t, r, TextOptions{Verbose: true})), "fail")
		if found != (r.Result == finding.Fail) {
			t.Errorf("%s (%s) says fail: %t", name, r.Result, found)
		}
	}
}

// TestNeverFalselyGreen: only a result that is a pass reads as one.
func TestNeverFalselyGreen(t *testing.T) {
	pass := []finding.Finding{{Rule: "GP101", Outcome: finding.Pass}}
	open := append(pass, finding.Finding{Rule: "GP401", Outcome: finding.Undetermined})
	for _, tt := range []struct {
		name     string
		result   finding.Outcome
		findings []finding.Finding
		want     string
	}{
		{"no result", "", pass, "UNDETERMINED  "},
		{"a result of another version", "excellent", pass, "UNDETERMINED  "},
		{"undetermined without findings", finding.Undetermined, nil, "UNDETERMINED  "},
		{"failed without findings", finding.Fail, nil, "FAIL  "},
		{"a pass below the threshold", finding.Pass, open, "PASS  nothing is known to stand in the way of apply (1 check passed, 1 undetermined)\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := render(t, &finding.Report{Result: tt.result, Findings: tt.findings}, TextOptions{})
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("the report begins %q, want %q", got, tt.want)
			}
		})
	}
}

// TestUnknownSeverity: a failed check is shown whatever its severity is called.
func TestUnknownSeverity(t *testing.T) {
	r := &finding.Report{Result: finding.Fail, Findings: []finding.Finding{
		{Rule: "GP999", Outcome: finding.Fail, Severity: "disaster", Title: "All is well"},
	}}
	if got := render(t, r, TextOptions{}); !strings.Contains(got, "✗ GP999 disaster  Not so: All is well\n") {
		t.Errorf("the finding is not shown:\n%s", got)
	}
}

// TestEmptyJSON: lists that scripts go through are lists, even if empty.
func TestEmptyJSON(t *testing.T) {
	var b bytes.Buffer
	r := &finding.Report{}
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"findings": []`) {
		t.Errorf("findings are no list:\n%s", &b)
	}
	if r.Findings != nil {
		t.Error("the report that was given has changed")
	}
}
