// Package report writes reports and inventories, as text, JSON, HTML, Markdown,
// SARIF, JUnit XML, GitHub annotations and GitLab code quality issues. It decides
// nothing and sends no requests: a report states the same in every format.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

// TextOptions say how text is written.
type TextOptions struct {
	Color bool
	// ASCII limits the output to ASCII, for terminals without UTF-8.
	ASCII bool
	// Width is the number of columns to wrap prose at; 0 does not wrap. Commands,
	// addresses and error messages are never wrapped.
	Width int
	// Verbose lists checks that pass, and long lists in full.
	Verbose bool
}

// Text writes a report for people: the result, the failures, then what is
// undetermined. The text of a report that does not fail never contains the word
// fail, unless a name does: CI systems search logs for it.
func Text(w io.Writer, r *finding.Report, o TextOptions) error {
	t := newText(w, o)
	t.headline(r)
	if len(r.Findings)+len(r.Notices)+len(r.Limits) > 0 {
		t.header(r)
	}
	if len(r.Findings) > 0 {
		t.failures(r.Findings, need.Error)
		t.failures(r.Findings, need.Warning)
		t.undetermined(r.Findings)
		t.blankLine()
		t.notes(r.Findings)
		t.skipped(r.Findings)
		t.passed(r.Findings)
	}
	t.requests(r)
	return t.w.Flush()
}

// header writes what was checked, and the limits of the result.
func (t *text) header(r *finding.Report) {
	t.blankLine()
	t.plans(r)
	for i, n := range r.Notices {
		t.headerLine(labelIfFirst(i, "notice"), n)
	}
	for i, d := range r.Deployers {
		t.headerLine(labelIfFirst(i, "deployer"), deployerText(d))
	}
	shown := t.visible(len(r.Projects), 4)
	for i, p := range r.Projects[:shown] {
		t.headerLine(labelIfFirst(i, "project"), projectText(p))
	}
	t.hiddenCount("  "+padLabel(""), len(r.Projects)-shown)
	for i, l := range otherLimits(r) {
		t.headerLine(labelIfFirst(i, "limits"), l)
	}
}

// plans writes the plan of a report, or all plans of a merged one.
func (t *text) plans(r *finding.Report) {
	plans := r.Plans
	if len(plans) == 0 {
		plans = []finding.PlanRef{r.Plan}
	}
	shown := t.visible(len(plans), 8)
	for i, p := range plans[:shown] {
		t.headerLine(labelIfFirst(i, "plan"), parenthesize(planSource(p.Source), prefixNonEmpty("Terraform ", p.TerraformVersion)))
	}
	t.hiddenCount("  "+padLabel(""), len(plans)-shown)
}

func planSource(source string) string {
	if source == "-" {
		return "standard input"
	}
	return source
}

func deployerText(d finding.DeployerRef) string {
	if d.Member == "" {
		return parenthesize(joinNonEmpty(": ", "unknown", d.Unknown), prefixNonEmpty("credentials: ", d.Source))
	}
	return parenthesize(d.Member, d.Source)
}

func projectText(p finding.ProjectRef) string {
	number := p.Number
	if number == p.ID {
		number = ""
	}
	return parenthesize(joinNonEmpty(", ", p.ID, prefixNonEmpty("number ", number)), prefixNonEmpty("from ", p.Source))
}

// parenthesize returns "s (remark)", or s if remark is empty.
func parenthesize(s, remark string) string {
	if remark == "" {
		return s
	}
	return strings.TrimLeft(s+" ("+remark+")", " ")
}

// prefixNonEmpty returns prefix + s; empty if s is.
func prefixNonEmpty(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// joinNonEmpty joins the parts that are not empty.
func joinNonEmpty(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), separator)
}

// notes writes a line for each note, or in verbose mode all of it, as for other
// failures.
func (t *text) notes(findings []finding.Finding) {
	if t.options.Verbose {
		t.failures(findings, need.Note)
		t.blankLine()
		return
	}
	for _, f := range findings {
		if f.Outcome == finding.Fail && f.Severity == need.Note {
			t.markedLine(noteMark(), f.Rule+" note  ", joinNonEmpty(": ", f.Plan, messageOf(f)))
		}
	}
}

func (t *text) skipped(findings []finding.Finding) {
	for _, f := range findings {
		if f.Outcome == finding.Skipped {
			t.markedLine(skippedMark(), f.Rule+" skipped: ", joinNonEmpty(": ", f.Plan, reasonOf(f)))
		}
	}
}

// passed writes the number of checks that pass, or in verbose mode a line for each.
func (t *text) passed(findings []finding.Finding) {
	for _, f := range findings {
		if f.Outcome == finding.Pass && t.options.Verbose {
			t.markedLine(passedMark(), f.Rule+"  ", parenthesize(joinNonEmpty(": ", f.Plan, joinNonEmpty("", f.Message, titleIfNoMessage(f))), joinNonEmpty(", ", evidenceMethods(f)...)))
		}
	}
	if n := count(findings).pass; n > 0 && !t.options.Verbose {
		t.line(t.markSpan(passedMark()), plain(plural(n, "check")+" passed (-v lists them)"))
	}
	n, why := passedByPlan(findings)
	if n > 0 {
		t.paragraph(fmt.Sprintf("%d of them because the plan itself provides it before it is needed. %s", n, why), plain("  "))
	}
}

// titleIfNoMessage returns the title of the rule; empty if f has a message.
func titleIfNoMessage(f finding.Finding) string {
	if f.Message != "" {
		return ""
	}
	return f.Title
}

// evidenceMethods returns the methods that a finding is based on, each once.
func evidenceMethods(f finding.Finding) []string {
	var out []string
	for _, e := range f.Evidence {
		if !slices.Contains(out, e.Method) {
			out = append(out, e.Method)
		}
	}
	return append(out, prefixNonEmpty("planned by ", strings.Join(f.PlannedBy, ", ")))
}

// passedByPlan returns how many checks pass because the plan provides what they
// need, and what to know about that.
func passedByPlan(findings []finding.Finding) (n int, why string) {
	var reasons []string
	for _, f := range findings {
		if f.Outcome != finding.Pass || len(f.PlannedBy) == 0 {
			continue
		}
		n++
		if sentence := capitalize(f.Reason) + "."; f.Reason != "" && !slices.Contains(reasons, sentence) {
			reasons = append(reasons, sentence)
		}
	}
	return n, strings.Join(reasons, " ")
}

func (t *text) requests(r *finding.Report) {
	if r.Requests.Total > 0 {
		t.line(faint(fmt.Sprintf("  %s in %s", requestsText(r), r.Duration())))
	}
}

// requestsText returns how many requests were sent, and to what.
func requestsText(r *finding.Report) string {
	if r.Snapshot != nil {
		return plural(r.Requests.Total, "request") + " answered from a snapshot, none sent to Google Cloud,"
	}
	return plural(r.Requests.Total, "request") + " to Google Cloud"
}
