package access

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"gke-preflight/preflight/term"
)

// SchemaVersion is that of the JSON. It changes when a member goes or changes
// its meaning, and not when one comes.
const SchemaVersion = "1"

// A Tool is the program that made a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// A Report is whether some clusters can be reached.
type Report struct {
	SchemaVersion string `json:"schema_version"`
	Tool          Tool   `json:"tool"`
	// Result is the worst of those of the clusters: pass, fail or undetermined.
	Result   Verdict   `json:"result"`
	Clusters []*Result `json:"clusters"`
	// Notes are what was left out, each a sentence.
	Notes []string `json:"notes,omitempty"`
}

// NewReport sums results up.
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

// Unknown is the result of a cluster that cannot be named, and why.
func Unknown(cause string) *Result {
	return &Result{Result: Undetermined, Steps: []Step{}, Class: "cluster_unknown", Cause: cause}
}

// JSON writes a report for programs. What servers and programs said is in it:
// commands for CI servers are escaped.
func JSON(w io.Writer, r *Report) error { return term.JSON(w, r) }

// TextOptions are how text is written.
type TextOptions struct {
	Color bool
	// Clean makes a string harmless on a terminal.
	Clean func(string) string
}

// Text writes a report for people: the result, the steps, and at the end the
// one cause and what mends it.
func Text(w io.Writer, r *Report, o TextOptions) error {
	t := &text{bufio.NewWriter(w), o}
	for i, one := range r.Clusters {
		if i > 0 {
			t.line("", "")
		}
		t.result(one)
	}
	if len(r.Clusters) == 0 {
		t.line(t.paint(green, "PASS"), "  there is no cluster to reach")
	}
	for _, n := range r.Notes {
		t.line("", "• "+n)
	}
	return t.w.Flush()
}

// text is a report on its way out. Write errors come up when it is flushed.
type text struct {
	w *bufio.Writer
	TextOptions
}

const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	dim    = "\x1b[2m"
	reset  = "\x1b[0m"
)

// line writes a cleaned line, the beginning of which has a colour.
func (t *text) line(lead, rest string) {
	_, _ = t.w.WriteString(lead + t.Clean(rest) + "\n")
}

func (t *text) paint(color, s string) string {
	if !t.Color {
		return s
	}
	return color + s + reset
}

func (t *text) result(r *Result) {
	where := r.Cluster
	if where == "" {
		where = "a cluster that the plan does not name"
	}
	if r.Context != "" {
		where += " (context " + r.Context + ")"
	}
	t.line(t.paint(color(r.Result), strings.ToUpper(string(r.Result))), "  "+title(r.Result)+where)
	for _, s := range r.Steps {
		t.line("  "+t.paint(color(s.Verdict), mark(s.Verdict))+" ", fmt.Sprintf("%-18s  %s", s.Name, s.Message))
	}
	if r.Cause != "" {
		t.line("", "")
		t.line("  "+t.paint(dim, "cause")+"  ", r.Cause)
	}
	t.fix(r)
}

func (t *text) fix(r *Result) {
	if r.Fix == nil {
		return
	}
	label := "mend it with"
	if r.Result == Undetermined {
		label = "this may settle it"
	}
	t.line("  "+t.paint(dim, label), "")
	for _, c := range r.Fix.Commands {
		t.line("    ", c)
	}
}

func title(v Verdict) string {
	switch v {
	case Pass:
		return "access works: "
	case Fail:
		return "no access: "
	}
	return "not known whether access works: "
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

func color(v Verdict) string {
	switch v {
	case Pass:
		return green
	case Fail:
		return red
	case Undetermined:
		return yellow
	}
	return dim
}
