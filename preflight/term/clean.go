// Package term makes text from outside harmless where it is shown: on
// terminals, in logs of CI servers, and in JSON that ends up in one of them.
package term

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes a string from outside harmless on a terminal and in a CI log: it
// is one line, and whatever is invisible, moves the cursor, turns the direction
// of writing or gives a command to a CI server is shown as an escape. What is
// clean already stays as it is.
func Clean(s string) string { return clean(s, visible) }

// CleanASCII is Clean for terminals that take the bytes of UTF-8 for
// characters, some of which are controls.
func CleanASCII(s string) string {
	return clean(s, func(r rune) bool { return r >= ' ' && r <= '~' })
}

func clean(s string, allowed func(rune) bool) string {
	var b strings.Builder
	before := rune(0)
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == '#' && before == '#':
			b.WriteString(`\#`)
		case allowed(r):
			b.WriteRune(r)
		default:
			b.WriteString(escape(r))
		}
		s, before = s[n:], r
	}
	return disarm(b.String())
}

// visible reports whether a character shows as itself and does nothing else.
// Some that count as printable have no shape: fillers, selectors of variants,
// and the Braille pattern without dots.
func visible(r rune) bool {
	if r < unicode.MaxASCII {
		return r >= ' '
	}
	return unicode.IsPrint(r) && r != '\u2800' &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

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

// disarm keeps a line from being a command of GitHub, which begins with two
// colons. Those of Azure (##vso[ and ##[, which GitHub knows too) count
// wherever they stand in a line, so clean lets no two # meet.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
// https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
func disarm(line string) string {
	if trimmed := strings.TrimLeft(line, " "); strings.HasPrefix(trimmed, "::") {
		return `\` + trimmed
	}
	return line
}
