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

// A Threshold says which findings decide the result, as the flags of check do.
type Threshold struct {
	// FailOn is the lowest severity that decides; empty for error.
	FailOn need.Severity
	// AllowUndetermined accepts undetermined findings.
	AllowUndetermined bool
}

// decides reports whether a finding's severity reaches the threshold.
func (t Threshold) decides(f finding.Finding) bool {
	return severityRank(f) <= severityRank(finding.Finding{Severity: t.FailOn})
}

// The elements of JUnit XML that JUnit writes. They follow the schema of Jenkins,
// the strictest in use.
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
		Name    string       `xml:"name,attr"`
		Class   string       `xml:"classname,attr"`
		Skipped *junitReason `xml:"skipped"`
		Error   *junitReason `xml:"error"`
		Failure *junitReason `xml:"failure"`
		Output  string       `xml:"system-out,omitempty"`
	}
	// A junitReason says why a case does not pass. Jenkins shows the message and
	// the text, GitLab only the text.
	junitReason struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes a report as JUnit XML: a suite for each rule (and plan), a case for
// each finding. Jenkins and GitLab judge a build only by failures and errors, so
// these follow the exit code. A finding that fails at the threshold is a failure. An
// undetermined one is an error, JUnit's term for a test that could not run. One that
// is below the threshold, or undetermined and allowed, is skipped with its message,
// because a pass would hide it.
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

// junitOf returns the suites of findings, in the order of the findings.
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

// junitReasonOf returns the message and the details of a finding. The details end
// with file and line, for which the schema has no attribute.
func junitReasonOf(f finding.Finding, kind string) *junitReason {
	text := annotationText(f)
	for _, l := range f.Locations {
		text += "\n" + term.Clean(fmt.Sprintf("at: %s:%d", l.File, l.Line))
	}
	return &junitReason{Type: term.Clean(kind), Message: term.Clean(kind + ": " + statement(f)), Text: text}
}

// caseName returns what is checked, where and for whom. It does not contain the
// outcome, because CI servers track a case across runs by its name.
func caseName(f finding.Finding) string {
	member, where := "", resource.Describe(f.Resource)
	if f.Principal != nil {
		member = f.Principal.Member
	}
	about := append([]string{f.Service, member, where, f.Attribute}, truncateList(f.Addresses)...)
	return term.Clean(parenthesize(joinNonEmpty(": ", f.Rule, f.Title), joinNonEmpty(", ", about...)))
}

// caseClass returns the class that groups cases. Jenkins treats the text before the
// last dot as a package.
func caseClass(f finding.Finding) string {
	plan := strings.ReplaceAll(f.Plan, ".", "_")
	return term.Clean(joinNonEmpty(".", "gke-preflight", plan, joinNonEmpty(" ", f.Rule, f.Name)))
}

// summarySuite returns an extra suite if the findings do not show everything: if
// there are none (CI servers reject a report without cases), if the result is worse
// than all findings, or if there are notices. Otherwise it returns nil.
func summarySuite(r *finding.Report, all junitSuites, t Threshold) *junitSuite {
	undetermined := r.Result != finding.Pass && r.Result != finding.Fail && !t.AllowUndetermined
	bad := undetermined || r.Result == finding.Fail
	worse := bad && all.Failures+all.Errors == 0
	if all.Tests > 0 && !worse && len(r.Notices) == 0 {
		return nil
	}
	c := junitCase{Name: "result", Class: "gke-preflight", Output: strings.Join(cleanAll(r.Notices), "\n")}
	if worse {
		c.Error = &junitReason{Type: "result", Message: term.Clean(resultLine(r)), Text: strings.Join(cleanAll(r.Limits), "\n")}
	}
	s := &junitSuite{Name: "gke-preflight"}
	s.add(c)
	return s
}

// cleanAll returns the lines, each clean.
func cleanAll(lines []string) []string {
	out := slices.Clone(lines)
	for i, l := range out {
		out[i] = term.Clean(l)
	}
	return out
}
