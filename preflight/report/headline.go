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
		t.result(term.Green, "PASS", c.standing()+lowered(r.Configuration))
	case finding.Fail:
		t.result(term.Red, "FAIL", c.consequence()+lowered(r.Configuration))
	default:
		t.result(term.Yellow, "UNDETERMINED", c.open(len(r.Deferred))+lowered(r.Configuration))
	}
}

// lowered says that a configuration nobody named makes less decide the result.
// It may have come with what is being checked.
func lowered(c *finding.ConfigurationRef) string {
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
func (c counts) standing() string {
	switch {
	case c == counts{}:
		return "the plan has nothing on Google Kubernetes Engine to check"
	case c.undetermined > 0:
		return aside("nothing is known to stand in the way of apply", c.all())
	}
	return aside("nothing stands in the way of apply", c.all())
}

func (c counts) consequence() string {
	what := "apply would go through and leave something to mend"
	if c.errors > 0 {
		what = "apply would be stopped, or nodes would not come up"
	}
	return aside(joined(": ", what, c.wrong()), c.others())
}

func (c counts) open(deferred int) string {
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
	return aside(what, c.all())
}

// wrong are the findings that fail.
func (c counts) wrong() string {
	return joined(", ", some(c.errors, "error"), some(c.warnings, "warning"), some(c.notes, "note"))
}

// others are the findings that do not.
func (c counts) others() string {
	return joined(", ", plural(c.pass, "check")+" passed", c.unanswered())
}

func (c counts) all() string {
	return joined(", ", plural(c.pass, "check")+" passed", c.wrong(), c.unanswered())
}

func (c counts) unanswered() string {
	return joined(", ", numbered(c.undetermined, "undetermined"), numbered(c.skipped, "skipped"))
}

func numbered(n int, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, what)
}

func some(n int, what string) string {
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
