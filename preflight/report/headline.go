package report

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/term"
)

// headline is the result in one line. A result that is not known is none: it
// never reads as a pass.
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

// lowered says that a configuration nobody named makes less decide the result.
// It may have come with what is being checked.
func loweredBy(c *finding.ConfigurationRef) string {
	if c == nil || !c.Found || len(c.Lowered) == 0 {
		return ""
	}
	return "; lowered by " + c.File + ": " + strings.Join(c.Lowered, "; ")
}

func (t *text) result(color term.Color, word, text string) {
	t.line(span{term.Bold + color, word}, plain("  "+text))
}

// otherLimits are the limits of a report that are not among its notices.
func otherLimits(r *finding.Report) []string {
	return slices.DeleteFunc(slices.Clone(r.Limits), func(l string) bool { return slices.Contains(r.Notices, l) })
}

// counts are findings by outcome, those that fail by severity.
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

// standing says that nothing stands in the way, as far as was found out.
func (c counts) passText() string {
	switch {
	case c == counts{}:
		return "the plan has nothing on Google Kubernetes Engine to check"
	case c.undetermined > 0:
		return parenthesize("nothing is known to stand in the way of apply", c.all())
	}
	return parenthesize("nothing stands in the way of apply", c.all())
}

func (c counts) failText() string {
	what := "apply would go through and leave something to mend"
	if c.errors > 0 {
		what = "apply would be stopped, or nodes would not come up"
	}
	return parenthesize(joinNonEmpty(": ", what, c.failures()), c.withoutFailures())
}

func (c counts) undeterminedText(deferred int) string {
	var open []string
	if c.undetermined > 0 || deferred == 0 {
		open = append(open, plural(c.undetermined, "check")+" could not be answered")
	}
	if deferred > 0 {
		open = append(open, plural(deferred, "deferred change")+" cannot be checked")
	}
	what := "nothing is known to stop apply, but " + strings.Join(open, " and ")
	if c == (counts{}) {
		return what
	}
	return parenthesize(what, c.all())
}

// wrong are the findings that fail.
func (c counts) failures() string {
	return joinNonEmpty(", ", countNonZero(c.errors, "error"), countNonZero(c.warnings, "warning"), countNonZero(c.notes, "note"))
}

// others are the findings that do not.
func (c counts) withoutFailures() string {
	return joinNonEmpty(", ", plural(c.pass, "check")+" passed", c.notDecided())
}

func (c counts) all() string {
	return joinNonEmpty(", ", plural(c.pass, "check")+" passed", c.failures(), c.notDecided())
}

func (c counts) notDecided() string {
	return joinNonEmpty(", ", labelNonZero(c.undetermined, "undetermined"), labelNonZero(c.skipped, "skipped"))
}

func labelNonZero(n int, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, what)
}

func countNonZero(n int, what string) string {
	if n == 0 {
		return ""
	}
	return plural(n, what)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
