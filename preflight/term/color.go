package term

import "strings"

// A Color is an ANSI escape sequence that sets how text looks. Colors add up:
// Bold + Red is bold and red. They are of the eight that every terminal has, so
// that they suit its theme.
type Color string

// The colors. None leaves text as it is.
const (
	None   Color = ""
	Red    Color = "\x1b[31m"
	Green  Color = "\x1b[32m"
	Yellow Color = "\x1b[33m"
	Cyan   Color = "\x1b[36m"
	Bold   Color = "\x1b[1m"
	Dim    Color = "\x1b[2m"

	reset = "\x1b[0m"
)

// A Palette colors text, or leaves it as it is.
type Palette struct{ On bool }

// Paint returns s in color c. Text without a visible character stays as it is.
func (p Palette) Paint(c Color, s string) string {
	if !p.On || c == None || strings.TrimSpace(s) == "" {
		return s
	}
	return string(c) + s + reset
}
