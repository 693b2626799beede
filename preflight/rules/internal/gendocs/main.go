// Command gendocs writes docs/rules: the page of each rule under its ID, and an
// index. The copies give every rule an address that does not change.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gke-preflight/preflight/rules"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gendocs:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	if dir, err = moduleRoot(dir); err != nil {
		return err
	}
	return write(filepath.Join(dir, "docs", "rules"))
}

// moduleRoot returns dir or its nearest parent that contains a go.mod.
func moduleRoot(dir string) (string, error) {
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod here or above; run it inside the module")
		}
		dir = parent
	}
}

// write replaces the pages in dir, and removes those of rules that no longer exist.
func write(dir string) error {
	old, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, content := range files() {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// files returns the contents of docs/rules, by file name.
func files() map[string][]byte {
	out := map[string][]byte{}
	var index bytes.Buffer
	index.WriteString("# Rules\n\nGenerated from the pages in preflight/rules; a title is true if the rule passes.\n\n")
	index.WriteString("| ID | name | severity | title |\n| --- | --- | --- | --- |\n")
	for _, r := range rules.All() {
		fmt.Fprintf(&index, "| [%s](%s.md) | %s | %s | %s |\n", r.ID, r.ID, r.Name, r.Severity, r.Title)
		out[r.ID+".md"] = []byte(r.Page())
	}
	out["README.md"] = index.Bytes()
	return out
}
