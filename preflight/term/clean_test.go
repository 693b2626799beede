package term

import "testing"

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain, ünïcode, 日本": "plain, ünïcode, 日本",
		"a\nb":               `a\nb`,
		"\x1b[31mred":        `\x1b[31mred`,
		"\u202egnp.exe":      `\u202egnp.exe`,
		"zero\u200bwidth":    `zero\u200bwidth`,
		"\u0085next":         `\x85next`,
		"bad \xff byte":      `bad \xff byte`,
		"::error::x":         `\::error::x`,
		"  ::error::x":       `\::error::x`,
		"##[group]x":         `#\#[group]x`,
		"a ##vso[x]":         `a #\#vso[x]`,
		"###":                `#\#\#`,
		"hangul\u3164filler": `hangul\u3164filler`,
		"variant\ufe0f":      `variant\ufe0f`,
		"braille\u2800blank": `braille\u2800blank`,
		"tab\tulator":        `tab\tulator`,
		"\U000e0001tag":      `\U000e0001tag`,
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanASCII(t *testing.T) {
	for in, want := range map[string]string{
		"plain":      "plain",
		"ünïcode":    `\xfcn\xefcode`,
		"日本":         `\u65e5\u672c`,
		"::error::x": `\::error::x`,
	} {
		if got := CleanASCII(in); got != want {
			t.Errorf("CleanASCII(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzClean shows that cleaning clean text does not change it.
func FuzzClean(f *testing.F) {
	f.Add("::")
	f.Add("###")
	f.Add("\\::\xff")
	f.Fuzz(func(t *testing.T, s string) {
		for name, clean := range map[string]func(string) string{"Clean": Clean, "CleanASCII": CleanASCII} {
			once := clean(s)
			if twice := clean(once); twice != once {
				t.Errorf("%s(%q) = %q, and cleaned again %q", name, s, once, twice)
			}
		}
	})
}
