package report

import "gke-preflight/preflight/term"

// A mark is the sign at the beginning of a line that states an outcome.
type mark struct {
	sign, ascii string
	color       term.Color
}

func failedMark() mark       { return mark{"✗", "x", term.Red} }
func warningMark() mark      { return mark{"!", "!", term.Yellow} }
func noteMark() mark         { return mark{"•", "*", term.Cyan} }
func undeterminedMark() mark { return mark{"?", "?", term.Yellow} }
func skippedMark() mark      { return mark{"–", "-", term.Dim} }
func passedMark() mark       { return mark{"✓", "+", term.Green} }
