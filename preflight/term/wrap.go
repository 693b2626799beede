package term

import (
	"strings"
	"unicode/utf8"
)

// Columns returns the width of clean text. Wide characters count as one column.
func Columns(s string) int { return utf8.RuneCountInString(s) }

// Wrap breaks prose into lines of at most width columns, if its words allow. In
// text that has to be broken, each clause that ends in a semicolon ends its
// line. If width is 0, the text stays whole. Blank text has no lines.
func Wrap(s string, width int) []string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	if width <= 0 || Columns(s) <= width {
		return []string{s}
	}
	var out []string
	line := ""
	for _, w := range words(s) {
		switch {
		case line == "":
			line = w
		case Columns(line)+1+Columns(w) <= width && !strings.HasSuffix(line, ";"):
			line += " " + w
		default:
			out = append(out, line)
			line = w
		}
	}
	return append(out, line)
}

// words returns the parts between which prose may be broken. A command at the
// end of a clause, as in "ask for it: gcloud ...", is one word, so that it can
// be pasted.
func words(s string) []string {
	var out []string
	inCommand := false
	for w := range strings.SplitSeq(s, " ") {
		if inCommand {
			out[len(out)-1] += " " + w
			inCommand = !strings.HasSuffix(w, ";")
			continue
		}
		inCommand = w == "gcloud" && len(out) > 0 && strings.HasSuffix(out[len(out)-1], ":")
		out = append(out, w)
	}
	return out
}
