package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/term"
)

// MarkdownMarker begins every Markdown report and is not shown, so that CI
// finds the comment that it wrote before and replaces it.
const MarkdownMarker = "<!-- gke-preflight -->"

// markdownLimit is what a comment may have. GitHub counts 65,536 characters;
// bytes are at least as many, and leave room for a heading of whoever posts it.
const markdownLimit = 64_000

// Markdown writes a report as a comment of a pull request: the result, a table
// of what fails, then what fails and what is open in full, and what passes
// folded away. What does not fit is left out whole, and counted. Every string
// from outside is code or plain words, so that a name is no markup, link,
// image or mention.
func Markdown(w io.Writer, r *finding.Report) error {
	m := &markdown{room: markdownLimit}
	m.required(MarkdownMarker + "\n" + markdownHeadline(r) + "\n")
	m.required(markdownFacts(r))
	bad := worstFirst(r.Findings)
	m.table(bad)
	for _, f := range bad {
		if f.Outcome != finding.Skipped {
			m.optional(markdownDetails(f))
		}
	}
	m.folded("skipped", "Skipped", r.Findings, finding.Skipped)
	m.folded("passed", "Passed", r.Findings, finding.Pass)
	if m.cut > 0 {
		m.required(fmt.Sprintf("\n%s left out: a comment holds no more. The other formats have them all.\n", plural(m.cut, "part")+" of this report "+areOrIs(m.cut)))
	}
	_, err := io.WriteString(w, m.text.String())
	return err
}

