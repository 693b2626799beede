package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/term"
)

// githubLimit is how many annotations of a kind GitHub shows for a step; the
// others are dropped without a word.
// https://docs.github.com/en/actions/reference/limits
const githubLimit = 10

// The workflow commands that make annotations.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
const (
	githubError   = "error"
	githubWarning = "warning"
	githubNotice  = "notice"
)

// GitHub writes workflow commands, which GitHub shows as annotations: one for
// each finding that is not a pass, the worst first. As GitHub shows ten of a
// kind, what is more is counted in a last one, which says where the rest is.
// The last line is the result, for the log.
func GitHub(w io.Writer, r *finding.Report) error {
	lines, cut := annotations(worstFirst(r.Findings), min(len(r.Notices), 1))
	if cut > 0 {
		lines = append(lines, workflowCommand(githubNotice, "title=gke-preflight",
			plural(cut, "finding")+" more: GitHub shows ten annotations of a kind; --format text and --format markdown have them all"))
	}
	if len(r.Notices) > 0 {
		lines = append(lines, workflowCommand(githubNotice, "title=gke-preflight notices", strings.Join(cleanAll(r.Notices), "\n")))
	}
	lines = append(lines, term.Clean(resultLine(r)))
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// annotations are as many as GitHub shows, and how many were left out. One
// place among the notices is kept for saying so, and others as reserved.
func annotations(findings []finding.Finding, reserved int) (lines []string, cut int) {
	room := map[string]int{githubError: githubLimit, githubWarning: githubLimit, githubNotice: githubLimit - 1 - reserved}
	for _, f := range findings {
		kind := annotationKind(f)
		if room[kind] == 0 {
			cut++
			continue
		}
		room[kind]--
		lines = append(lines, workflowCommand(kind, annotationProperties(f), annotationText(f)))
	}
	return lines, cut
}

// annotation is the kind for a finding. What could not be found out is no
// error, because nothing is known to be wrong.
func annotationKind(f finding.Finding) string {
	switch {
	case f.Outcome == finding.Skipped || severityOf(f.Severity) == need.Note:
		return githubNotice
	case f.Outcome == finding.Fail && severityOf(f.Severity) == need.Error:
		return githubError
	}
	return githubWarning
}

// properties are where a finding is shown, and its title. Without a place in
// the configuration GitHub shows it with the run.
func annotationProperties(f finding.Finding) string {
	title := "title=" + escapeProperty(joinNonEmpty(" ", f.Rule, f.Name))
	if len(f.Locations) == 0 {
		return title
	}
	l := f.Locations[0]
	return fmt.Sprintf("file=%s,line=%d,%s", escapeProperty(l.File), l.Line, title)
}

// description says in full what a finding is about, a fact a line, each clean.
func annotationText(f finding.Finding) string {
	lines := []string{statement(f)}
	add := func(title string, values ...string) {
		if text := joinNonEmpty(", ", values...); text != "" {
			lines = append(lines, title+": "+text)
		}
	}
	add("plan", f.Plan)
	if f.Principal != nil {
		add("who", f.Principal.Member)
	}
	if f.Permissions != nil {
		add("lacks", f.Permissions.Missing...)
		add("not known", f.Permissions.Undetermined...)
	}
	add("because of", truncateList(f.Addresses)...)
	add("apply would stop with", f.ExpectedError)
	if f.Fix != nil {
		for _, c := range printable(f.Fix.Commands) {
			add("fix", c)
		}
	}
	for i, l := range lines {
		lines[i] = term.Clean(l)
	}
	return strings.Join(lines, "\n")
}

// few are the first of many names, and how many more there are.
func truncateList(names []string) []string {
	const most = 4
	if len(names) <= most {
		return names
	}
	return append(slices.Clone(names[:most-1]), fmt.Sprintf("and %d more", len(names)-most+1))
}

// command is a workflow command.
func workflowCommand(kind, properties, message string) string {
	return "::" + kind + " " + properties + "::" + escapeData(message)
}

// escapeData escapes a message as GitHub's own toolkit does.
// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// property escapes the value of a property likewise.
func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(term.Clean(s)))
}

// worstFirst are the findings that are no pass: what fails before what is
// open, errors before warnings, and otherwise as they were.
func worstFirst(findings []finding.Finding) []finding.Finding {
	out := slices.DeleteFunc(slices.Clone(findings), func(f finding.Finding) bool { return f.Outcome == finding.Pass })
	slices.SortStableFunc(out, func(a, b finding.Finding) int { return sortOrder(a) - sortOrder(b) })
	return out
}

// badness orders findings, the worst being the least.
func sortOrder(f finding.Finding) int {
	switch f.Outcome {
	case finding.Fail:
		return 2 * severityRank(f)
	case finding.Skipped:
		return 9
	}
	return 2*severityRank(f) + 1
}

// statement is one sentence about a finding that is no pass.
func statement(f finding.Finding) string {
	switch f.Outcome {
	case finding.Fail:
		return headline(f)
	case finding.Skipped:
		return "Skipped: " + reasonOf(f)
	case finding.Pass:
		return joinNonEmpty("", f.Message, titleIfNoMessage(f))
	}
	return "Could not be found out: " + joinNonEmpty(": ", question(f), reasonOf(f))
}

// verdict is the result in one line.
func resultLine(r *finding.Report) string {
	var b strings.Builder
	t := newText(&b, TextOptions{})
	t.headline(r)
	_ = t.w.Flush() // a strings.Builder takes everything
	line, _, _ := strings.Cut(b.String(), "\n")
	return line
}

// printable are the commands that show as they are, so that they can be
// pasted: an escape in one would make it another.
func printable(commands []string) []string {
	return slices.DeleteFunc(slices.Clone(commands), func(c string) bool {
		return strings.TrimSpace(c) == "" || term.Clean(c) != c
	})
}
