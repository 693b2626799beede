// Package term writes text to terminals and CI logs: it colors and wraps text,
// and escapes what a terminal or a CI server would act on, in plain text and
// in JSON.
package term

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns untrusted text as one line that is safe to print on a terminal
// and in a CI log. Characters that are invisible, move the cursor or change the
// direction of text, and commands to CI servers are escaped. Cleaning text that
// is clean already does not change it.
func Clean(s string) string { return clean(s, isVisible) }

// CleanASCII is like Clean but escapes everything that is not ASCII. It is for
// terminals that do not decode UTF-8: they read its bytes as characters of
// their own, and some of those are control characters.
func CleanASCII(s string) string {
	return clean(s, func(r rune) bool { return r >= ' ' && r <= '~' })
}

func clean(s string, isAllowed func(rune) bool) string {
	var b strings.Builder
	previous := rune(0)
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == '#' && previous == '#':
			b.WriteString(`\#`)
		case isAllowed(r):
			b.WriteRune(r)
		default:
			b.WriteString(escape(r))
		}
		s, previous = s[n:], r
	}
	return escapeWorkflowCommand(b.String())
}

// isVisible reports whether r has a shape and no other effect. Unicode counts
// some characters without a shape as printable: fillers, variation selectors
// and the blank Braille pattern (U+2800).
func isVisible(r rune) bool {
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

// escapeWorkflowCommand escapes a line that GitHub would run as a workflow
// command: one that begins with two colons. The logging commands of Azure
// Pipelines (##vso[ and ##[, which GitHub runs too) work anywhere in a line, so
// clean never leaves two # in a row.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
// https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
func escapeWorkflowCommand(line string) string {
	if trimmed := strings.TrimLeft(line, " "); strings.HasPrefix(trimmed, "::") {
		return `\` + trimmed
	}
	return line
}
