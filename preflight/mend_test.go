package preflight

import "testing"

func TestHCL(t *testing.T) {
	for in, want := range map[string]string{
		`plain`:      `"plain"`,
		`a"b`:        `"a\"b"`,
		`${file(x)}`: `"$${file(x)}"`,
		`%{if true}`: `"%%{if true}"`,
		"a\nb":       `"a\nb"`,
	} {
		if got := hcl(in); got != want {
			t.Errorf("hcl(%q) = %s, want %s", in, got, want)
		}
	}
}
