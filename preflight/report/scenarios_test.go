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

// scenarios returns the reports of testdata/reports: some of real runs, and two that
// combine more than a real run would.
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

// TestScenarios compares the text and JSON of each report with golden files.
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

// TestColor checks that Color adds colors and changes nothing else.
func TestColor(t *testing.T) {
	codes := regexp.MustCompile(`\x1b\[[0-9;]*m`)
	for name, r := range scenarios(t) {
		for _, width := range []int{0, 80} {
			colored := render(t, r, TextOptions{Width: width, Color: true})
			if !codes.MatchString(colored) {
				t.Errorf("%s has no color", name)
			}
			want := render(t, r, TextOptions{Width: width})
			got := regexp.MustCompile(` +\n`).ReplaceAllString(codes.ReplaceAllString(colored, ""), "\n")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: color changes the text (-plain +colored):\n%s", name, diff)
			}
		}
	}
}

// TestASCII checks that the output is ASCII, whatever the names are.
func TestASCII(t *testing.T) {
	for name, r := range scenarios(t) {
		got := render(t, r, TextOptions{Width: 80, ASCII: true, Verbose: true})
		for i := range len(got) {
			if got[i] > '~' {
				t.Errorf("%s: byte %#x in %q", name, got[i], got[max(0, i-20):min(len(got), i+20)])
			}
		}
		if !strings.Contains(got, "\n+ GP") {
			t.Errorf("%s: no check is marked as passed:\n%s", name, got)
		}
	}
}

// TestFailOnlyIfFailed checks that a text contains the word fail only if the result is
// a failure, because CI systems search logs for it.
func TestFailOnlyIfFailed(t *testing.T) {
	for name, r := range scenarios(t) {
		found := strings.Contains(strings.ToLower(render(t, r, TextOptions{Verbose: true})), "fail")
		if found != (r.Result == finding.Fail) {
			t.Errorf("%s (%s) contains fail: %t", name, r.Result, found)
		}
	}
}

// TestNeverFalselyGreen checks that only a passing result reads as a pass.
func TestNeverFalselyGreen(t *testing.T) {
	pass := []finding.Finding{{Rule: "GP101", Outcome: finding.Pass}}
	undetermined := append(pass, finding.Finding{Rule: "GP401", Outcome: finding.Undetermined})
	for _, tt := range []struct {
		name     string
		result   finding.Outcome
		findings []finding.Finding
		want     string
	}{
		{"no result", "", pass, "UNDETERMINED  "},
		{"a result of another version", "excellent", pass, "UNDETERMINED  "},
		{"undetermined without findings", finding.Undetermined, nil, "UNDETERMINED  "},
		{"failed without findings", finding.Fail, nil, "FAIL  the result is a failure, but no finding shows it "},
		{"a pass below the threshold", finding.Pass, undetermined, "PASS  nothing found that blocks apply (1 check passed, 1 undetermined)\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := render(t, &finding.Report{Result: tt.result, Findings: tt.findings}, TextOptions{})
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %q, want prefix %q", got, tt.want)
			}
		})
	}
}

// TestUnknownSeverity checks that a failure of an unknown severity is shown.
func TestUnknownSeverity(t *testing.T) {
	r := &finding.Report{Result: finding.Fail, Findings: []finding.Finding{
		{Rule: "GP999", Outcome: finding.Fail, Severity: "disaster", Title: "API is enabled"},
	}}
	if got := render(t, r, TextOptions{}); !strings.Contains(got, "✗ GP999 disaster  Not met: API is enabled\n") {
		t.Errorf("finding is not shown:\n%s", got)
	}
}

// TestEmptyJSON checks that empty findings are written as a list.
func TestEmptyJSON(t *testing.T) {
	var b bytes.Buffer
	r := &finding.Report{}
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"findings": []`) {
		t.Errorf("findings are not a list:\n%s", &b)
	}
	if r.Findings != nil {
		t.Error("JSON changed the report")
	}
}
