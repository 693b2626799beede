package report

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/term"
)

func TestIndentedWrap(t *testing.T) {
	for _, tt := range []struct {
		name          string
		width, indent int
		want          []string
	}{
		{"no width", 0, 10, []string{"twenty columns wide. yes"}},
		{"the indent counts", 30, 10, []string{"twenty columns wide.", "yes"}},
		{"never narrower than twenty", 5, 0, []string{"twenty columns wide.", "yes"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := newText(nil, TextOptions{Width: tt.width}).wrap("twenty columns wide. yes", tt.indent)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("wrap at %d behind %d (-want +got):\n%s", tt.width, tt.indent, diff)
			}
		})
	}
}

// TestPasteable checks that commands and errors are not wrapped.
func TestPasteable(t *testing.T) {
	for name, r := range scenarios(t) {
		got := render(t, r, TextOptions{Width: 20})
		for _, f := range r.Findings {
			if f.Outcome != finding.Fail || f.Severity == "note" || f.Fix == nil {
				continue
			}
			for _, c := range f.Fix.Commands {
				if term.Clean(c) == c && !strings.Contains(got, "\n      "+c+"\n") {
					t.Errorf("%s: no line is the command %q", name, c)
				}
			}
			if first, _, _ := strings.Cut(f.ExpectedError, "\n"); first != "" && !strings.Contains(got, "      "+first+"\n") {
				t.Errorf("%s: no line is the error %q", name, first)
			}
		}
	}
}

// TestSpacing checks that no report begins or ends with an empty line, or has two in a
// row.
func TestSpacing(t *testing.T) {
	reports := scenarios(t)
	reports["empty"] = &finding.Report{Result: finding.Pass}
	reports["one error"] = &finding.Report{Result: finding.Fail, Findings: []finding.Finding{{Outcome: finding.Fail, Message: "x"}}}
	for name, r := range reports {
		for _, verbose := range []bool{false, true} {
			got := render(t, r, TextOptions{Verbose: verbose})
			if strings.HasPrefix(got, "\n") || strings.HasSuffix(got, "\n\n") || strings.Contains(got, "\n\n\n") {
				t.Errorf("%s (verbose %t) has superfluous empty lines:\n%q", name, verbose, got)
			}
		}
	}
}

// everywhere sets every exported string in v.
func everywhere(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Pointer:
		if !v.IsNil() {
			everywhere(v.Elem(), s)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				everywhere(v.Field(i), s)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			everywhere(v.Index(i), s)
		}
	}
}

// FuzzText checks for any string in any field that text and JSON contain no control
// characters, and no line that is a command.
func FuzzText(f *testing.F) {
	for _, s := range []string{
		"plain", "", ":", "#", " ", "::error::x", "x\n::error::x", "##vso[task.complete]", "a##[group]b",
		"\x1b]0;title\x07", "\u202eexe", "\u2028", "\u3164", "\xff\xfe", "a; ; b", "x: gcloud a; b", strings.Repeat("a b", 60),
	} {
		f.Add(s, uint8(40))
	}
	data, err := os.ReadFile("testdata/reports/many-addresses.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string, width uint8) {
		r := filled(t, data, s)
		for _, o := range []TextOptions{{}, {Verbose: true}, {Width: int(width)}, {Width: int(width), ASCII: true}} {
			tame(t, render(t, r, o))
		}
		var b strings.Builder
		if err := JSON(&b, r); err != nil {
			t.Fatal(err)
		}
		tame(t, b.String())
		if !json.Valid([]byte(b.String())) {
			t.Errorf("invalid JSON: %s", &b)
		}
	})
}

// filled returns the report in data with s in every string but the outcomes, so that
// all parts of the text are written.
func filled(t *testing.T, data []byte, s string) *finding.Report {
	t.Helper()
	r := new(finding.Report)
	if err := json.Unmarshal(data, r); err != nil {
		t.Fatal(err)
	}
	outcomes := make([]finding.Outcome, len(r.Findings))
	for i, f := range r.Findings {
		outcomes[i] = f.Outcome
	}
	everywhere(reflect.ValueOf(r).Elem(), s)
	for i, o := range outcomes {
		r.Findings[i].Outcome = o
	}
	return r
}

// tame fails the test if s has control characters or lines that are commands.
func tame(t *testing.T, s string) {
	t.Helper()
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r", "\n"), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##") {
			t.Errorf("a line is a command: %q", line)
		}
	}
	for _, r := range s {
		if r != '\n' && (unicode.In(r, unicode.C, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Other_Default_Ignorable_Code_Point) || r == '\u200b' || r == '\u200d' || r == '\ufeff') {
			t.Errorf("output contains %U", r)
		}
	}
}
