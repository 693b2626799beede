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

// TestReadme compares the output in the README with what demo prints. With -update
// it rewrites the README.
func TestReadme(t *testing.T) {
	const file = "../../README.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct{ name, now string }{
		{"demo", "```\n" + demo(t) + "```\n"},
		{"comment", comment(t)},
	} {
		picture := regexp.MustCompile("(?s)(<!-- " + p.name + " -->\n)(.*?)(<!-- /" + p.name + " -->)")
		found := picture.FindSubmatch(data)
		if found == nil {
			t.Fatalf("README.md has no picture %s", p.name)
		}
		if *update {
			data = picture.ReplaceAllLiteral(data, []byte(string(found[1])+p.now+string(found[3])))
			continue
		}
		if diff := cmp.Diff(p.now, string(found[2])); diff != "" {
			t.Errorf("the picture %s in README.md is old; go test ./cmd/gke-preflight -run TestReadme -update (-now +README):\n%s", p.name, diff)
		}
	}
	if *update {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// comment returns the first check of demo as a Markdown comment, quoted and
// without headings, which would become headings of the README.
func comment(t *testing.T) string {
	t.Helper()
	first, _, _ := strings.Cut(demo(t, "--format", "markdown"), "# After the command above:")
	_, first, _ = strings.Cut(first, "-->\n")
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(first) + "\n") {
		b.WriteString(strings.TrimRight("> "+strings.Replace(line, "### ", "**", 1), " \n") + headingEnd(line) + "\n")
	}
	return b.String()
}

func headingEnd(line string) string {
	if strings.HasPrefix(line, "### ") {
		return "**"
	}
	return ""
}

// demo returns the output of the demo command on a terminal of fixed width, at a
// fixed time.
func demo(t *testing.T, flags ...string) string {
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
	if code := cli.Main(context.Background(), env, append([]string{"demo"}, flags...)); code != 0 {
		t.Fatalf("demo: exit code %d: %s", code, &stderr)
	}
	return stdout.String()
}
