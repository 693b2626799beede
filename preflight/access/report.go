package access

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"gke-preflight/preflight/term"
)

// SchemaVersion is the version of the JSON report. It changes when a member is
// removed or changes its meaning, not when one is added.
const SchemaVersion = "1"

// A Tool is the program that made a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// A Report says whether this machine can reach some clusters.
type Report struct {
	SchemaVersion string `json:"schema_version"`
	Tool          Tool   `json:"tool"`
	// Result is the worst result of the clusters: pass, fail or undetermined.
	Result   Verdict   `json:"result"`
	Clusters []*Result `json:"clusters"`
	// Notes say what was left out, one sentence each.
	Notes []string `json:"notes,omitempty"`
}

// NewReport returns the report of results.
func NewReport(tool Tool, results []*Result, notes []string) *Report {
	r := &Report{SchemaVersion: SchemaVersion, Tool: tool, Result: Pass, Clusters: append([]*Result{}, results...), Notes: notes}
	for _, one := range results {
		switch {
		case one.Result == Fail:
			r.Result = Fail
		case one.Result == Undetermined && r.Result == Pass:
			r.Result = Undetermined
		}
	}
	return r
}

// UnknownCluster returns the result of a cluster whose name the plan does not
// show, for the reason cause.
func UnknownCluster(cause string) *Result {
	return &Result{Result: Undetermined, Steps: []Step{}, Class: "cluster_unknown", Cause: cause}
}

// JSON writes r as JSON. It quotes servers and programs, so whatever a terminal
// or a CI server would act on is escaped.
func JSON(w io.Writer, r *Report) error { return term.JSON(w, r) }

// Text writes r for people: for each cluster the result, the steps, and at the
// end the cause and its fix.
func Text(w io.Writer, r *Report, p term.Palette) error {
	t := &text{bufio.NewWriter(w), p}
	for i, one := range r.Clusters {
		if i > 0 {
			t.line("", "")
		}
		t.result(one)
	}
	if len(r.Clusters) == 0 {
		t.line(t.Paint(term.Green, "PASS"), "  no cluster to check")
	}
	for _, n := range r.Notes {
		t.line("", "• "+n)
	}
	return t.w.Flush()
}

// A text writes a report. Flush returns the first write error.
type text struct {
	w *bufio.Writer
	term.Palette
}

// line writes one line: lead as it is, which may be colored, and rest cleaned.
func (t *text) line(lead, rest string) {
	_, _ = t.w.WriteString(lead + term.Clean(rest) + "\n")
}

func (t *text) result(r *Result) {
	cluster := r.Cluster
	if cluster == "" {
		cluster = "a cluster whose name the plan does not show"
	}
	if r.Context != "" {
		cluster += " (context " + r.Context + ")"
	}
	t.line(t.Paint(color(r.Result), strings.ToUpper(string(r.Result))), "  "+headline(r.Result)+cluster)
	for _, s := range r.Steps {
		t.line("  "+t.Paint(color(s.Verdict), mark(s.Verdict))+" ", fmt.Sprintf("%-18s  %s", s.Name, s.Message))
	}
	if r.Cause != "" {
		t.line("", "")
		t.line("  "+t.Paint(term.Dim, "cause")+"  ", r.Cause)
	}
	t.fix(r)
}

func (t *text) fix(r *Result) {
	if r.Fix == nil {
		return
	}
	label := "fix"
	if r.Result == Undetermined {
		label = "this may help"
	}
	t.line("  "+t.Paint(term.Dim, label), "")
	for _, c := range r.Fix.Commands {
		t.line("    ", c)
	}
}

// headline returns the beginning of a sentence that ends with a cluster.
func headline(v Verdict) string {
	switch v {
	case Pass:
		return "access works: "
	case Fail:
		return "no access: "
	}
	return "could not determine whether access works: "
}

func mark(v Verdict) string {
	switch v {
	case Pass:
		return "✓"
	case Fail:
		return "✗"
	case Undetermined:
		return "?"
	}
	return "–"
}

func color(v Verdict) term.Color {
	switch v {
	case Pass:
		return term.Green
	case Fail:
		return term.Red
	case Undetermined:
		return term.Yellow
	}
	return term.Dim
}
