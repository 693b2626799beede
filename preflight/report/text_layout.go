package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"gke-preflight/preflight/term"
)

// text writes a report.
type text struct{ *layout }

// layout writes lines and paragraphs. All output goes through line, which cleans it;
// Flush returns write errors.
type layout struct {
	term.Palette
	w            *bufio.Writer
	options      TextOptions
	blankLineDue bool // write an empty line before the next line
}

func newText(w io.Writer, o TextOptions) *text {
	return &text{&layout{Palette: term.Palette{On: o.Color}, w: bufio.NewWriter(w), options: o}}
}

// A span is a part of a line in one color.
type span struct {
	color term.Color
	text  string
}

func plain(s string) span { return span{term.None, s} }
func faint(s string) span { return span{term.Dim, s} }

func (t *layout) clean(s string) string {
	if t.options.ASCII {
		return term.CleanASCII(s)
	}
	return term.Clean(s)
}

func (t *layout) line(spans ...span) {
	var b strings.Builder
	if t.blankLineDue {
		b.WriteString("\n")
	}
	t.blankLineDue = false
	for i, s := range spans {
		part := t.clean(s.text)
		if i == len(spans)-1 {
			part = strings.TrimRight(part, " ")
		}
		b.WriteString(t.Paint(s.color, part))
	}
	_, _ = t.w.WriteString(b.String() + "\n")
}

// blankLine separates the next line, if there is one, from the previous one.
func (t *layout) blankLine() { t.blankLineDue = true }

// markSpan returns a mark followed by a space.
func (t *layout) markSpan(m mark) span {
	if t.options.ASCII {
		return span{m.color, m.ascii + " "}
	}
	return span{m.color, m.sign + " "}
}

// markedLine writes a mark, a label and prose.
func (t *layout) markedLine(m mark, label, value string) {
	t.paragraph(value, t.markSpan(m), faint(label))
}

// paragraph writes prose behind a label, wrapped at spaces. Continued lines are
// indented to the column of the first.
func (t *layout) paragraph(value string, lead ...span) {
	indent := 0
	for _, s := range lead {
		indent += term.Columns(t.clean(s.text))
	}
	for _, part := range t.wrap(t.clean(value), indent) {
		t.line(append(lead[:len(lead):len(lead)], plain(part))...)
		lead = []span{plain(strings.Repeat(" ", indent))}
	}
}

// wrap breaks value into lines that fit behind indent.
func (t *layout) wrap(value string, indent int) []string {
	if t.options.Width <= 0 {
		return term.Wrap(value, 0)
	}
	return term.Wrap(value, max(t.options.Width-indent, 20))
}

// column is the width of labels.
const column = 14

func padLabel(name string) string {
	return name + strings.Repeat(" ", max(1, column-term.Columns(name)))
}

// labelIfFirst returns name for the first of several lines, and empty for others.
func labelIfFirst(i int, name string) string {
	if i > 0 {
		return ""
	}
	return name
}

// headerLine writes a line of the header.
func (t *layout) headerLine(name, value string) { t.paragraph(value, faint("  "+padLabel(name))) }

// detail writes a line of a finding.
func (t *layout) detail(name, value string) { t.paragraph(value, faint("    "+padLabel(name))) }

// unwrapped writes a detail that is never wrapped, such as an address.
func (t *layout) unwrapped(label, value string) {
	if strings.TrimSpace(value) != "" {
		t.line(faint("    "+padLabel(label)), plain(value))
	}
}

// visible returns how many of n items to show: all in verbose mode or if there are
// at most most.
func (t *layout) visible(n, most int) int {
	if n > most && !t.options.Verbose {
		return most - 1
	}
	return n
}

// hiddenCount writes how many items are not shown.
func (t *layout) hiddenCount(label string, hidden int) {
	if hidden > 0 {
		t.line(faint(label), plain(fmt.Sprintf("and %d more", hidden)))
	}
}

// list writes items in one line.
func (t *layout) list(label string, items []string) {
	shown := t.visible(len(items), 9)
	value := strings.Join(items[:shown], ", ")
	if hidden := len(items) - shown; hidden > 0 {
		value += fmt.Sprintf(", and %d more", hidden)
	}
	t.detail(label, value)
}

// verbatim writes lines without wrapping.
func (t *layout) verbatim(title, body string) {
	body = strings.TrimRight(body, "\r\n")
	if body == "" {
		return
	}
	t.line(faint("    " + title))
	for l := range strings.SplitSeq(body, "\n") {
		l = strings.ReplaceAll(strings.TrimSuffix(l, "\r"), "\t", "    ")
		t.line(plain("      "), plain(l))
	}
}
