package report

import (
	"fmt"
	"gke-preflight/preflight/term"
	"regexp"
	"strings"
)

// plainWord matches what Markdown, GitHub and GitLab treat only as a word, alone or in
// a sentence: ASCII letters or a short number, with closing punctuation. Letters mixed
// with digits do not match, because they may be a commit, an issue or an address.
var plainWord = regexp.MustCompile(`^\(?(?:[A-Za-z][a-z]*(?:['-][a-z]+)*|[A-Z]{2,10}|[0-9]{1,4})\)?[.,;:]?\)?$`)

// escapeProse returns untrusted text as Markdown: plain words as they are, everything
// else, such as names, as code.
func escapeProse(s string) string {
	var out, names []string
	flush := func() {
		if len(names) > 0 {
			out, names = append(out, codeSpan(strings.Join(names, " "))), nil
		}
	}
	for _, w := range strings.Fields(term.Clean(s)) {
		if plainWord.MatchString(w) {
			flush()
			out = append(out, w)
			continue
		}
		// Closing punctuation stays outside of the code.
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

// codeSpan returns s as code in Markdown, so that nothing in it is markup. In a table
// a code span ends at a vertical bar, and servers differ in the meaning of a backslash
// before one, so a string with such characters is written as HTML. So is one that
// other tools could read as a link or a tag.
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

// escapeHTML returns s as HTML inside of Markdown. Punctuation becomes numeric
// character references, which are markup in neither language. A <wbr> follows each @,
// dot, colon and number sign, so that servers do not turn s into an address, a mention,
// an issue or a link.
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

// codeBlock returns a fenced code block whose fence is longer than any in lines.
func codeBlock(language string, lines []string) string {
	longest := 2
	for _, l := range lines {
		longest = max(longest, longestRun(l, '`'))
	}
	ticks := strings.Repeat("`", longest+1)
	return ticks + language + "\n" + strings.Join(lines, "\n") + "\n" + ticks + "\n"
}

// longestRun returns the length of the longest run of c in s.
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
