package plan

import (
	"bytes"
	"io"
)

// A tokenScan passes a plan on, and looks for access tokens that stand in it
// in clear: in the state before, for example, which is skipped otherwise.
type tokenScan struct {
	in    io.Reader
	tail  []byte
	found bool
}

// tokenName is the attribute of data.google_client_config that holds one.
const tokenName = `"access_token":`

// Read implements io.Reader.
func (s *tokenScan) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	if !s.found && n > 0 {
		s.look(p[:n])
	}
	return n, err
}

// look searches what has come, and the end of what came before.
func (s *tokenScan) look(chunk []byte) {
	const overlap = len(tokenName) + 8
	head := chunk[:min(len(chunk), overlap)]
	s.found = hasToken(append(s.tail, head...)) || hasToken(chunk)
	if len(chunk) >= overlap {
		s.tail = bytes.Clone(chunk[len(chunk)-overlap:])
		return
	}
	s.tail = append(s.tail, chunk...)
	s.tail = bytes.Clone(s.tail[max(0, len(s.tail)-overlap):])
}

func hasToken(data []byte) bool {
	for {
		i := bytes.Index(data, []byte(tokenName))
		if i < 0 {
			return false
		}
		data = data[i+len(tokenName):]
		value := bytes.TrimLeft(data, " \t\r\n")
		if len(value) > 1 && value[0] == '"' && value[1] != '"' {
			return true
		}
	}
}
