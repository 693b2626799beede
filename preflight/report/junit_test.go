package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

func junit(t testing.TB, r *finding.Report, threshold Threshold) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := JUnit(&b, r, threshold); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A junitElement is an element of Jenkins' schema: its required and optional
// attributes, and its possible children.
// https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
type junitElement struct {
	required, optional, children []string
	text                         bool
}

func junitElements() map[string]junitElement {
	reason := junitElement{optional: []string{"type", "message"}, text: true}
	return map[string]junitElement{
		"": {children: []string{"testsuites"}},
		"testsuites": {
			optional: []string{"name", "time", "tests", "failures", "errors"},
			children: []string{"testsuite"},
		},
		"testsuite": {
			required: []string{"name", "tests", "failures", "errors"},
			optional: []string{"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
			children: []string{"testsuite", "properties", "testcase", "system-out", "system-err"},
		},
		"testcase": {
			required: []string{"name"},
			optional: []string{"time", "classname", "group"},
			children: []string{"skipped", "error", "failure", "system-out", "system-err"},
		},
		"skipped": reason, "error": reason, "failure": reason,
	}
}

// junitFaults returns where a document violates Jenkins' schema. There is no maintained
// XML Schema validator for Go, and the grammar is small.
func junitFaults(data []byte) []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	path := []string{""}
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return faults
		}
		if err != nil {
			return append(faults, err.Error())
		}
		around := path[len(path)-1]
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			if !slices.Contains(junitElements()[around].children, name) {
				fault("%s in %s", name, around)
			}
			faults = append(faults, attributeFaults(token)...)
			path = append(path, name)
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if !junitElements()[around].text && strings.TrimSpace(string(token)) != "" {
				fault("text in %s: %q", around, token)
			}
		}
	}
}

func attributeFaults(e xml.StartElement) []string {
	var faults, names []string
	element := junitElements()[e.Name.Local]
	for _, a := range e.Attr {
		names = append(names, a.Name.Local)
		if !slices.Contains(element.required, a.Name.Local) && !slices.Contains(element.optional, a.Name.Local) {
			faults = append(faults, e.Name.Local+" has "+a.Name.Local)
		}
	}
	for _, name := range element.required {
		if !slices.Contains(names, name) {
			faults = append(faults, e.Name.Local+" has no "+name)
		}
	}
	return faults
}

func TestJUnit(t *testing.T) {
	golden(t, "failing.junit.xml", junit(t, failing(), Threshold{}))
	golden(t, "passing.junit.xml", junit(t, scenarios(t)["passing"], Threshold{}))
}

