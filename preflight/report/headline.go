package report

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/term"
)

// headline writes the result in one line. An unknown result is shown as
// undetermined, so that it never reads as a pass.
func (t *text) headline(r *finding.Report) {
	c := count(r.Findings)
	switch r.Result {
	case finding.Pass:
		t.result(term.Green, "PASS", c.passText()+loweredBy(r.Configuration))
	case finding.Fail:
		t.result(term.Red, "FAIL", c.failText()+loweredBy(r.Configuration))
	default:
		t.result(term.Yellow, "UNDETERMINED", c.undeterminedText(len(r.Deferred))+loweredBy(r.Configuration))
	}
}

// loweredBy states what a configuration file ignores or tolerates, if check found
// the file by itself: whoever wrote the plan may have written that file too.
func loweredBy(c *finding.ConfigurationRef) string {
	if c == nil || !c.Found || len(c.Lowered) == 0 {
		return ""
	}
	return "; lowered by " + c.File + ": " + strings.Join(c.Lowered, "; ")
}

func (t *text) result(color term.Color, word, text string) {
	t.line(span{term.Bold + color, word}, plain("  "+text))
}

// otherLimits returns the limits of a report that its notices do not mention.
func otherLimits(r *finding.Report) []string {
	return slices.DeleteFunc(slices.Clone(r.Limits), func(l string) bool { return slices.Contains(r.Notices, l) })
}

// counts holds the number of findings by outcome, and of failures by severity.
type counts struct {
	pass, skipped, undetermined, errors, warnings, notes int
}

func count(findings []finding.Finding) counts {
	var c counts
	for _, f := range findings {
		switch {
		case f.Outcome == finding.Pass:
			c.pass++
		case f.Outcome == finding.Skipped:
			c.skipped++
		case f.Outcome == finding.Undetermined:
			c.undetermined++
		case f.Severity == need.Note:
			c.notes++
		case f.Severity == need.Warning:
			c.warnings++
		default:
			c.errors++
		}
	}
	return c
}

// passText returns the headline of a report that passes.
func (c counts) passText() string {
	switch {
	case c == counts{}:
		return "the plan has no GKE resources to check"
	case c.undetermined > 0:
		return parenthesize("nothing found that blocks apply", c.all())
	}
	return parenthesize("nothing blocks apply", c.all())
}

// failText returns the headline of a report that fails.
func (c counts) failText() string {
	what := "the result is a failure, but no finding shows it"
	switch {
	case c.errors > 0:
		what = "apply would fail, or nodes would not start: " + c.failures()
	case c.failures() != "":
		what = "apply would succeed, with " + c.failures()
	}
	return parenthesize(what, c.withoutFailures())
}

// undeterminedText returns the headline of a report without a result. It avoids
// the word fail, which CI systems search for.
func (c counts) undeterminedText(deferred int) string {
	var gaps []string
	if c.undetermined > 0 || deferred == 0 {
		gaps = append(gaps, plural(c.undetermined, "check")+" "+isOrAre(c.undetermined)+" undetermined")
	}
	if deferred > 0 {
		gaps = append(gaps, plural(deferred, "deferred change")+" cannot be checked")
	}
	what := "nothing found that blocks apply, but " + strings.Join(gaps, " and ")
	if c == (counts{}) {
		return what
	}
	c.undetermined = 0 // stated already
	return parenthesize(what, c.all())
}

// failures returns the numbers of failures by severity; empty if there are none.
func (c counts) failures() string {
	return joinNonEmpty(", ", countNonZero(c.errors, "error"), countNonZero(c.warnings, "warning"), countNonZero(c.notes, "note"))
}

// withoutFailures returns the numbers of findings that do not fail.
func (c counts) withoutFailures() string {
	return joinNonEmpty(", ", plural(c.pass, "check")+" passed", c.notDecided())
}

// all returns the numbers of all findings.
func (c counts) all() string {
	return joinNonEmpty(", ", plural(c.pass, "check")+" passed", c.failures(), c.notDecided())
}

func (c counts) notDecided() string {
	return joinNonEmpty(", ", labelNonZero(c.undetermined, "undetermined"), labelNonZero(c.skipped, "skipped"))
}

// labelNonZero returns "2 skipped"; empty if n is 0.
func labelNonZero(n int, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, what)
}

// countNonZero returns "2 errors"; empty if n is 0.
func countNonZero(n int, what string) string {
	if n == 0 {
		return ""
	}
	return plural(n, what)
}

// plural returns "1 error" or "2 errors".
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
