// Package report writes what a check found, for people and for machines. It
// decides nothing: a report says the same in every format.
package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"gke-preflight/preflight"
	"gke-preflight/preflight/rules"
)

// TextOptions are how text is written.
type TextOptions struct {
	Color bool
	// Width is the columns to wrap prose at; 0 leaves that to whatever shows
	// the text. What is meant to be pasted or searched for is never wrapped.
	Width int
	// Verbose lists passes, and long lists in full.
	Verbose bool
}

// Text writes a report for people: first the result, then what fails, then
// what could not be found out. The word for a failed check stands nowhere in
// the text of a passing one.
func Text(w io.Writer, r *preflight.Report, o TextOptions) error {
	t := &text{w: bufio.NewWriter(w), palette: palette{o.Color}, options: o}
	t.headline(r)
	t.facts(r)
	t.failing(r.Findings, rules.Error)
	t.failing(r.Findings, rules.Warning)
	t.undetermined(r.Findings)
	t.line()
	t.failing(r.Findings, rules.Note)
	t.rest(r)
	return t.w.Flush()
}

func (t *text) failing(findings []preflight.Finding, severity rules.Severity) {
	for _, f := range findings {
		if f.Outcome == preflight.Fail && f.Severity == severity {
			t.failure(f)
		}
	}
}

// text is a report on its way out. Write errors come up when it is flushed.
type text struct {
	palette
	w       *bufio.Writer
	options TextOptions
}

func (t *text) line(parts ...string) {
	_, _ = t.w.WriteString(strings.TrimRight(strings.Join(parts, ""), " ") + "\n")
}

func (t *text) headline(r *preflight.Report) {
	c := count(r.Findings)
	switch {
	case len(r.Findings) == 0:
		t.line(t.paint(bold+green, "PASS"), "  the plan has nothing on Google Kubernetes Engine to check")
	case r.Result == preflight.Fail:
		t.line(t.paint(bold+red, "FAIL"), "  ", c.consequence(), ": ", c.failing(), " (", c.others(), ")")
	case r.Result == preflight.Undetermined:
		t.line(t.paint(bold+yellow, "UNDETERMINED"), "  nothing is known to stop apply, but ", plural(c.undetermined, "check"), " could not be answered (", c.others(), ")")
	default:
		t.line(t.paint(bold+green, "PASS"), "  nothing stands in the way of apply (", c.others(), ")")
	}
}

// counts are findings by outcome, those that fail by severity.
type counts struct {
	pass, skipped, undetermined, errors, warnings, notes int
}

func count(findings []preflight.Finding) counts {
	var c counts
	for _, f := range findings {
		switch {
		case f.Outcome == preflight.Pass:
			c.pass++
		case f.Outcome == preflight.Skipped:
			c.skipped++
		case f.Outcome == preflight.Undetermined:
			c.undetermined++
		case f.Severity == rules.Note:
			c.notes++
		case f.Severity == rules.Warning:
			c.warnings++
		default:
			c.errors++
		}
	}
	return c
}

func (c counts) consequence() string {
	if c.errors > 0 {
		return "apply would be stopped, or nodes would not come up"
	}
	return "apply would go through and leave something to mend"
}

func (c counts) failing() string {
	return joined(some(c.errors, "error"), some(c.warnings, "warning"), some(c.notes, "note"))
}

func (c counts) others() string {
	passed := plural(c.pass, "check") + " passed"
	remarks := ""
	if c.errors == 0 {
		remarks = joined(some(c.warnings, "warning"), some(c.notes, "note"))
	}
	open := ""
	if c.undetermined > 0 {
		open = fmt.Sprintf("%d undetermined", c.undetermined)
	}
	return joined(passed, remarks, open, some(c.skipped, "skipped"))
}

func joined(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ", ")
}

