package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocs: docs/rules is up to date.
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
		t.Errorf("docs/rules is outdated; run go generate ./preflight/rules (-want +got):\n%s", diff)
	}
}

// TestWrite: pages of rules that no longer exist are removed, and nothing else is.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"GP999.md", "GP101.md", "logo.svg"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "GP999.md")); !os.IsNotExist(err) {
		t.Errorf("the page of GP999 still exists: %v", err)
	}
	for name, want := range map[string]string{"GP101.md": string(files()["GP101.md"]), "logo.svg": "old"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s is %q (%v), want %q", name, got, err, want)
		}
	}
}

// TestModuleRoot: every directory of a module has the same root.
func TestModuleRoot(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{root, deep} {
		if got, err := moduleRoot(from); err != nil || got != root {
			t.Errorf("from %s: got %s, %v; want %s", from, got, err, root)
		}
	}
	if got, err := moduleRoot(t.TempDir()); err == nil {
		t.Errorf("outside of a module: got %s, want an error", got)
	}
}
