package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/term"
)

//go:embed html/page.tmpl
var htmlPage string

//go:embed html/style.css
var htmlStyle string

//go:embed html/script.js
var htmlScript string

// HTML writes a report as one self-contained page that sends no requests: its
// Content-Security-Policy allows only its own style and script, by their hashes.
// Untrusted strings are inserted as text, with control and bidirectional characters
// escaped. The same report gives the same bytes.
func HTML(w io.Writer, r *finding.Report) error {
	t, err := template.New("report").Parse(htmlPage)
	if err != nil {
		return fmt.Errorf("render the page: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, newPage(r)); err != nil {
		return fmt.Errorf("render the page: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// A page is the data of the template. Its strings are clean.
type page struct {
	Policy                  string
	Style                   template.CSS
	Script                  template.JS
	Word, Class, Mark, Text string
	Source, Version, Footer string
	Counts                  []htmlCount
	Header                  []htmlField
	Matrix                  matrix
	Shown                   []htmlFinding
	Folded                  []htmlFold
}

type htmlCount struct {
	N           int
	Word, Class string
}

// An htmlField is a line of the header.
type htmlField struct {
	Name   string
	Values []string
}

type htmlFold struct {
	Summary string
	Items   []htmlFinding
}

// An htmlFinding is a finding, with the trail from the plan to it.
type htmlFinding struct {
	ID, Class, Mark, Label  string
	Outcome, Severity, Rule string
	Headline, Title, URL    string
	// Why says why the outcome is undetermined, or what it is based on.
	Why    string
	Trail  []htmlStep
	Levels []htmlLevel
	Blocks []htmlBlock
}

type htmlBlock struct {
	ID, Name, Text string
	Copy           bool
}

func newPage(r *finding.Report) page {
	word, text, _ := strings.Cut(resultLine(r), "  ")
	p := page{
		Policy: "default-src 'none'; style-src '" + cspHash(htmlStyle) + "'; script-src '" + cspHash(htmlScript) + "'; base-uri 'none'; form-action 'none'",
		Style:  template.CSS(htmlStyle), Script: template.JS(htmlScript),
		Word: word, Class: string(r.Result), Mark: markOf(r.Result, need.Error),
		Text: term.Clean(capitalize(text)), Source: term.Clean(r.Plan.Source), Version: term.Clean(r.Tool.Version),
		Footer: htmlFooter(r),
		Counts: htmlCounts(r), Header: htmlHeader(r),
	}
	findings := worstFirst(r.Findings)
	projects := projectNames(r)
	var skipped, passed []htmlFinding
	for i, f := range append(slices.Clone(findings), onlyPassing(r.Findings)...) {
		view := newHTMLFinding(fmt.Sprintf("f%d", i+1), f)
		p.Matrix.add(view, f, projects)
		switch f.Outcome {
		case finding.Pass:
			passed = append(passed, view)
		case finding.Skipped:
			skipped = append(skipped, view)
		default:
			p.Shown = append(p.Shown, view)
		}
	}
	p.Folded = append(foldedGroup("skipped", skipped), foldedGroup("passed", passed)...)
	p.Matrix.finish()
	return p
}

func htmlFooter(r *finding.Report) string {
	if r.Snapshot != nil {
		return fmt.Sprintf("%d requests answered from a snapshot, none sent to Google Cloud.", r.Requests.Total)
	}
	return fmt.Sprintf("%d read-only requests to Google Cloud.", r.Requests.Total)
}

func onlyPassing(findings []finding.Finding) []finding.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f finding.Finding) bool { return f.Outcome != finding.Pass })
}

// cspHash returns the source expression that allows an inline style or script.
func cspHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func markOf(o finding.Outcome, s need.Severity) string {
	switch {
	case o == finding.Pass:
		return "✓"
	case o == finding.Skipped:
		return "–"
	case o == finding.Undetermined:
		return "?"
	case s == need.Warning:
		return "!"
	case s == need.Note:
		return "•"
	}
	return "✗"
}

// classOf returns the CSS class that colors a finding.
func classOf(f finding.Finding) string {
	if f.Outcome == finding.Fail && severityOf(f.Severity) != need.Error {
		return string(f.Severity)
	}
	return string(f.Outcome)
}

func htmlCounts(r *finding.Report) []htmlCount {
	var out []htmlCount
	for _, c := range []htmlCount{
		{r.Summary.Fail, "fail", "fail"}, {r.Summary.Undetermined, "undetermined", "undetermined"},
		{r.Summary.Pass, "pass", "pass"}, {r.Summary.Skipped, "skipped", "skipped"},
	} {
		if c.N > 0 {
			out = append(out, c)
		}
	}
	return out
}

func htmlHeader(r *finding.Report) []htmlField {
	var out []htmlField
	add := func(name string, values ...string) {
		for i, v := range values {
			values[i] = term.Clean(v)
		}
		if len(values) > 0 {
			out = append(out, htmlField{name, slices.Compact(values)})
		}
	}
	add("plan", planNames(r)...)
	add("notices", slices.Clone(r.Notices)...)
	var deployers, projects []string
	for _, d := range r.Deployers {
		deployers = append(deployers, deployerText(d))
	}
	for _, p := range r.Projects {
		projects = append(projects, joinNonEmpty(", number ", p.ID, p.Number))
	}
	if len(projects) > 4 {
		projects = []string{strings.Join(projects, "; ")}
	}
	add("deployer", deployers...)
	add("projects", projects...)
	add("limits", otherLimits(r)...)
	return out
}

func newHTMLFinding(id string, f finding.Finding) htmlFinding {
	v := htmlFinding{
		ID: id, Class: classOf(f), Mark: markOf(f.Outcome, f.Severity), Outcome: string(f.Outcome), Severity: term.Clean(string(f.Severity)),
		Rule: term.Clean(f.Rule), Headline: htmlHeadline(f), Title: term.Clean(f.Title), URL: linkOf(f),
	}
	v.Label = v.Severity
	if f.Outcome == finding.Undetermined {
		v.Label = "undetermined, " + term.Clean(wouldBe(f.Severity))
	}
	v.Trail, v.Levels = htmlTrail(f, v.Class), htmlLevels(f, v.Class)
	if f.Outcome == finding.Skipped {
		return v
	}
	v.Why = term.Clean(f.Reason)
	v.Blocks = htmlBlocks(id, f)
	return v
}

func htmlHeadline(f finding.Finding) string {
	switch f.Outcome {
	case finding.Pass:
		return term.Clean(joinNonEmpty(": ", f.Plan, capitalize(statement(f))))
	case finding.Skipped:
		return term.Clean(joinNonEmpty(": ", f.Plan, statement(f)))
	case finding.Undetermined:
		return term.Clean("Could not check: " + f.Title)
	}
	return term.Clean(statement(f))
}

// htmlBlocks returns the error that apply would print, and the fix. A command that
// needs escapes has no copy button, because pasted it would be another command.
func htmlBlocks(id string, f finding.Finding) []htmlBlock {
	var out []htmlBlock
	add := func(name, text string, copies bool) {
		out = append(out, htmlBlock{ID: fmt.Sprintf("%s-%d", id, len(out)+1), Name: name, Text: text, Copy: copies})
	}
	if f.ExpectedError != "" {
		shown, _ := pasteable(strings.Split(f.ExpectedError, "\n"), "")
		add("Expected error", shown, false)
	}
	if f.Fix == nil {
		return out
	}
	for _, c := range f.Fix.Commands {
		if strings.TrimSpace(c) != "" {
			shown, whole := pasteable([]string{c}, notPrintable)
			add("Fix", shown, whole)
		}
	}
	if f.Fix.Terraform != "" {
		shown, whole := pasteable(strings.Split(strings.TrimRight(f.Fix.Terraform, "\n"), "\n"), notPrintable)
		add("Fix in Terraform", shown, whole)
	}
	return out
}

// pasteable cleans lines and marks those that cleaning changes, because pasted they
// would be something else. Whole reports whether none changed.
func pasteable(lines []string, mark string) (shown string, whole bool) {
	whole = true
	out := make([]string, len(lines))
	for i, l := range lines {
		indent := l[:len(l)-len(strings.TrimLeft(l, " "))]
		out[i] = indent + term.Clean(l[len(indent):])
		if out[i] != l {
			out[i], whole = mark+out[i], false
		}
	}
	return strings.Join(out, "\n"), whole
}

func foldedGroup(word string, items []htmlFinding) []htmlFold {
	if len(items) == 0 {
		return nil
	}
	return []htmlFold{{fmt.Sprintf("%d %s", len(items), word), items}}
}
