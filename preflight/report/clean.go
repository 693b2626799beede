package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes a string from outside harmless on a terminal and in a CI log: it
// is one line, and whatever is invisible, moves the cursor, turns the direction
// of writing or gives a command to a CI server is shown as an escape.
func Clean(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case visible(r):
			b.WriteRune(r)
		default:
			b.WriteString(escape(r))
		}
		s = s[n:]
	}
	return disarm(b.String())
}

// visible reports whether a character shows as itself and does nothing else.
func visible(r rune) bool { return r == ' ' || unicode.IsPrint(r) }

func escape(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\t':
		return `\t`
	case r < 0x100:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// disarm keeps a line from being a command: :: is GitHub's, ##[ and ##vso[ are
// Azure's.
func disarm(line string) string {
	trimmed := strings.TrimLeft(line, " ")
	if strings.HasPrefix(trimmed, "::") || strings.HasPrefix(trimmed, "##") {
		return `\` + trimmed
	}
	return line
}

// cleanLines is Clean for texts of several lines.
func cleanLines(s string) []string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i := range lines {
		lines[i] = Clean(strings.TrimSuffix(lines[i], "\r"))
	}
	return lines
}

// pasteable reports whether a command can be shown as it is.
func pasteable(command string) bool { return Clean(command) == command }
