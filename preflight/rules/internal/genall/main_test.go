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

// TestElsewhere: where no rules are, nothing is written.
func TestElsewhere(t *testing.T) {
	dir := t.TempDir()
	if err := run(dir); err == nil {
		t.Error("no error where no rules are")
	}
	if _, err := os.Stat(dir + "/all.go"); !os.IsNotExist(err) {
		t.Errorf("all.go was written: %v", err)
	}
}
