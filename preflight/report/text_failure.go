package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/term"
)

// failing writes what fails at a severity, in full.
func (t *text) failures(findings []finding.Finding, severity need.Severity) {
	for _, f := range findings {
		if f.Outcome == finding.Fail && severityOf(f.Severity) == severity {
			t.failure(f)
		}
	}
}

// degree is a severity; one that is not known counts as an error, so that its
// finding is shown.
func severityOf(s need.Severity) need.Severity {
	if s == need.Warning || s == need.Note {
		return s
	}
	return need.Error
}

func (t *text) failure(f finding.Finding) {
	t.blankLine()
	t.title(f)
	t.unwrapped("plan", f.Plan)
	if f.Principal != nil {
		t.unwrapped("who", f.Principal.Member)
	}
	if f.Permissions != nil {
		t.list("lacks", f.Permissions.Missing)
		t.list("not known", f.Permissions.Undetermined)
	}
	t.where(f)
	t.requiredBy(f)
	t.list("planned by", f.PlannedBy)
	t.list("taken away", f.TakenAwayBy)
	t.detail("why", f.Reason)
	t.evidence(f)
	t.verbatim("apply would stop with", f.ExpectedError)
	t.fix(f.Fix)
	t.unwrapped("more", "gke-preflight rules "+f.Rule)
	if t.options.Verbose {
		t.unwrapped("", linkOf(f))
	}
}

func (t *text) title(f finding.Finding) {
	m := failedMark()
	switch f.Severity {
	case need.Warning:
		m = warningMark()
	case need.Note:
		m = noteMark()
	}
	sign := t.markSpan(m)
	label := span{term.Bold + m.color, sign.text + f.Rule + " " + string(f.Severity)}
	t.line(label, plain("  "), span{term.Bold, headline(f)})
}

// headline says in a few words what is wrong; the details follow below it.
func headline(f finding.Finding) string {
	if f.Permissions == nil || len(f.Permissions.Missing) == 0 || f.Principal == nil {
		return messageOf(f)
	}
	missing := f.Permissions.Missing[0]
	if n := len(f.Permissions.Missing); n > 1 {
		missing = fmt.Sprintf("%d permissions", n)
	}
	who, where := "the "+f.Principal.Kind.InWords(), resource.Describe(f.Resource)
	switch {
	case len(f.TakenAwayBy) > 0:
		return "The plan takes " + missing + " on " + where + " away from " + who
	case len(f.PlannedBy) > 0:
		return "The plan gives " + missing + " on " + where + " to " + who + ", and nothing waits for it"
	}
	return capitalize(who) + " lacks " + missing + " on " + where
}

// message is what a finding says, or that its rule's title is not so.
func messageOf(f finding.Finding) string {
	if f.Message == "" {
		return "Not so: " + f.Title
	}
	return capitalize(f.Message)
}

// capital begins with a capital letter.
func capitalize(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// where is said in the headline already; what it leaves out is for those who
// ask for more.
func (t *text) where(f finding.Finding) {
	if t.options.Verbose {
		t.unwrapped("where", f.Resource)
		t.detail("should be", f.Title)
	}
}

// because names the addresses that cause a finding, each on a line.
func (t *text) requiredBy(f finding.Finding) {
	shown := t.visible(len(f.Addresses), 4)
	for i, a := range f.Addresses[:shown] {
		if i == 0 {
			a = parenthesize(a, f.Attribute)
		}
		t.unwrapped(labelIfFirst(i, "because of"), a)
	}
	t.hiddenCount("    "+padLabel(""), len(f.Addresses)-shown)
}

func (t *text) evidence(f finding.Finding) {
	shown := t.visible(len(f.Evidence), 4)
	for i, e := range f.Evidence[:shown] {
		t.detail(labelIfFirst(i, "evidence"), joinNonEmpty(": ", e.Method, e.Detail))
	}
	t.hiddenCount("    "+padLabel(""), len(f.Evidence)-shown)
}

// fix is how to mend it: commands, and where there are none or all is asked
// for, configuration.
func (t *text) fix(f *finding.Fix) {
	if f == nil {
		return
	}
	t.commands("fix", f.Commands)
	if len(f.Commands) == 0 || t.options.Verbose {
		t.verbatim("in Terraform", f.Terraform)
	}
}

// notPrintable begins a command that is not shown as it is.
const notPrintable = "# not printable: "

// commands are shown as they are or not at all: an escape in one would make it
// another.
func (t *text) commands(title string, commands []string) {
	commands = slices.DeleteFunc(slices.Clone(commands), func(c string) bool { return strings.TrimSpace(c) == "" })
	if len(commands) == 0 {
		return
	}
	t.line(faint("    " + title))
	for _, c := range commands {
		if t.clean(c) != c {
			t.line(plain("      "+notPrintable), plain(c))
			continue
		}
		t.line(plain("      "), span{term.Green, c})
	}
}
