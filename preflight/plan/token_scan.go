package plan

import (
	"bytes"
	"io"
	"strconv"
)

// A tokenScan passes a plan through and looks for plaintext access tokens in
// it, also in parts that are otherwise skipped, such as the prior state.
type tokenScan struct {
	in    io.Reader
	tail  []byte
	found bool
}

// tokenName is the attribute of data.google_client_config that holds a token.
const tokenName = `"access_token"`

// Read implements io.Reader.
func (s *tokenScan) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	if !s.found && n > 0 {
		s.scan(p[:n])
	}
	return n, err
}

// scan searches the last chunk together with the end of the chunk before.
func (s *tokenScan) scan(chunk []byte) {
	const overlap = 6*len(tokenName) + 16 // each letter may be written as an escape
	head := chunk[:min(len(chunk), overlap)]
	s.found = hasToken(unescaped(append(s.tail, head...))) || hasToken(unescaped(chunk))
	if len(chunk) >= overlap {
		s.tail = bytes.Clone(chunk[len(chunk)-overlap:])
		return
	}
	s.tail = append(s.tail, chunk...)
	s.tail = bytes.Clone(s.tail[max(0, len(s.tail)-overlap):])
}

// unescaped returns data with letters in place of their escapes \u00XX. Quotes
// stay escaped, since they do not end a string.
func unescaped(data []byte) []byte {
	if !bytes.Contains(data, []byte(`\u00`)) {
		return data
	}
	out := make([]byte, 0, len(data))
	for {
		i := bytes.Index(data, []byte(`\u00`))
		if i < 0 || i+6 > len(data) {
			return append(out, data...)
		}
		out = append(out, data[:i]...)
		letter, err := strconv.ParseUint(string(data[i+4:i+6]), 16, 8)
		if c := byte(letter); err == nil && (c == '_' || c|' ' >= 'a' && c|' ' <= 'z') {
			out, data = append(out, c), data[i+6:]
			continue
		}
		out, data = append(out, data[i:i+4]...), data[i+4:]
	}
}

// hasToken reports whether data contains a non-empty access_token.
func hasToken(data []byte) bool {
	for {
		i := bytes.Index(data, []byte(tokenName))
		if i < 0 {
			return false
		}
		data = data[i+len(tokenName):]
		value, ok := bytes.CutPrefix(bytes.TrimLeft(data, whitespace), []byte(":"))
		value = bytes.TrimLeft(value, whitespace)
		if ok && len(value) > 1 && value[0] == '"' && value[1] != '"' {
			return true
		}
	}
}

// whitespace may be between the tokens of JSON.
const whitespace = " \t\r\n"
