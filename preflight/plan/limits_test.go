package plan

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// filler is text without end.
type endlessReader struct{}

func (endlessReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// TestBounds: a value that would fill the memory is refused before it does.
func TestBounds(t *testing.T) {
	cluster := `{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c",
		"change": {"actions": ["create"], "after": {"name": "` + strings.Repeat("x", maxChange) + `"}}}`
	for name, tt := range map[string]struct {
		input io.Reader
		want  string
	}{
		"a string that is skipped": {io.MultiReader(strings.NewReader(`{"planned_values": "`), endlessReader{}), "a value of more than 8 MiB"},
		"a string that is kept":    {io.MultiReader(strings.NewReader(`{"terraform_version": "`), endlessReader{}), "a value of more than 8 MiB"},
		"a name":                   {io.MultiReader(strings.NewReader(`{"`), endlessReader{}), "a value of more than 8 MiB"},
		"a change of another kind": {io.MultiReader(strings.NewReader(`{"resource_changes": [{"type": "local_file", "x": "`), endlessReader{}), "a value of more than 8 MiB"},
		"a change of a cluster":    {strings.NewReader(`{"resource_changes": [` + cluster + `]}`), "a resource change of 4 MiB"},
		"depth":                    {io.MultiReader(strings.NewReader(`{"planned_values": `), strings.NewReader(strings.Repeat("[", 1_000_000))), "exceeded max depth"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(tt.input, Options{}, 8<<20)
			var format *FormatError
			if !errors.As(err, &format) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want %q", err, tt.want)
			}
		})
	}
}
