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

// failures writes the failures of a severity in full.
func (t *text) failures(findings []finding.Finding, severity need.Severity) {
	for _, f := range findings {
		if f.Outcome == finding.Fail && severityOf(f.Severity) == severity {
			t.failure(f)
		}
	}
}

// severityOf returns s, or need.Error if this version does not know s, so that a
// finding of any severity is shown.
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
		t.list("missing", f.Permissions.Missing)
		t.list("undetermined", f.Permissions.Undetermined)
	}
	t.where(f)
	t.requiredBy(f)
	t.list("planned by", f.PlannedBy)
	t.list("removed by", f.TakenAwayBy)
	t.detail("why", f.Reason)
	t.evidence(f)
	t.verbatim("expected error", f.ExpectedError)
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

// headline returns in a few words what is wrong. The lines below it have the details.
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
		return "The plan removes " + missing + " on " + where + " from " + who
	case len(f.PlannedBy) > 0:
		return "The plan grants " + missing + " on " + where + " to " + who + ", but no depends_on waits for the grant"
	}
	return capitalize(who) + " is missing " + missing + " on " + where
}

// messageOf returns the message of a finding, or its rule's title if it has none.
func messageOf(f finding.Finding) string {
	if f.Message == "" {
		return "Not met: " + f.Title
	}
	return capitalize(f.Message)
}

// capitalize returns s with its first letter in upper case.
func capitalize(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// where writes the full resource name and the title of the rule in verbose mode.
// The headline has the short name.
func (t *text) where(f finding.Finding) {
	if t.options.Verbose {
		t.unwrapped("where", f.Resource)
		t.detail("check", f.Title)
	}
}

// requiredBy writes the addresses that require what was checked, one a line.
func (t *text) requiredBy(f finding.Finding) {
	shown := t.visible(len(f.Addresses), 4)
	for i, a := range f.Addresses[:shown] {
		if i == 0 {
			a = parenthesize(a, f.Attribute)
		}
		t.unwrapped(labelIfFirst(i, "required by"), a)
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

// fix writes the commands that repair a failure. It adds the Terraform
// configuration in verbose mode, or if there are no commands.
func (t *text) fix(f *finding.Fix) {
	if f == nil {
		return
	}
	t.commands("fix", f.Commands)
	if len(f.Commands) == 0 || t.options.Verbose {
		t.verbatim("fix in Terraform", f.Terraform)
	}
}

// notPrintable marks a command that contains escaped characters.
const notPrintable = "# not printable: "

// commands writes commands for pasting. One that needs escapes would no longer be
// the same command, so it is written as a comment.
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
