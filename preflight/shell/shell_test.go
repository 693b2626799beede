package shell

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/fixtures/deadline"
)

// hostile are words that a pull request could put into a plan.
func hostile() []string {
	return []string{
		"", "plain", "a b", "$(touch x)", "`id`", "'; rm -rf / #", `"quoted"`, "a\nb", "~", "*", "-rf",
		"serviceAccount:a@b.iam.gserviceaccount.com", "\x1b[31m", "!!", "a\\", "{a,b}", "&& true", "\u202e", "x=y;z",
	}
}

// TestCommand pastes the commands into a real shell: each word must come out
// as it went in.
func TestCommand(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh on PATH to paste into")
	}
	for _, word := range hostile() {
		line := Command("printf", `%s\0`, word, "end")
		out, err := deadline.Command(t, sh, "-c", line).Output()
		if err != nil {
			t.Errorf("%q: %v", line, err)
			continue
		}
		if diff := cmp.Diff([]string{word, "end", ""}, strings.Split(string(out), "\x00")); diff != "" {
			t.Errorf("%q came out of the shell changed:\n%s", line, diff)
		}
	}
}

// TestName: no name is an option, and no other name is changed.
func TestName(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "",
		"acme-prod":              "acme-prod",
		"--flags-file=evil.yaml": "./--flags-file=evil.yaml",
		"-h":                     "./-h",
		"a -h":                   "a -h",
	} {
		if got := Name(in); got != want {
			t.Errorf("Name(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzCommand: a shell that reads the words back finds those that went in.
func FuzzCommand(f *testing.F) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		f.Skip("there is no sh on PATH to paste into")
	}
	for _, word := range hostile() {
		f.Add(word, "b")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if strings.Contains(a+b, "\x00") {
			t.Skip("no argument of a program holds a zero byte")
		}
		out, err := deadline.Command(t, sh, "-c", Command("printf", `%s\0`, a, b)).Output()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{a, b, ""}, strings.Split(string(out), "\x00")); diff != "" {
			t.Errorf("came out of the shell changed:\n%s", diff)
		}
	})
}
