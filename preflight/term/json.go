package term

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// JSON writes v as indented JSON that is safe to print on a terminal and in a CI
// log: it escapes what Clean escapes. A decoder gets the original strings back,
// except that bytes that are not UTF-8 become U+FFFD.
func JSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	_, err := w.Write(cleanJSON(b.Bytes()))
	return err
}

// cleanJSON escapes in encoded JSON what Clean escapes in text. Outside of
// strings, JSON has no such character except line feeds, and none of its lines
// begins with two colons.
func cleanJSON(data []byte) []byte {
	var out bytes.Buffer
	previous := rune(0)
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == '\n' || isVisible(r) && (r != '#' || previous != '#') {
			out.Write(data[:n])
		} else {
			out.WriteString(escapeJSON(r))
		}
		data, previous = data[n:], r
	}
	return out.Bytes()
}

// escapeJSON returns the JSON escape of r: one UTF-16 code unit, or a surrogate
// pair.
func escapeJSON(r rune) string {
	if r < 0x10000 {
		return fmt.Sprintf(`\u%04x`, r)
	}
	r -= 0x10000
	return fmt.Sprintf(`\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
}
