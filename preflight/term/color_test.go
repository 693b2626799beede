package term

import "testing"

func TestPaint(t *testing.T) {
	for _, tt := range []struct {
		name  string
		on    bool
		color Color
		text  string
		want  string
	}{
		{"one color", true, Red, "FAIL", "\x1b[31mFAIL\x1b[0m"},
		{"two colors", true, Bold + Red, "FAIL", "\x1b[1m\x1b[31mFAIL\x1b[0m"},
		{"no color", true, None, "FAIL", "FAIL"},
		{"blank text", true, Red, "  ", "  "},
		{"colors off", false, Red, "FAIL", "FAIL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (Palette{tt.on}).Paint(tt.color, tt.text); got != tt.want {
				t.Errorf("Paint = %q, want %q", got, tt.want)
			}
		})
	}
}
