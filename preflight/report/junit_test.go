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

// A junitElement is what the schema of Jenkins says about an element: the
// attributes that it must and may have, and what may stand in it.
// https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
type junitElement struct {
	must, may, children []string
	text                bool
}

func junitElements() map[string]junitElement {
	reason := junitElement{may: []string{"type", "message"}, text: true}
	return map[string]junitElement{
		"": {children: []string{"testsuites"}},
		"testsuites": {
			may:      []string{"name", "time", "tests", "failures", "errors"},
			children: []string{"testsuite"},
		},
		"testsuite": {
			must:     []string{"name", "tests", "failures", "errors"},
			may:      []string{"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
			children: []string{"testsuite", "properties", "testcase", "system-out", "system-err"},
		},
		"testcase": {
			must:     []string{"name"},
			may:      []string{"time", "classname", "group"},
			children: []string{"skipped", "error", "failure", "system-out", "system-err"},
		},
		"skipped": reason, "error": reason, "failure": reason,
	}
}

// junitFaults are where a document is not what Jenkins takes. There is no
// validator of XML Schema for Go that is kept well, and the grammar is small.
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
		if !slices.Contains(element.must, a.Name.Local) && !slices.Contains(element.may, a.Name.Local) {
			faults = append(faults, e.Name.Local+" has "+a.Name.Local)
		}
	}
	for _, must := range element.must {
		if !slices.Contains(names, must) {
			faults = append(faults, e.Name.Local+" has no "+must)
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

// TestJUnitOutcome: failures and errors follow the exit code.
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
		for kind, reason := range map[string]*junitWhy{"failure": c.Failure, "error": c.Error, "skipped": c.Skipped} {
			if reason != nil {
				got = kind
			}
		}
		if got != tt.want {
			t.Errorf("%s %s at %+v: %s, want %s", tt.outcome, tt.severity, tt.threshold, got, tt.want)
		}
	}
}

// TestJUnitNeverEmpty: a report without cases is a fault to CI servers, and a
// result that no finding shows is shown all the same.
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

// TestJUnitNames: GitLab takes the first case of a name only, so no two have
// one, and the totals are those of the cases.
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

// TestJUnitPlans: in Jenkins a package is what stands before the last dot, so
// that a plan's name may have none.
func TestJUnitPlans(t *testing.T) {
	got := caseClass(finding.Finding{Plan: "envs/a.b/plan.json", Rule: "GP101", Name: "container-api"})
	if want := "gke-preflight.envs/a_b/plan_json.GP101 container-api"; got != want {
		t.Errorf("the class is %s, want %s", got, want)
	}
}

// FuzzJUnit: whatever names are, it is XML that Jenkins takes.
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
