package plan

import (
	"bufio"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxHeldValue limits what must be held in memory at once, in bytes: one
	// resource change, one member of the configuration, or one string.
	maxHeldValue = 128 << 20
	// maxChange limits a resource change that is decoded in full, in bytes. The
	// largest ones are allow policies, which have at most 1,500 principals:
	// https://cloud.google.com/iam/quotas
	maxChange = 4 << 20
)

// A boundedReader feeds a decoder until the decoder holds more than limit
// bytes, so that the author of a plan cannot decide how much memory is used.
type boundedReader struct {
	in      *bufio.Reader
	decoder *jsontext.Decoder
	limit   int64
	read    int64
}

// Read implements io.Reader.
func (b *boundedReader) Read(p []byte) (int, error) {
	if b.read-b.decoder.InputOffset() > b.limit {
		return 0, &FormatError{
			Got:  fmt.Sprintf("a plan with a value of more than %d MiB", b.limit>>20),
			Hint: "hint: jq '.resource_changes[] | [(tostring | length), .address]' plan.json   # shows which",
		}
	}
	n, err := b.in.Read(p)
	b.read += int64(n)
	return n, err
}
