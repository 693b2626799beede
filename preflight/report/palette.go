package report

import "strings"

// A palette turns words into coloured words, or leaves them as they are.
type palette struct{ on bool }

// The colours are of the eight that every terminal has, so that they suit its
// theme.
const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	reset  = "\x1b[0m"
)

func (p palette) paint(code, s string) string {
	if !p.on || code == "" || strings.TrimSpace(s) == "" {
		return s
	}
	return code + s + reset
}

// A mark begins a line that people look for.
type mark struct{ sign, ascii, color string }

func failedMark() mark       { return mark{"✗", "x", red} }
func warningMark() mark      { return mark{"!", "!", yellow} }
func noteMark() mark         { return mark{"•", "*", cyan} }
func undeterminedMark() mark { return mark{"?", "?", yellow} }
func skippedMark() mark      { return mark{"–", "-", dim} }
func passedMark() mark       { return mark{"✓", "+", green} }
