package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocs: what is committed under docs/rules is what the rules say.
func TestDocs(t *testing.T) {
	found, err := filepath.Glob("../../../../docs/rules/*.md")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, name := range found {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got[filepath.Base(name)] = string(data)
	}
	want := map[string]string{}
	for name, content := range files() {
		want[name] = string(content)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/rules is old; run go generate ./... (-wanted +found):\n%s", diff)
	}
}
