package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/cli"
)

// TestReadme holds the picture in the README against what the demonstration
// prints. With -update it is drawn anew.
func TestReadme(t *testing.T) {
	const file = "../../README.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	picture := regexp.MustCompile("(?s)<!-- demo -->\n```\n(.*?)```\n<!-- /demo -->")
	want := demo(t)
	if *update {
		drawn := picture.ReplaceAllLiteral(data, []byte("<!-- demo -->\n```\n"+want+"```\n<!-- /demo -->"))
		if err := os.WriteFile(file, drawn, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	found := picture.FindSubmatch(data)
	if found == nil {
		t.Fatal("README.md has no picture of the demonstration")
	}
	if diff := cmp.Diff(want, string(found[1])); diff != "" {
		t.Errorf("the picture in README.md is old; go test ./cmd/gke-preflight -run TestReadme -update (-now +README):\n%s", diff)
	}
}

// demo runs the demonstration on a terminal that nobody looks at, with a clock
// that stands still.
func demo(t *testing.T) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env := cli.Env{
		Stdin:       strings.NewReader(""),
		Stdout:      &stdout,
		Stderr:      &stderr,
		Getenv:      func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] },
		ReadFile:    os.ReadFile,
		Now:         func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
		StdoutWidth: 96,
	}
	if code := cli.Main(context.Background(), env, []string{"demo"}); code != 0 {
		t.Fatalf("demo: exit code %d: %s", code, &stderr)
	}
	return stdout.String()
}
