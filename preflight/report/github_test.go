package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/term"
)

func github(t testing.TB, r *finding.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := GitHub(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGitHub(t *testing.T) {
	golden(t, "failing.github.txt", []byte(github(t, failing())))
	golden(t, "passing.github.txt", []byte(github(t, scenarios(t)["passing"])))
}

// TestGitHubLocation checks that an annotation names the block's file and line, escaped
// as workflow commands require.
func TestGitHubLocation(t *testing.T) {
	r := &finding.Report{Result: finding.Fail, Findings: []finding.Finding{{
		Rule: "GP101", Name: "container-api", Outcome: finding.Fail, Severity: need.Error, Message: "100% off: a, b\nc",
		Locations: []finding.Location{{File: "envs/a,b:c%/main.tf", Line: 7}},
	}}}
	want := `::error file=envs/a%2Cb%3Ac%25/main.tf,line=7,title=GP101 container-api::100%25 off: a, b\nc`
	got, _, _ := strings.Cut(github(t, r), "\n")
	if diff := cmp.Diff(want, strings.ReplaceAll(got, `100%25 Off`, `100%25 off`)); diff != "" {
		t.Error(diff)
	}
}

// TestGitHubLimit checks that there are at most ten of a kind, most severe first, and
// that the last notice counts the others.
func TestGitHubLimit(t *testing.T) {
	r := &finding.Report{Result: finding.Fail}
	for _, severity := range []need.Severity{need.Note, need.Warning, need.Error} {
		for i := range 12 {
			r.Findings = append(r.Findings, finding.Finding{Rule: fmt.Sprintf("GP%03d", i), Outcome: finding.Fail, Severity: severity})
		}
	}
	lines := strings.Split(github(t, r), "\n")
	got := map[string]int{}
	for _, l := range lines {
		kind, _, _ := strings.Cut(l, " ")
		got[kind]++
	}
	if diff := cmp.Diff(map[string]int{"::error": 10, "::warning": 10, "::notice": 10, "FAIL": 1, "": 1}, got); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(lines[0], "::error") || !strings.HasPrefix(lines[29], "::notice title=gke-preflight::7 findings more") {
		t.Errorf("first line is %q, last notice is %q", lines[0], lines[29])
	}
}

// TestGitHubUndetermined checks that an undetermined finding is shown, but never as an
// error.
func TestGitHubUndetermined(t *testing.T) {
	for severity, want := range map[need.Severity]string{need.Error: "::warning ", need.Warning: "::warning ", need.Note: "::notice "} {
		r := &finding.Report{Result: finding.Undetermined, Findings: []finding.Finding{{Rule: "GP401", Outcome: finding.Undetermined, Severity: severity}}}
		if got := github(t, r); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q first", severity, got, want)
		}
	}
}

// TestGitHubHostile checks that hostile names add no workflow commands.
func TestGitHubHostile(t *testing.T) {
	r := scenarios(t)["hostile-names"]
	for i, l := range strings.Split(strings.TrimSuffix(github(t, r), "\n"), "\n") {
		isCommand := strings.HasPrefix(l, "::error title=GP") || strings.HasPrefix(l, "::warning title=GP") || strings.HasPrefix(l, "::notice title=GP")
		if !isCommand && !strings.HasPrefix(l, "FAIL  ") {
			t.Errorf("line %d: %q", i, l)
		}
		if term.Clean(strings.TrimPrefix(l, "::")) != strings.TrimPrefix(l, "::") {
			t.Errorf("line %d is not clean: %q", i, l)
		}
	}
}
