// Package report writes what a check found, for people and for machines. It
// decides nothing and asks nobody: a report says the same in every format.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

// TextOptions are how text is written.
type TextOptions struct {
	Color bool
	// ASCII writes nothing but ASCII, for terminals that do not know UTF-8.
	ASCII bool
	// Width is the columns to wrap prose at; 0 leaves that to whatever shows
	// the text. What is meant to be pasted or searched for is never wrapped.
	Width int
	// Verbose lists passes, and long lists in full.
	Verbose bool
}

// Text writes a report for people: first the result, then what fails, then
// what could not be found out. The word for a failed check stands nowhere in
// the text of a passing one, unless a name in it has it.
func Text(w io.Writer, r *finding.Report, o TextOptions) error {
	t := newText(w, o)
	t.headline(r)
	if len(r.Findings)+len(r.Notices)+len(r.Limits) > 0 {
		t.facts(r)
	}
	if len(r.Findings) > 0 {
		t.failing(r.Findings, need.Error)
		t.failing(r.Findings, need.Warning)
		t.undetermined(r.Findings)
		t.gap()
		t.notes(r.Findings)
		t.skipped(r.Findings)
		t.passed(r.Findings)
	}
	t.requests(r)
	return t.w.Flush()
}

// facts are what the result rests on.
func (t *text) facts(r *finding.Report) {
	t.gap()
	t.plans(r)
	for i, n := range r.Notices {
		t.fact(first(i, "notice"), n)
	}
	for i, d := range r.Deployers {
		t.fact(first(i, "deployer"), deployer(d))
	}
	shown := t.fold(len(r.Projects), 4)
	for i, p := range r.Projects[:shown] {
		t.fact(first(i, "project"), project(p))
	}
	t.more("  "+pad(""), len(r.Projects)-shown)
	for i, l := range otherLimits(r) {
		t.fact(first(i, "limits"), l)
	}
}

// plans are the plan of a report, or all that it was merged from.
func (t *text) plans(r *finding.Report) {
	plans := r.Plans
	if len(plans) == 0 {
		plans = []finding.PlanRef{r.Plan}
	}
	shown := t.fold(len(plans), 8)
	for i, p := range plans[:shown] {
		t.fact(first(i, "plan"), aside(planSource(p.Source), prefixed("Terraform ", p.TerraformVersion)))
	}
	t.more("  "+pad(""), len(plans)-shown)
}

func planSource(source string) string {
	if source == "-" {
		return "standard input"
	}
	return source
}

func deployer(d finding.DeployerRef) string {
	if d.Member == "" {
		return aside(joined(": ", "not known", d.Unknown), prefixed("credentials: ", d.Source))
	}
	return aside(d.Member, d.Source)
}

func project(p finding.ProjectRef) string {
	number := p.Number
	if number == p.ID {
		number = ""
	}
	return aside(joined(", ", p.ID, prefixed("number ", number)), prefixed("from ", p.Source))
}

// aside adds something in brackets.
func aside(s, remark string) string {
	if remark == "" {
		return s
	}
	return strings.TrimLeft(s+" ("+remark+")", " ")
}

// prefixed is nothing where there is nothing to begin.
func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// joined leaves out what is empty.
func joined(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), separator)
}

// notes are a line each; in full they stand among what fails.
func (t *text) notes(findings []finding.Finding) {
	if t.options.Verbose {
		t.failing(findings, need.Note)
		t.gap()
		return
	}
	for _, f := range findings {
		if f.Outcome == finding.Fail && f.Severity == need.Note {
			t.marked(noteMark(), f.Rule+" note  ", joined(": ", f.Plan, message(f)))
		}
	}
}

func (t *text) skipped(findings []finding.Finding) {
	for _, f := range findings {
		if f.Outcome == finding.Skipped {
			t.marked(skippedMark(), f.Rule+" skipped: ", joined(": ", f.Plan, reason(f)))
		}
	}
}

// passed counts what passes, and lists it on demand.
func (t *text) passed(findings []finding.Finding) {
	for _, f := range findings {
		if f.Outcome == finding.Pass && t.options.Verbose {
			t.marked(passedMark(), f.Rule+"  ", aside(joined(": ", f.Plan, joined("", f.Message, untold(f))), joined(", ", methods(f)...)))
		}
	}
	if n := count(findings).pass; n > 0 && !t.options.Verbose {
		t.line(t.sign(passedMark()), plain(plural(n, "check")+" passed (-v lists them)"))
	}
	n, why := planned(findings)
	if n > 0 {
		t.paragraph(fmt.Sprintf("%d of them because the plan itself provides it first. %s", n, why), plain("  "))
	}
}

// untold is a rule's title where its finding has no message.
func untold(f finding.Finding) string {
	if f.Message != "" {
		return ""
	}
	return f.Title
}

// methods are how a finding was found out, each once.
func methods(f finding.Finding) []string {
	var out []string
	for _, e := range f.Evidence {
		if !slices.Contains(out, e.Method) {
			out = append(out, e.Method)
		}
	}
	return append(out, prefixed("planned by ", strings.Join(f.PlannedBy, ", ")))
}

// planned counts what passes because the plan provides it, and says what to
// mind about that.
func planned(findings []finding.Finding) (n int, why string) {
	var reasons []string
	for _, f := range findings {
		if f.Outcome != finding.Pass || len(f.PlannedBy) == 0 {
			continue
		}
		n++
		if sentence := capital(f.Reason) + "."; f.Reason != "" && !slices.Contains(reasons, sentence) {
			reasons = append(reasons, sentence)
		}
	}
	return n, strings.Join(reasons, " ")
}

func (t *text) requests(r *finding.Report) {
	if r.Requests.Total > 0 {
		t.line(faint(fmt.Sprintf("  %s in %s", requests(r), r.Duration())))
	}
}

// requests says how many were made, and to whom.
func requests(r *finding.Report) string {
	if r.Snapshot != nil {
		return plural(r.Requests.Total, "request") + " answered by a file, none sent to Google Cloud,"
	}
	return plural(r.Requests.Total, "request") + " to Google Cloud"
}
