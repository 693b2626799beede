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

// githubLimit is how many annotations of a kind GitHub shows for a step. It drops
// others silently.
// https://docs.github.com/en/actions/reference/limits
const githubLimit = 10

// The workflow commands that make annotations.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
const (
	githubError   = "error"
	githubWarning = "warning"
	githubNotice  = "notice"
)

// GitHub writes workflow commands, which GitHub shows as annotations: one for each
// finding that does not pass, most severe first. GitHub shows ten of a kind, so a
// last notice counts the others. The last line is the result, for the log.
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

// annotations returns as many annotations as GitHub shows, and how many findings
// are left out. It keeps room for a notice that counts those, and for reserved ones.
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

// annotationKind returns the kind of annotation for a finding. An undetermined one
// is at most a warning, because nothing is known to be wrong.
func annotationKind(f finding.Finding) string {
	switch {
	case f.Outcome == finding.Skipped || severityOf(f.Severity) == need.Note:
		return githubNotice
	case f.Outcome == finding.Fail && severityOf(f.Severity) == need.Error:
		return githubError
	}
	return githubWarning
}

// annotationProperties returns the location and the title of an annotation. GitHub
// shows one without a location with the run.
func annotationProperties(f finding.Finding) string {
	title := "title=" + escapeProperty(joinNonEmpty(" ", f.Rule, f.Name))
	if len(f.Locations) == 0 {
		return title
	}
	l := f.Locations[0]
	return fmt.Sprintf("file=%s,line=%d,%s", escapeProperty(l.File), l.Line, title)
}

// annotationText returns the details of a finding, one a line, each clean.
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
		add("missing", f.Permissions.Missing...)
		add("undetermined", f.Permissions.Undetermined...)
	}
	add("required by", truncateList(f.Addresses)...)
	add("expected error", f.ExpectedError)
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

// truncateList returns the first names, and how many more there are.
func truncateList(names []string) []string {
	const most = 4
	if len(names) <= most {
		return names
	}
	return append(slices.Clone(names[:most-1]), fmt.Sprintf("and %d more", len(names)-most+1))
}

// workflowCommand returns a workflow command.
func workflowCommand(kind, properties, message string) string {
	return "::" + kind + " " + properties + "::" + escapeData(message)
}

// escapeData escapes a message as GitHub's own toolkit does.
// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeProperty escapes the value of a property, as the toolkit does.
func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(term.Clean(s)))
}

// worstFirst returns the findings that do not pass: errors before warnings before
// notes, and failed before undetermined ones of the same severity. The sort is stable.
func worstFirst(findings []finding.Finding) []finding.Finding {
	out := slices.DeleteFunc(slices.Clone(findings), func(f finding.Finding) bool { return f.Outcome == finding.Pass })
	slices.SortStableFunc(out, func(a, b finding.Finding) int { return sortOrder(a) - sortOrder(b) })
	return out
}

// sortOrder returns the position of a finding by severity; the worst has the lowest.
func sortOrder(f finding.Finding) int {
	switch f.Outcome {
	case finding.Fail:
		return 2 * severityRank(f)
	case finding.Skipped:
		return 9
	}
	return 2*severityRank(f) + 1
}

// statement returns one sentence about a finding.
func statement(f finding.Finding) string {
	switch f.Outcome {
	case finding.Fail:
		return headline(f)
	case finding.Skipped:
		return "Skipped: " + reasonOf(f)
	case finding.Pass:
		return joinNonEmpty("", f.Message, titleIfNoMessage(f))
	}
	return undeterminedStatement(f)
}

// resultLine returns the result in one line.
func resultLine(r *finding.Report) string {
	var b strings.Builder
	t := newText(&b, TextOptions{})
	t.headline(r)
	_ = t.w.Flush() // a strings.Builder takes everything
	line, _, _ := strings.Cut(b.String(), "\n")
	return line
}

// printable returns the commands that need no escapes. One with an escape would be
// another command if pasted.
func printable(commands []string) []string {
	return slices.DeleteFunc(slices.Clone(commands), func(c string) bool {
		return strings.TrimSpace(c) == "" || term.Clean(c) != c
	})
}
