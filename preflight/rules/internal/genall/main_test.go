package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAll: the committed list has every rule.
func TestAll(t *testing.T) {
	want, err := generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../all.go")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("preflight/rules/all.go is old; run go generate ./... (-wanted +found):\n%s", diff)
	}
}
