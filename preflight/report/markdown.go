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

// MarkdownMarker is an invisible comment at the beginning of every Markdown report, by
// which CI finds its previous comment and replaces it.
const MarkdownMarker = "<!-- gke-preflight -->"

// markdownLimit is the maximum size in bytes. GitHub allows 65,536 characters for a
// comment; the difference leaves room for a heading.
const markdownLimit = 64_000

// Markdown writes a report as a comment on a pull request: the result, a table of
// failed and undetermined findings, their details, and a folded list of checks that
// pass. Parts that do not fit are left out as a whole and counted. Untrusted strings
// become code or plain words, so that a name is never markup, link, image or mention.
func Markdown(w io.Writer, r *finding.Report) error {
	m := &markdown{room: markdownLimit}
	m.required(MarkdownMarker + "\n" + markdownHeadline(r) + "\n")
	m.required(markdownHeader(r))
	bad := worstFirst(r.Findings)
	m.table(bad)
	for _, f := range bad {
		if f.Outcome != finding.Skipped {
			m.optional(markdownDetails(f))
		}
	}
	m.folded("Skipped", r.Findings, finding.Skipped)
	m.folded("Passed", r.Findings, finding.Pass)
	if m.cut > 0 {
		m.required(fmt.Sprintf("\n%s left out, because a comment is limited in size. The other formats are complete.\n", plural(m.cut, "part")+" of this report "+isOrAre(m.cut)))
	}
	_, err := io.WriteString(w, m.text.String())
	return err
}

// markdown builds a comment. A part is written completely or not at all, because half
// of one could leave a block open.
type markdown struct {
	text strings.Builder
	room int
	cut  int
}

// reserve is the number of bytes kept free for required parts.
const reserve = 4_000

// required writes a part.
func (m *markdown) required(part string) {
	m.text.WriteString(part)
	m.room -= len(part)
}

// optional writes a part if there is room, and reports whether there was.
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

// markdownHeader returns what was checked, and the limits of the result.
func markdownHeader(r *finding.Report) string {
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

// planNames returns the plan of a report, or all plans of a merged one.
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

// codeList returns the first names as code, and how many more there are.
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

// table writes a row for each failed or undetermined finding.
func (m *markdown) table(bad []finding.Finding) {
	head := "\n| | rule | who | missing | where |\n| --- | --- | --- | --- | --- |\n"
	if slices.ContainsFunc(bad, func(f finding.Finding) bool { return f.Plan != "" }) {
		head = "\n| | rule | who | missing | where | plan |\n| --- | --- | --- | --- | --- | --- |\n"
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
	who, missing := "", []string(nil)
	if f.Principal != nil {
		who = codeSpan(truncate(f.Principal.Member))
	}
	if f.Permissions != nil {
		missing = append(slices.Clone(f.Permissions.Missing), f.Permissions.Undetermined...)
	}
	if len(missing) == 0 && f.Service != "" && f.Permissions == nil {
		missing = []string{f.Service}
	}
	var cells []string
	for _, l := range truncateList(missing) {
		cells = append(cells, codeSpan(truncate(l)))
	}
	columns := []string{codeSpan(outcomeOrSeverity(f)), codeSpan(f.Rule), who, strings.Join(cells, "<br>"), codeSpan(truncate(resource.Describe(f.Resource)))}
	if f.Plan != "" {
		columns = append(columns, codeSpan(truncate(f.Plan)))
	}
	return "| " + strings.Join(columns, " | ") + " |\n"
}

// outcomeOrSeverity returns the severity of a failure, and "undetermined" for other
// findings that do not pass.
func outcomeOrSeverity(f finding.Finding) string {
	if f.Outcome == finding.Fail {
		return string(f.Severity)
	}
	return "undetermined"
}

// markdownDetails returns a finding: its statement, with the details folded.
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
		b.WriteString("\nExpected error\n\n" + codeBlock("", []string{term.Clean(f.ExpectedError)}))
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
		add("missing", f.Permissions.Missing)
		add("undetermined", f.Permissions.Undetermined)
	}
	add("required by", f.Addresses)
	var places []string
	for _, l := range f.Locations {
		places = append(places, fmt.Sprintf("%s:%d", l.File, l.Line))
	}
	add("at", places)
	add("planned by", f.PlannedBy)
	add("removed by", f.TakenAwayBy)
	return out
}

// markdownFix returns the fix. It omits what needs escapes, because pasted it would be
// something else.
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
	return "\nFix in Terraform\n\n" + codeBlock("hcl", lines)
}

// folded writes a folded list of the findings of an outcome, and their number.
func (m *markdown) folded(title string, findings []finding.Finding, outcome finding.Outcome) {
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

// truncate returns the beginning of a string that is too long to read.
func truncate(s string) string {
	const most = 400
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
