package plan

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// An endlessReader reads text without end.
type endlessReader struct{}

func (endlessReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// TestLimits checks that a value is rejected before it fills the memory.
func TestLimits(t *testing.T) {
	cluster := `{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c",
		"change": {"actions": ["create"], "after": {"name": "` + strings.Repeat("x", maxChange) + `"}}}`
	for name, tt := range map[string]struct {
		input io.Reader
		want  string
	}{
		"skipped string":               {io.MultiReader(strings.NewReader(`{"planned_values": "`), endlessReader{}), "a value of more than 8 MiB"},
		"decoded string":               {io.MultiReader(strings.NewReader(`{"terraform_version": "`), endlessReader{}), "a value of more than 8 MiB"},
		"member name":                  {io.MultiReader(strings.NewReader(`{"`), endlessReader{}), "a value of more than 8 MiB"},
		"change of an irrelevant type": {io.MultiReader(strings.NewReader(`{"resource_changes": [{"type": "local_file", "x": "`), endlessReader{}), "a value of more than 8 MiB"},
		"change of a cluster":          {strings.NewReader(`{"resource_changes": [` + cluster + `]}`), "a resource change of 4 MiB"},
		"deep nesting":                 {io.MultiReader(strings.NewReader(`{"planned_values": `), strings.NewReader(strings.Repeat("[", 1_000_000))), "exceeded max depth"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(tt.input, Options{}, 8<<20)
			var format *FormatError
			if !errors.As(err, &format) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want %q", err, tt.want)
			}
		})
	}
}
