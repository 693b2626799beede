package term

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// JSON writes v indented, and with no character in it that a terminal or a CI
// log would act on. Such characters are escaped, so that whoever decodes it has
// the strings as they were; bytes that are no UTF-8 become U+FFFD.
func JSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	_, err := w.Write(harmless(b.Bytes()))
	return err
}

// harmless escapes what Clean would show as an escape. Outside of strings JSON
// has none of it but line feeds; no line of it begins with two colons.
func harmless(data []byte) []byte {
	var out bytes.Buffer
	before := rune(0)
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == '\n' || visible(r) && (r != '#' || before != '#') {
			out.Write(data[:n])
		} else {
			out.WriteString(escapeJSON(r))
		}
		data, before = data[n:], r
	}
	return out.Bytes()
}

// escapeJSON writes a character as JSON does, in one or two units of UTF-16.
func escapeJSON(r rune) string {
	if r < 0x10000 {
		return fmt.Sprintf(`\u%04x`, r)
	}
	r -= 0x10000
	return fmt.Sprintf(`\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
}
