package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"

	"gke-preflight/preflight"
)

// JSON writes a report by the contract of docs/json.md: indented, the same
// bytes for the same report, and with no character in it that a terminal or a
// CI log would act on.
func JSON(w io.Writer, r *preflight.Report) error { return encode(w, r) }

// InventoryJSON writes an inventory likewise.
func InventoryJSON(w io.Writer, i *preflight.Inventory) error { return encode(w, i) }

func encode(w io.Writer, v any) error {
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

// harmless escapes what is not printable. Outside of strings JSON has none of
// it but line feeds.
func harmless(data []byte) []byte {
	var out bytes.Buffer
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		switch {
		case r == '\n' || r == ' ' || unicode.IsPrint(r):
			out.Write(data[:n])
		case r < 0x10000:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		}
		data = data[n:]
	}
	return out.Bytes()
}