func areOrIs(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// markdown is a comment on its way out. A part is written whole or not at all:
// half of one might leave a block open that swallows the rest.
type markdown struct {
	text strings.Builder
	room int
	cut  int
}

// reserve is kept free for what must be written.
const reserve = 4_000

func (m *markdown) required(part string) {
	m.text.WriteString(part)
	m.room -= len(part)
}

func (m *markdown) optional(part string) bool {
	if len(part) > m.room-reserve {
		m.cut++
		return false
	}
	m.required(part)
	return true
}

func markdownHeadline(r *finding.Report) string {
	mark := map[finding.Outcome]string{finding.Pass: ":white_check_mark:", finding.Fail: ":x:"}[r.Result]
	if mark == "" {
		mark = ":grey_question:"
	}
	word, rest, _ := strings.Cut(resultLine(r), "  ")
	return fmt.Sprintf("### %s gke-preflight: %s\n\n%s", mark, word, escapeProse(capitalize(rest)+"."))
}

// markdownFacts are what the result rests on, as far as it is short.
func markdownFacts(r *finding.Report) string {
	var b strings.Builder
	line := func(name string, values []string) {
		if text := strings.Join(codeList(values), ", "); text != "" {
			fmt.Fprintf(&b, "- %s: %s\n", name, text)
		}
	}
	line("Plan", planNames(r))
	var deployers, projects []string
	for _, d := range r.Deployers {
		deployers = append(deployers, deployerText(d))
	}
	for _, p := range r.Projects {
		projects = append(projects, p.ID)
	}
	line("Deployer", deployers)
	line("Projects", projects)
	for _, n := range r.Notices {
		fmt.Fprintf(&b, "- Notice: %s\n", escapeProse(truncate(n)))
	}
	for _, l := range truncateList(otherLimits(r)) {
		fmt.Fprintf(&b, "- Limit: %s\n", escapeProse(truncate(l)))
	}
	return prefixNonEmpty("\n", b.String())
}

// planNames are the plan of a report, or all that it was merged from.
func planNames(r *finding.Report) []string {
	if len(r.Plans) == 0 {
		return []string{planSource(r.Plan.Source)}
	}
	var out []string
	for _, p := range r.Plans {
		out = append(out, p.Source)
	}
	return out
}

// shortList are names as code, a few of them.
func codeList(names []string) []string {
	const most = 8
	var out []string
	for _, n := range names {
		if n != "" {
			out = append(out, codeSpan(truncate(n)))
		}
	}
	if len(out) > most {
		out = append(out[:most-1], fmt.Sprintf("and %d more", len(out)-most+1))
	}
	return out
}

// table lists what fails and what is open, a row each.
func (m *markdown) table(bad []finding.Finding) {
	head := "\n| | rule | who | lacks | where |\n| --- | --- | --- | --- | --- |\n"
	if slices.ContainsFunc(bad, func(f finding.Finding) bool { return f.Plan != "" }) {
		head = "\n| | rule | who | lacks | where | plan |\n| --- | --- | --- | --- | --- | --- |\n"
	}
	for _, f := range bad {
		if f.Outcome == finding.Skipped {
			continue
		}
		if m.optional(head + markdownRow(f)) {
			head = ""
		}
	}
}

func markdownRow(f finding.Finding) string {
	who, lacks := "", []string(nil)
	if f.Principal != nil {
		who = codeSpan(truncate(f.Principal.Member))
	}
	if f.Permissions != nil {
		lacks = append(slices.Clone(f.Permissions.Missing), f.Permissions.Undetermined...)
	}
	if len(lacks) == 0 && f.Service != "" && f.Permissions == nil {
		lacks = []string{f.Service}
	}
	var cells []string
	for _, l := range truncateList(lacks) {
		cells = append(cells, codeSpan(truncate(l)))
	}
	columns := []string{codeSpan(outcomeOrSeverity(f)), codeSpan(f.Rule), who, strings.Join(cells, "<br>"), codeSpan(truncate(resource.Describe(f.Resource)))}
	if f.Plan != "" {
		columns = append(columns, codeSpan(truncate(f.Plan)))
	}
	return "| " + strings.Join(columns, " | ") + " |\n"
}

// state is a word for a finding that is no pass.
func outcomeOrSeverity(f finding.Finding) string {
	if f.Outcome == finding.Fail {
		return string(f.Severity)
	}
	return "undetermined"
}

// markdownDetails is a finding in full: its statement, and the rest folded.
func markdownDetails(f finding.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n<details>\n<summary>%s: %s</summary>\n\n", escapeHTML(f.Rule+" "+outcomeOrSeverity(f)), escapeHTML(truncate(statement(f))))
	for _, fact := range markdownList(f) {
		b.WriteString(fact)
	}
	if f.Reason != "" {
		fmt.Fprintf(&b, "- why: %s\n", escapeProse(f.Reason))
	}
	for _, e := range f.Evidence[:min(len(f.Evidence), 4)] {
		fmt.Fprintf(&b, "- evidence: %s\n", escapeProse(joinNonEmpty(": ", e.Method, e.Detail)))
	}
	if f.ExpectedError != "" {
		b.WriteString("\nApply would stop with\n\n" + codeBlock("", []string{term.Clean(f.ExpectedError)}))
	}
	b.WriteString(markdownFix(f.Fix))
	b.WriteString("\n</details>\n")
	return b.String()
}

func markdownList(f finding.Finding) []string {
	var out []string
	add := func(name string, values []string) {
		if list := strings.Join(codeList(values), ", "); list != "" {
			out = append(out, "- "+name+": "+list+"\n")
		}
	}
	add("plan", []string{f.Plan})
	if f.Principal != nil {
		add("who", []string{f.Principal.Member})
	}
	if f.Permissions != nil {
		add("lacks", f.Permissions.Missing)
		add("not known", f.Permissions.Undetermined)
	}
	add("because of", f.Addresses)
	var places []string
	for _, l := range f.Locations {
		places = append(places, fmt.Sprintf("%s:%d", l.File, l.Line))
	}
	add("at", places)
	add("planned by", f.PlannedBy)
	add("taken away by", f.TakenAwayBy)
	return out
}

// markdownFix is how to mend it. What would not show as it is, is not shown:
// pasted it would be something else.
func markdownFix(fix *finding.Fix) string {
	if fix == nil {
		return ""
	}
	if commands := printable(fix.Commands); len(commands) > 0 {
		return "\nFix\n\n" + codeBlock("sh", commands)
	}
	lines := strings.Split(strings.TrimRight(fix.Terraform, "\n"), "\n")
	if fix.Terraform == "" || slices.ContainsFunc(lines, func(l string) bool { return term.Clean(l) != l }) {
		return ""
	}
	return "\nIn Terraform\n\n" + codeBlock("hcl", lines)
}

// folded are the findings of an outcome, a line each, behind their number.
func (m *markdown) folded(one, title string, findings []finding.Finding, outcome finding.Outcome) {
	var lines []string
	for _, f := range findings {
		if f.Outcome == outcome {
			lines = append(lines, "- "+escapeProse(joinNonEmpty(" ", f.Rule, truncate(joinNonEmpty(": ", f.Plan, statement(f)))))+"\n")
		}
	}
	if len(lines) == 0 {
		return
	}
	const end = "\n</details>\n"
	m.required(fmt.Sprintf("\n<details>\n<summary>%s: %s</summary>\n\n", title, plural(len(lines), "check")))
	for _, l := range lines {
		m.optional(l)
	}
	m.required(end)
}

// shorten keeps the beginning of a string that is too long to read.
func truncate(s string) string {
	const most = 400
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
