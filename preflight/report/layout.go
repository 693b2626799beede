package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// text is a report on its way out. All of it goes through line, which cleans
// it; write errors come up when it is flushed.
type text struct {
	palette
	w       *bufio.Writer
	options TextOptions
	blank   bool // the last line is empty
}

func newText(w io.Writer, o TextOptions) *text {
	return &text{palette: palette{o.Color}, w: bufio.NewWriter(w), options: o}
}

// A span is a part of a line, in one colour.
type span struct{ color, text string }

func plain(s string) span { return span{"", s} }
func faint(s string) span { return span{dim, s} }

func (t *text) clean(s string) string {
	if t.options.ASCII {
		return cleanASCII(s)
	}
	return Clean(s)
}

func (t *text) line(spans ...span) {
	var b strings.Builder
	for i, s := range spans {
		part := t.clean(s.text)
		if i == len(spans)-1 {
			part = strings.TrimRight(part, " ")
		}
		b.WriteString(t.paint(s.color, part))
	}
	_, _ = t.w.WriteString(b.String() + "\n")
	t.blank = b.Len() == 0
}

// gap parts what follows from what went before.
func (t *text) gap() {
	if !t.blank {
		t.line()
	}
}

// sign is a mark and a space.
func (t *text) sign(m mark) span {
	if t.options.ASCII {
		return span{m.color, m.ascii + " "}
	}
	return span{m.color, m.sign + " "}
}

// marked is a mark with prose behind it.
func (t *text) marked(m mark, label, value string) {
	t.paragraph([]span{{m.color, ""}, faint(label)}, value, m)
}

// paragraph writes prose behind a label, broken at spaces. Continued lines
// stand below the first.
func (t *text) paragraph(lead []span, value string, marks ...mark) {
	for i, m := range marks {
		lead[i] = t.sign(m)
	}
	indent := 0
	for _, s := range lead {
		indent += columns(t.clean(s.text))
	}
	for _, part := range t.wrap(t.clean(value), indent) {
		t.line(append(lead[:len(lead):len(lead)], plain(part))...)
		lead = []span{plain(strings.Repeat(" ", indent))}
	}
}

// wrap breaks a line of prose so that it fits behind an indent. Without a
// width it stays whole.
func (t *text) wrap(value string, indent int) []string {
	if value == "" {
		return nil
	}
	if t.options.Width <= 0 {
		return []string{value}
	}
	width := max(t.options.Width-indent, 20)
	var out []string
	line := ""
	for _, w := range words(value) {
		switch {
		case line == "":
			line = w
		case columns(line)+1+columns(w) <= width:
			line += " " + w
		default:
			out = append(out, line)
			line = w
		}
	}
	return append(out, line)
}

// words are what prose may be broken between. A command that prose ends in, as
// in "ask for it: gcloud ...", is one word: half of it is no use to anybody.
func words(s string) []string {
	var out []string
	command := false
	for w := range strings.SplitSeq(s, " ") {
		if command {
			out[len(out)-1] += " " + w
			command = !strings.HasSuffix(w, ";")
			continue
		}
		command = w == "gcloud" && len(out) > 0 && strings.HasSuffix(out[len(out)-1], ":")
		out = append(out, w)
	}
	return out
}

// columns is the width of a clean string; wide characters count as one.
func columns(s string) int { return utf8.RuneCountInString(s) }

// column is where values stand behind their labels.
const column = 11

func pad(name string) string {
	return name + strings.Repeat(" ", max(1, column-columns(name)))
}

// first is a name for the first of several lines.
func first(i int, name string) string {
	if i > 0 {
		return ""
	}
	return name
}

// fact is a line of what the result rests on.
func (t *text) fact(name, value string) { t.paragraph([]span{faint("  " + pad(name))}, value) }

// detail is a line of a finding.
func (t *text) detail(name, value string) { t.paragraph([]span{faint("    " + pad(name))}, value) }

// name is a detail that is never wrapped, such as an address.
func (t *text) name(label, value string) {
	if value != "" {
		t.line(faint("    "+pad(label)), plain(value))
	}
}

// fold is how many of n are shown: of a long list only its beginning.
func (t *text) fold(n, most int) int {
	if n > most && !t.options.Verbose {
		return most - 1
	}
	return n
}

// more says how many were folded away.
func (t *text) more(label string, hidden int) {
	if hidden > 0 {
		t.line(faint(label), plain(fmt.Sprintf("and %d more", hidden)))
	}
}

// list writes names side by side.
func (t *text) list(label string, items []string) {
	shown := t.fold(len(items), 9)
	value := strings.Join(items[:shown], ", ")
	if hidden := len(items) - shown; hidden > 0 {
		value += fmt.Sprintf(", and %d more", hidden)
	}
	t.detail(label, value)
}

// exactly writes lines that are not wrapped.
func (t *text) exactly(title, body string) {
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
