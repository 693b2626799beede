package term

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	for in, want := range map[string]string{
		"plain, ünïcode, <a>": `"plain, ünïcode, <a>"`,
		"##vso[x]":            `"#\u0023vso[x]"`,
		"\u202egnp.exe":       `"\u202egnp.exe"`,
		"\U000e0001tag":       `"\udb40\udc01tag"`,
		"::error::x":          `"::error::x"`,
	} {
		var b strings.Builder
		if err := JSON(&b, in); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(b.String()); got != want {
			t.Errorf("JSON(%q) = %s, want %s", in, got, want)
		}
		var decoded string
		if err := json.Unmarshal([]byte(b.String()), &decoded); err != nil || decoded != in {
			t.Errorf("JSON(%q) decodes to %q (%v)", in, decoded, err)
		}
	}
}
