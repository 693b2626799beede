package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/term"
)

// A Threshold says which findings decide a run, as the flags of check do.
type Threshold struct {
	// FailOn is the least severity that decides; empty is error.
	FailOn need.Severity
	// AllowUndetermined lets a run pass in which something is open.
	AllowUndetermined bool
}

// decides reports whether a finding's severity reaches the threshold.
func (t Threshold) decides(f finding.Finding) bool {
	return severityRank(f) <= severityRank(finding.Finding{Severity: t.FailOn})
}

// The parts of JUnit XML that are written: those that the schema of Jenkins
// has, which is the strictest in use.
// https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string    `xml:"name,attr"`
		Class   string    `xml:"classname,attr"`
		Skipped *junitWhy `xml:"skipped"`
		Error   *junitWhy `xml:"error"`
		Failure *junitWhy `xml:"failure"`
		Output  string    `xml:"system-out,omitempty"`
	}
	// junitWhy says why a case does not pass: Jenkins shows the message and
	// the text, GitLab the text.
	junitWhy struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes a report as JUnit XML: a suite for each rule (and plan), a case
// for each finding. Jenkins calls a build unstable, and GitLab a test failed,
// by failures and errors alone, so they follow the exit code: what fails at
// the threshold is a failure; what is open there is an error, for that is what
// JUnit calls a test that came to no answer; what is below the threshold, or
// allowed to be open, is skipped with its message, because passing would hide
// it.
func JUnit(w io.Writer, r *finding.Report, t Threshold) error {
	all := junitSuites{Name: "gke-preflight", Suites: junitOf(r.Findings, t)}
	for _, s := range all.Suites {
		all.add(s)
	}
	if rest := summarySuite(r, all, t); rest != nil {
		all.Suites = append(all.Suites, *rest)
		all.add(*rest)
	}
	data, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(data)+"\n")
	return err
}

func (all *junitSuites) add(s junitSuite) {
	all.Tests += s.Tests
	all.Failures += s.Failures
	all.Errors += s.Errors
}

// junitOf are the suites of findings, in their order.
func junitOf(findings []finding.Finding, t Threshold) []junitSuite {
	var out []junitSuite
	at, names := map[[2]string]int{}, map[string]int{}
	for _, f := range findings {
		key := [2]string{f.Plan, f.Rule}
		i, known := at[key]
		if !known {
			i = len(out)
			at[key] = i
			out = append(out, junitSuite{Name: term.Clean(parenthesize(joinNonEmpty(" ", f.Rule, f.Name), f.Plan))})
		}
		c := junitCaseOf(f, t)
		// GitLab takes only the first of cases with the same name.
		id := c.Class + "\x00" + c.Name
		if names[id]++; names[id] > 1 {
			c.Name += " #" + strconv.Itoa(names[id])
		}
		out[i].add(c)
	}
	return out
}

func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func junitCaseOf(f finding.Finding, t Threshold) junitCase {
	c := junitCase{Name: caseName(f), Class: caseClass(f)}
	decides := t.decides(f)
	switch {
	case f.Outcome == finding.Pass:
	case f.Outcome == finding.Fail && decides:
		c.Failure = junitReasonOf(f, string(f.Severity))
	case f.Outcome == finding.Fail:
		c.Skipped = junitReasonOf(f, string(f.Severity)+", below the threshold")
	case f.Outcome == finding.Skipped:
		c.Skipped = junitReasonOf(f, "skipped")
	case decides && !t.AllowUndetermined:
		c.Error = junitReasonOf(f, "undetermined")
	default:
		c.Skipped = junitReasonOf(f, "undetermined")
	}
	return c
}

// why is a finding's message and the whole of what is known, with the place in
// the configuration, for which the schema has no attribute.
func junitReasonOf(f finding.Finding, kind string) *junitWhy {
	text := annotationText(f)
	for _, l := range f.Locations {
		text += "\n" + term.Clean(fmt.Sprintf("at: %s:%d", l.File, l.Line))
	}
	return &junitWhy{Type: term.Clean(kind), Message: term.Clean(kind + ": " + statement(f)), Text: text}
}

// caseName says what is checked, where and for whom. It does not say what was
// found: CI servers follow a case through runs by its name.
func caseName(f finding.Finding) string {
	member, where := "", resource.Describe(f.Resource)
	if f.Principal != nil {
		member = f.Principal.Member
	}
	about := append([]string{f.Service, member, where, f.Attribute}, truncateList(f.Addresses)...)
	return term.Clean(parenthesize(joinNonEmpty(": ", f.Rule, f.Title), joinNonEmpty(", ", about...)))
}

// caseClass groups cases: Jenkins takes what stands before the last dot for a
// package.
func caseClass(f finding.Finding) string {
	plan := strings.ReplaceAll(f.Plan, ".", "_")
	return term.Clean(joinNonEmpty(".", "gke-preflight", plan, joinNonEmpty(" ", f.Rule, f.Name)))
}

// unshown is a suite for what no finding shows: that there was nothing to
// check, for CI servers take a report without cases for a fault, a result that
// is worse than all findings, or notices.
func summarySuite(r *finding.Report, all junitSuites, t Threshold) *junitSuite {
	open := r.Result != finding.Pass && r.Result != finding.Fail && !t.AllowUndetermined
	bad := open || r.Result == finding.Fail
	worse := bad && all.Failures+all.Errors == 0
	if all.Tests > 0 && !worse && len(r.Notices) == 0 {
		return nil
	}
	c := junitCase{Name: "result", Class: "gke-preflight", Output: strings.Join(cleanAll(r.Notices), "\n")}
	if worse {
		c.Error = &junitWhy{Type: "result", Message: term.Clean(resultLine(r)), Text: strings.Join(cleanAll(r.Limits), "\n")}
	}
	s := &junitSuite{Name: "gke-preflight"}
	s.add(c)
	return s
}

func cleanAll(lines []string) []string {
	out := slices.Clone(lines)
	for i, l := range out {
		out[i] = term.Clean(l)
	}
	return out
}