func TestJUnitSchema(t *testing.T) {
	all := scenarios(t)
	all["failing"], all["empty"] = failing(), &finding.Report{Result: finding.Pass}
	for name, r := range all {
		if diff := cmp.Diff([]string(nil), junitFaults(junit(t, r, Threshold{}))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	wrong := `<testsuites><testsuite name="x" tests="1" errors="0"><testcase file="x"><failure>a</failure>b</testcase></testsuite></testsuites>`
	if got := junitFaults([]byte(wrong)); len(got) != 4 {
		t.Errorf("found %q", got)
	}
}

// TestJUnitOutcome checks that failures and errors follow the exit code.
func TestJUnitOutcome(t *testing.T) {
	for _, tt := range []struct {
		outcome   finding.Outcome
		severity  need.Severity
		threshold Threshold
		want      string
	}{
		{finding.Pass, need.Error, Threshold{}, "pass"},
		{finding.Fail, need.Error, Threshold{}, "failure"},
		{finding.Fail, need.Error, Threshold{FailOn: need.Warning}, "failure"},
		{finding.Fail, need.Warning, Threshold{}, "skipped"},
		{finding.Fail, need.Warning, Threshold{FailOn: need.Warning}, "failure"},
		{finding.Fail, need.Note, Threshold{FailOn: need.Warning}, "skipped"},
		{finding.Fail, need.Note, Threshold{FailOn: need.Note}, "failure"},
		{finding.Fail, "disaster", Threshold{}, "failure"},
		{finding.Undetermined, need.Error, Threshold{}, "error"},
		{finding.Undetermined, need.Error, Threshold{AllowUndetermined: true}, "skipped"},
		{finding.Undetermined, need.Warning, Threshold{}, "skipped"},
		{finding.Undetermined, need.Warning, Threshold{FailOn: need.Warning}, "error"},
		{finding.Skipped, need.Error, Threshold{}, "skipped"},
	} {
		c := junitCaseOf(finding.Finding{Outcome: tt.outcome, Severity: tt.severity}, tt.threshold)
		got := "pass"
		for kind, reason := range map[string]*junitReason{"failure": c.Failure, "error": c.Error, "skipped": c.Skipped} {
			if reason != nil {
				got = kind
			}
		}
		if got != tt.want {
			t.Errorf("%s %s at %+v: %s, want %s", tt.outcome, tt.severity, tt.threshold, got, tt.want)
		}
	}
}

// TestJUnitNeverEmpty checks that there is always a case, because CI servers reject a
// report without one, and that a result that no finding shows has a case.
func TestJUnitNeverEmpty(t *testing.T) {
	pass := finding.Finding{Rule: "GP101", Outcome: finding.Pass}
	for _, tt := range []struct {
		result        finding.Outcome
		findings      []finding.Finding
		threshold     Threshold
		tests, errors int
	}{
		{finding.Pass, nil, Threshold{}, 1, 0},
		{finding.Pass, []finding.Finding{pass}, Threshold{}, 1, 0},
		{finding.Fail, []finding.Finding{pass}, Threshold{}, 2, 1},
		{finding.Undetermined, nil, Threshold{}, 1, 1},
		{finding.Undetermined, nil, Threshold{AllowUndetermined: true}, 1, 0},
		{"excellent", nil, Threshold{}, 1, 1},
	} {
		var got junitSuites
		data := junit(t, &finding.Report{Result: tt.result, Findings: tt.findings}, tt.threshold)
		if err := xml.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		if got.Tests != tt.tests || got.Errors != tt.errors || got.Failures != 0 {
			t.Errorf("%s: %d tests, %d errors, want %d and %d\n%s", tt.result, got.Tests, got.Errors, tt.tests, tt.errors, data)
		}
	}
}

// TestJUnitNames checks that names of cases are unique, because GitLab reads only the
// first of a name, and that totals match the cases.
func TestJUnitNames(t *testing.T) {
	r := failing()
	r.Findings = append(r.Findings, r.Findings...)
	var got junitSuites
	if err := xml.Unmarshal(junit(t, r, Threshold{}), &got); err != nil {
		t.Fatal(err)
	}
	names, failures := map[string]bool{}, 0
	for _, s := range got.Suites {
		if s.Tests != len(s.Cases) {
			t.Errorf("%s counts %d of %d cases", s.Name, s.Tests, len(s.Cases))
		}
		failures += s.Failures
		for _, c := range s.Cases {
			names[c.Class+"."+c.Name] = true
		}
	}
	if len(names) != len(r.Findings) || got.Tests != len(r.Findings) || got.Failures != failures || failures != 2 {
		t.Errorf("%d names, %d tests, %d failures of %d findings", len(names), got.Tests, failures, len(r.Findings))
	}
}

// TestJUnitPlans checks that dots in the name of a plan are replaced, because Jenkins
// treats the text before the last dot as a package.
func TestJUnitPlans(t *testing.T) {
	got := caseClass(finding.Finding{Plan: "envs/a.b/plan.json", Rule: "GP101", Name: "container-api"})
	if want := "gke-preflight.envs/a_b/plan_json.GP101 container-api"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// FuzzJUnit checks for any name that the XML follows Jenkins' schema.
func FuzzJUnit(f *testing.F) {
	for i := range 0x20 {
		f.Add("x" + string(rune(i)) + strconv.Itoa(i))
	}
	f.Add("]]><failure/>\ufffe\uffff\xff\"'&lt;")
	f.Fuzz(func(t *testing.T, s string) {
		r := failing()
		for i := range r.Findings {
			x := &r.Findings[i]
			x.Rule, x.Name, x.Title, x.Message, x.Reason, x.Resource, x.Severity = s, s, s, s, s, s, need.Severity(s)
			x.Addresses, x.Plan, x.Locations = []string{s}, s, []finding.Location{{File: s}}
		}
		data := junit(t, r, Threshold{})
		if faults := junitFaults(data); len(faults) > 0 {
			t.Errorf("%q", faults)
		}
		harmlessText(t, string(data))
	})
}
