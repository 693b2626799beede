package report

import (
	"fmt"
	"gke-preflight/preflight/term"
	"regexp"
	"strings"
)

// word is what Markdown, GitHub and GitLab take for nothing but a word, alone
// or beside others: letters of ASCII, or a short number, with punctuation
// that ends a clause. Digits among letters may be a commit, an issue or an
// address, and are none.
var word = regexp.MustCompile(`^\(?(?:[A-Za-z][a-z]*(?:['-][a-z]+)*|[A-Z]{2,10}|[0-9]{1,4})\)?[.,;:]?\)?$`)

// prose writes a text from outside: its plain words as they are, and all else,
// names above all, as code.
func escapeProse(s string) string {
	var out, names []string
	flush := func() {
		if len(names) > 0 {
			out, names = append(out, codeSpan(strings.Join(names, " "))), nil
		}
	}
	for _, w := range strings.Fields(term.Clean(s)) {
		if word.MatchString(w) {
			flush()
			out = append(out, w)
			continue
		}
		// A mark that ends a clause stays outside.
		name := strings.TrimRight(w, ".,;:")
		names = append(names, name)
		if mark := w[len(name):]; mark != "" && name != "" {
			flush()
			out[len(out)-1] += mark
		}
	}
	flush()
	return strings.Join(out, " ")
}

// code is a string as code in Markdown: nothing in it is markup. In a table a
// span of code ends at a vertical bar, and what a backslash before one means
// differs from server to server, so what has such characters goes as HTML, and
// so does what would be markup to whoever reads the text as it is.
func codeSpan(s string) string {
	s = strings.TrimSpace(term.Clean(s))
	switch {
	case s == "":
		return ""
	case strings.ContainsAny(s, "|`\\<") || strings.Contains(s, "]("):
		return "<code>" + escapeHTML(s) + "</code>"
	}
	return "`" + s + "`"
}

// html is a string in HTML that stands in Markdown. All punctuation is written
// by its number, which neither of the two takes for markup. A break that may be
// taken stands after each @, dot, colon and number sign, so that no server
// finds an address, a mention, an issue or a link to make of it.
func escapeHTML(s string) string {
	var b strings.Builder
	for _, r := range term.Clean(s) {
		switch {
		case r == ' ' || r == '-' || r == ',' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r > 0x7f:
			b.WriteRune(r)
		case strings.ContainsRune("@.:#", r):
			fmt.Fprintf(&b, "&#%d;<wbr>", r)
		default:
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	return b.String()
}

// fence is a block of code, which ends nowhere but at its end.
func codeBlock(language string, lines []string) string {
	longest := 2
	for _, l := range lines {
		longest = max(longest, longestRun(l, '`'))
	}
	ticks := strings.Repeat("`", longest+1)
	return ticks + language + "\n" + strings.Join(lines, "\n") + "\n" + ticks + "\n"
}

// longestRun is the length of the longest run of a byte.
func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if run++; s[i] != c {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
