package report

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

func markdownOf(t testing.TB, r *finding.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Markdown(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMarkdown(t *testing.T) {
	golden(t, "failing.md", []byte(markdownOf(t, failing())))
	golden(t, "passing.md", []byte(markdownOf(t, scenarios(t)["passing"])))
	golden(t, "hostile-names.md", []byte(markdownOf(t, scenarios(t)["hostile-names"])))
}

// TestMarkdownMarker checks that a comment begins with the marker and the result.
func TestMarkdownMarker(t *testing.T) {
	for result, want := range map[finding.Outcome]string{
		finding.Pass:         ":white_check_mark: gke-preflight: PASS",
		finding.Fail:         ":x: gke-preflight: FAIL",
		finding.Undetermined: ":grey_question: gke-preflight: UNDETERMINED",
		"excellent":          ":grey_question: gke-preflight: UNDETERMINED",
	} {
		got := markdownOf(t, &finding.Report{Result: result})
		if !strings.HasPrefix(got, MarkdownMarker+"\n### "+want+"\n") {
			t.Errorf("%s: got %q, want prefix %q", result, got, want)
		}
	}
}

// TestEscapeProse checks that words stay words and everything else becomes code.
func TestEscapeProse(t *testing.T) {
	for in, want := range map[string]string{
		"the agent is missing a.b.c, d.e.f on project acme-prod.": "the agent is missing `a.b.c`, `d.e.f` on project acme-prod.",
		"hello @octocat":                   "hello `@octocat`",
		"see #12 and GH-12, !3":            "see `#12` and `GH-12`, `!3`",
		"**bold** _it_ ~~no~~":             "`**bold** _it_ ~~no~~`",
		"[a](http://x) ![i](http://y)":     "<code>&#91;a&#93;&#40;http&#58;<wbr>&#47;&#47;x&#41; &#33;&#91;i&#93;&#40;http&#58;<wbr>&#47;&#47;y&#41;</code>",
		"<script>alert(1)</script>":        "<code>&#60;script&#62;alert&#40;1&#41;&#60;&#47;script&#62;</code>",
		"www.example.com mail@example.com": "`www.example.com mail@example.com`",
		"1234567 commits, deadbee1":        "`1234567` commits, `deadbee1`",
		"(unknown): 12 of 30":              "(unknown): 12 of 30",
		"a\nb":                             "<code>a&#92;nb</code>",
		"...":                              "",
		"":                                 "",
	} {
		if got := escapeProse(in); got != want {
			t.Errorf("escapeProse(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCodeSpan(t *testing.T) {
	for in, want := range map[string]string{
		"a.b@c":      "`a.b@c`",
		"a|b":        "<code>a&#124;b</code>",
		`a\|b`:       "<code>a&#92;&#124;b</code>",
		"`x`":        "<code>&#96;x&#96;</code>",
		"</code><b>": "<code>&#60;&#47;code&#62;&#60;b&#62;</code>",
		"|@a #1 x:y": "<code>&#124;&#64;<wbr>a &#35;<wbr>1 x&#58;<wbr>y</code>",
		"":           "",
	} {
		if got := codeSpan(in); got != want {
			t.Errorf("codeSpan(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestCodeBlock checks that no line inside of a code block ends it.
func TestCodeBlock(t *testing.T) {
	if got, want := codeBlock("sh", []string{"a", "```", "b"}), "````sh\na\n```\nb\n````\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestMarkdownLimit checks that a long report fits into a comment, closes its blocks,
// and states that parts are left out.
func TestMarkdownLimit(t *testing.T) {
	for _, name := range []string{"short", strings.Repeat("日本|@`\\", 300)} {
		r := &finding.Report{Result: finding.Fail, Limits: []string{name, name, name, name, name}}
		for i := range 200 {
			for _, outcome := range []finding.Outcome{finding.Fail, finding.Undetermined, finding.Pass, finding.Skipped} {
				r.Findings = append(r.Findings, finding.Finding{
					Rule: fmt.Sprintf("GP%03d", i), Outcome: outcome, Severity: need.Error, Message: name, Reason: name, Resource: name,
					Addresses: []string{name, name}, Plan: name, Principal: &need.Principal{Member: name},
				})
			}
		}
		got := markdownOf(t, r)
		if len(got) > 65_536 || !strings.Contains(got, "left out, because a comment is limited in size") {
			t.Errorf("%d bytes, ending %q", len(got), got[len(got)-100:])
		}
		if strings.Count(got, "<details>") != strings.Count(got, "</details>") || strings.Count(got, "\n```")%2 != 0 {
			t.Error("a block is not closed")
		}
	}
}

// outside returns the text outside of code spans and code blocks.
func outside(markdown string) string {
	blocks := regexp.MustCompile("(?ms)^(```+)[a-z]*\n.*?^```+\n")
	spans := regexp.MustCompile("`[^`\n]+`")
	return spans.ReplaceAllString(blocks.ReplaceAllString(markdown, ""), "CODE")
}

// TestMarkdownHostile checks that hostile names are not markup outside of code.
func TestMarkdownHostile(t *testing.T) {
	hostile := "a|b <script>x</script> @octocat [x](http://y) ![z](//w) --> </details> **b** #1 `c`"
	r := failing()
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Rule, f.Message, f.Reason, f.Title, f.Resource = hostile, hostile, hostile, hostile, hostile
		f.Addresses, f.Attribute, f.Plan = []string{hostile}, hostile, hostile
		f.Evidence = []finding.Evidence{{Method: hostile, Detail: hostile}}
		f.Fix, f.ExpectedError = nil, ""
	}
	r.Plan.Source, r.Limits = hostile, []string{hostile}
	got := strings.ReplaceAll(outside(strings.TrimPrefix(markdownOf(t, r), MarkdownMarker)), "<wbr>", "")
	for _, bad := range []string{"<script", "@", "](", "![", "-->", "**", "http:", " #1"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q is outside of code:\n%s", bad, got)
		}
	}
	if strings.Count(got, "<details>") != strings.Count(got, "</details>") {
		t.Errorf("a name closes a block:\n%s", got)
	}
}

// FuzzMarkdown checks for any name that table columns and code spans stay intact.
func FuzzMarkdown(f *testing.F) {
	f.Add("a|b`c\\|d")
	f.Add("```\n@x")
	f.Fuzz(func(t *testing.T, s string) {
		c := codeSpan(s)
		isSpan := strings.HasPrefix(c, "`") && strings.Count(c, "`") == 2
		isHTML := strings.HasPrefix(c, "<code>") && strings.Count(c, "</code>") == 1 && !strings.Contains(c, "`")
		if c != "" && !isSpan && !isHTML || strings.ContainsAny(c, "|\n\x1b") {
			t.Errorf("codeSpan(%q) = %q", s, c)
		}
		if p := escapeProse(s); strings.Count(p, "`")%2 != 0 || strings.ContainsAny(outside(p), "|@*_[]\n\x1b") {
			t.Errorf("escapeProse(%q) = %q", s, p)
		}
	})
}
