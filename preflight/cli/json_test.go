package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"

	"gke-preflight/preflight/access"
	"gke-preflight/preflight/diagnose"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/inventory"
	"gke-preflight/preflight/report"
)

// hostileNames returns names that contain commands for terminals or CI servers.
func hostileNames() []string {
	return []string{
		"##vso[task.setvariable variable=x]y", "a ##[error]b", "###vso[x]", "::error::x", "\n::set-output name=x::y", "a\r::add-mask::b",
		"\x1b]8;;https://evil.example\x07x", "\u202eevil", "\u2028::error::x", "\u200b", "\x00", "\u009b31m", "\u2800", "<script>", "a&b", "\U000e0041",
	}
}

// TestJSONIsHarmless checks that no JSON output contains a command for a terminal
// or a CI server, and that it decodes to the original names.
func TestJSONIsHarmless(t *testing.T) {
	for _, name := range hostileNames() {
		for command, write := range map[string]func(io.Writer) error{
			"check": func(w io.Writer) error {
				return report.JSON(w, &finding.Report{Findings: []finding.Finding{{Message: name, Reason: name, Addresses: []string{name}}}})
			},
			"needs": func(w io.Writer) error { return report.InventoryJSON(w, &inventory.Inventory{Notes: []string{name}}) },
			"diagnose": func(w io.Writer) error {
				return diagnose.JSON(w, &diagnose.Report{Errors: []diagnose.Error{{Excerpt: name, Resource: name, Cause: name, Fix: &diagnose.Fix{Commands: []string{name}}}}})
			},
			"access": func(w io.Writer) error {
				steps := []access.Step{{Name: "identity", Verdict: access.Fail, Message: name}}
				return access.JSON(w, access.NewReport(access.Tool{}, []*access.Result{{Cluster: name, Context: name, Cause: name, Steps: steps}}, []string{name}))
			},
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			if regexp.MustCompile(`##|(?m)^\s*::|[^\n -~]`).MatchString(b.String()) {
				t.Errorf("%s writes %q as\n%q", command, name, b.String())
			}
			if strings.ContainsAny(name, "<&") && !strings.Contains(b.String(), name) {
				t.Errorf("%s escapes %q, which needs no escape: %s", command, name, b.String())
			}
			var back any
			if err := json.Unmarshal(b.Bytes(), &back); err != nil || !contains(back, name) {
				t.Errorf("%s does not decode to %q (%v): %v", command, name, err, back)
			}
		}
	}
}

// contains reports whether a string is anywhere in decoded JSON.
func contains(v any, s string) bool {
	switch v := v.(type) {
	case string:
		return v == s
	case []any:
		for _, e := range v {
			if contains(e, s) {
				return true
			}
		}
	case map[string]any:
		for _, e := range v {
			if contains(e, s) {
				return true
			}
		}
	}
	return false
}

// TestPanicValueNotPrinted checks that a panic ends the program with the exit code
// of a run that could not start, and that the panic's value is not printed.
func TestPanicValueNotPrinted(t *testing.T) {
	var out bytes.Buffer
	env := Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(string) string { panic("s3cr3t of the plan") }, Version: "v1"}
	env.ReadFile = func(string) ([]byte, error) { panic("s3cr3t of the plan") }
	if code := Main(context.Background(), env, []string{"access"}); code != ExitStart {
		t.Errorf("exit code %d, want %d", code, ExitStart)
	}
	if got := out.String(); strings.Contains(got, "s3cr3t") || !strings.Contains(got, "internal error at ") || !strings.Contains(got, "json_test.go:") || !strings.Contains(got, "hint: ") {
		t.Errorf("output %q", got)
	}
}