func some(n int, what string) string {
	switch {
	case n == 0:
		return ""
	case what == "skipped":
		return fmt.Sprintf("%d skipped", n)
	}
	return plural(n, what)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// facts are what the result rests on.
func (t *text) facts(r *preflight.Report) {
	if len(r.Findings) == 0 {
		return
	}
	t.line()
	version := ""
	if r.Plan.TerraformVersion != "" {
		version = " (Terraform " + Clean(r.Plan.TerraformVersion) + ")"
	}
	t.fact("plan", Clean(r.Plan.Source)+version)
	for i, d := range r.Deployers {
		t.fact(first(i, "deployer"), deployerText(d))
	}
	most := len(r.Projects)
	if !t.options.Verbose && most > 4 {
		most = 3
	}
	for i, p := range r.Projects[:most] {
		t.fact(first(i, "project"), projectText(p))
	}
	if rest := len(r.Projects) - most; rest > 0 {
		t.fact("", fmt.Sprintf("and %d more", rest))
	}
	for i, l := range r.Limits {
		t.fact(first(i, "limits"), Clean(l))
	}
}

func (t *text) fact(name, value string) { t.wrapped("  "+pad(name), value) }

// first is a name for the first of several lines.
func first(i int, name string) string {
	if i > 0 {
		return ""
	}
	return name
}

const column = 11

func pad(name string) string {
	return name + strings.Repeat(" ", max(1, column-len(name)))
}

func deployerText(d preflight.DeployerRef) string {
	if d.Member == "" {
		return "not known: " + Clean(d.Unknown) + " (credentials: " + Clean(d.Source) + ")"
	}
	return Clean(d.Member) + " (" + Clean(d.Source) + ")"
}

func projectText(p preflight.ProjectRef) string {
	number := ""
	if p.Number != "" && p.Number != p.ID {
		number = ", number " + Clean(p.Number)
	}
	return Clean(p.ID) + number + " (from " + Clean(p.Source) + ")"
}

// failure is one failing finding: in full, but a note only on demand.
func (t *text) failure(f preflight.Finding) {
	if f.Severity == rules.Note && !t.options.Verbose {
		t.wrapped(t.paint(cyan, "• ")+f.Rule+" note  ", Clean(sentence(f.Message)))
		return
	}
	mark, color := "✗ ", red
	switch f.Severity {
	case rules.Warning:
		mark, color = "! ", yellow
	case rules.Note:
		mark, color = "• ", cyan
	}
	t.line()
	t.line(t.paint(bold+color, mark+f.Rule+" "+string(f.Severity)), "  ", t.paint(bold, Clean(headline(f))))
	if f.Principal != nil {
		t.detail("who", Clean(f.Principal.Member))
	}
	if f.Permissions != nil {
		t.list("lacks", f.Permissions.Missing)
		t.list("open", f.Permissions.Undetermined)
	}
	t.because(f)
	t.list("taken away", f.TakenAwayBy)
	t.detail("why", Clean(f.Reason))
	for i, e := range f.Evidence {
		t.detail(first(i, "evidence"), Clean(e.Method+": "+e.Detail))
	}
	t.exactly("apply would stop with", f.ExpectedError)
	t.fix(f.Fix)
	t.detail("more", "gke-preflight rules "+f.Rule)
}

// headline says in a few words what is wrong; the details follow below it.
func headline(f preflight.Finding) string {
	if f.Permissions == nil || len(f.Permissions.Missing) == 0 || f.Principal == nil {
		return sentence(f.Message)
	}
	missing := f.Permissions.Missing[0]
	if n := len(f.Permissions.Missing); n > 1 {
		missing = fmt.Sprintf("%d permissions", n)
	}
	who, where := "the "+f.Principal.Kind.InWords(), preflight.InWords(f.Resource)
	switch {
	case len(f.TakenAwayBy) > 0:
		return "The plan takes " + missing + " on " + where + " away from " + who
	case len(f.PlannedBy) > 0:
		return "The plan gives " + missing + " on " + where + " to " + who + ", and nothing waits for it"
	}
	return sentence(who) + " lacks " + missing + " on " + where
}

// sentence begins with a capital letter.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

func (t *text) detail(name, value string) {
	if value != "" {
		t.wrapped("    "+pad(name), value)
	}
}

// wrapped writes prose behind a label, broken at spaces. A continued line
// stands below the first.
func (t *text) wrapped(label, value string) {
	if t.options.Width == 0 {
		t.line(t.paint(dim, label), disarm(value))
		return
	}
	indent := strings.Repeat(" ", len([]rune(label)))
	width := max(t.options.Width-len(indent), 20)
	begin := t.paint(dim, label)
	for value != "" {
		part := value
		if len([]rune(value)) > width {
			part = cut(value, width)
		}
		t.line(begin, disarm(part))
		value = strings.TrimLeft(value[len(part):], " ")
		begin = indent
	}
}

// cut is the part of s that fits, up to a space where there is one.
func cut(s string, width int) string {
	runes := []rune(s)
	head := string(runes[:width])
	if i := strings.LastIndex(head, " "); i > width/3 {
		return head[:i]
	}
	if i := strings.Index(s, " "); i > 0 {
		return s[:i]
	}
	return s
}

// list writes names side by side; a long list is folded.
func (t *text) list(name string, items []string) {
	const most = 8
	if len(items) == 0 {
		return
	}
	shown := items
	more := ""
	if len(items) > most && !t.options.Verbose {
		shown, more = items[:most], fmt.Sprintf(", and %d more", len(items)-most)
	}
	t.detail(name, Clean(strings.Join(shown, ", ")+more))
}

// because names the addresses that cause a finding, each on a line.
func (t *text) because(f preflight.Finding) {
	most := len(f.Addresses)
	if !t.options.Verbose && most > 4 {
		most = 3
	}
	for i, a := range f.Addresses[:most] {
		if i == 0 && f.Attribute != "" {
			a += " (" + f.Attribute + ")"
		}
		t.line("    ", t.paint(dim, pad(first(i, "because of"))), Clean(a))
	}
	if rest := len(f.Addresses) - most; rest > 0 {
		t.detail("", fmt.Sprintf("and %d more", rest))
	}
	t.list("planned by", f.PlannedBy)
}

// exactly writes lines that are not wrapped.
func (t *text) exactly(title, body string) {
	if body == "" {
		return
	}
	t.line("    ", t.paint(dim, title))
	for _, l := range cleanLines(body) {
		t.line("      ", l)
	}
}

func (t *text) fix(f *preflight.Fix) {
	if f == nil {
		return
	}
	for i, c := range f.Commands {
		if i == 0 {
			t.line("    ", t.paint(dim, "fix"))
		}
		if !pasteable(c) {
			t.line("      # not printable: ", Clean(c))
			continue
		}
		t.line("      ", t.paint(green, c))
	}
	if len(f.Commands) == 0 || t.options.Verbose {
		t.exactly("in Terraform", f.Terraform)
	}
}

// undetermined groups what is open by the reason: one reason often holds up
// many checks.
func (t *text) undetermined(findings []preflight.Finding) {
	for _, reason := range reasons(findings) {
		t.line()
		t.line(t.paint(bold+yellow, "? undetermined"), "  ", t.paint(bold, "these could not be answered"))
		t.detail("why", Clean(reason))
		for _, f := range findings {
			if f.Outcome == preflight.Undetermined && f.Reason == reason {
				t.wrapped("    "+f.Rule+" "+pad(string(f.Severity)), Clean(open(f)))
			}
		}
	}
}

// reasons are those of undetermined findings, each once, in their order.
func reasons(findings []preflight.Finding) []string {
	var out []string
	seen := map[string]bool{}
	for _, f := range findings {
		if f.Outcome == preflight.Undetermined && !seen[f.Reason] {
			seen[f.Reason] = true
			out = append(out, f.Reason)
		}
	}
	return out
}

// planned counts what passes because the plan provides it.
func planned(findings []preflight.Finding) (n int, reason string) {
	for _, f := range findings {
		if f.Outcome == preflight.Pass && len(f.PlannedBy) > 0 {
			n, reason = n+1, f.Reason
		}
	}
	return n, reason
}

// open says what an undetermined finding asks.
func open(f preflight.Finding) string {
	who := ""
	if f.Principal != nil {
		who = f.Principal.Kind.InWords() + ": "
	}
	switch {
	case f.Permissions != nil:
		what := f.Permissions.Undetermined
		if len(what) > 4 {
			return who + strings.Join(what[:3], ", ") + fmt.Sprintf(" and %d more", len(what)-3)
		}
		return who + strings.Join(what, ", ")
	case f.Principal == nil && f.Service != "":
		return f.Service + " in " + preflight.InWords(f.Resource)
	}
	return who + f.Title
}

// rest is what needs no action: what was skipped and what passes.
func (t *text) rest(r *preflight.Report) {
	for _, f := range r.Findings {
		if f.Outcome == preflight.Skipped {
			t.wrapped("– "+f.Rule+" skipped: ", Clean(f.Reason))
		}
		if f.Outcome == preflight.Pass && t.options.Verbose {
			t.line(t.paint(green, "✓ "), f.Rule, "  ", Clean(f.Message))
		}
	}
	if passed := count(r.Findings).pass; passed > 0 && !t.options.Verbose {
		t.line(t.paint(green, "✓ "), plural(passed, "check"), " passed (-v lists them)")
	}
	if n, reason := planned(r.Findings); n > 0 {
		t.wrapped("  ", fmt.Sprintf("%d of them because the plan itself provides it first. %s.", n, sentence(Clean(reason))))
	}
	if r.Requests.Total > 0 {
		t.line(t.paint(dim, fmt.Sprintf("  %s to Google Cloud in %s", plural(r.Requests.Total, "request"), r.Duration())))
	}
}
