package shell

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/fixtures/deadline"
)

// hostileWords returns words that a pull request could put into a plan.
func hostileWords() []string {
	return []string{
		"", "plain", "a b", "$(touch x)", "`id`", "'; rm -rf / #", `"quoted"`, "a\nb", "~", "*", "-rf",
		"serviceAccount:a@b.iam.gserviceaccount.com", "\x1b[31m", "!!", "a\\", "{a,b}", "&& true", "\u202e", "x=y;z",
	}
}

// TestCommand runs the commands in a real shell, which must pass on each word
// unchanged.
func TestCommand(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("sh is not on PATH")
	}
	for _, word := range hostileWords() {
		line := Command("printf", `%s\0`, word, "end")
		out, err := deadline.Command(t, sh, "-c", line).Output()
		if err != nil {
			t.Errorf("%q: %v", line, err)
			continue
		}
		if diff := cmp.Diff([]string{word, "end", ""}, strings.Split(string(out), "\x00")); diff != "" {
			t.Errorf("%q: words after the shell (-want +got):\n%s", line, diff)
		}
	}
}

// TestName shows that no name is an option, and that other names stay unchanged.
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

// FuzzCommand shows that a shell passes on any words unchanged.
func FuzzCommand(f *testing.F) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		f.Skip("sh is not on PATH")
	}
	for _, word := range hostileWords() {
		f.Add(word, "b")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if strings.Contains(a+b, "\x00") {
			t.Skip("an argument cannot contain a zero byte")
		}
		out, err := deadline.Command(t, sh, "-c", Command("printf", `%s\0`, a, b)).Output()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{a, b, ""}, strings.Split(string(out), "\x00")); diff != "" {
			t.Errorf("words after the shell (-want +got):\n%s", diff)
		}
	})
}
