package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAll: the committed list contains every rule.
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
		t.Errorf("preflight/rules/all.go is outdated; run go generate ./... (-want +got):\n%s", diff)
	}
}

// TestNoRules: in a directory without rules, nothing is written.
func TestNoRules(t *testing.T) {
	dir := t.TempDir()
	if err := run(dir); err == nil {
		t.Error("got no error in a directory without rules")
	}
	if _, err := os.Stat(dir + "/all.go"); !os.IsNotExist(err) {
		t.Errorf("all.go was written: %v", err)
	}
}
