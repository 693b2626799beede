package diagnose

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"gke-preflight/preflight/term"
)

// TextOptions say how Text writes a report.
type TextOptions struct {
	Color bool
	// Width is the number of columns at which prose is wrapped; 0 does not wrap.
	// Commands and excerpts of the log are never wrapped.
	Width int
}

// Text writes r for people: for each error who lacks what, on what and why, and
// the commands to paste.
func Text(w io.Writer, r *Report, o TextOptions) error {
	t := &text{w: bufio.NewWriter(w), palette: term.Palette{On: o.Color}, width: o.Width}
	if len(r.Errors) == 0 {
		t.line(term.None, "No errors found in this log.")
	}
	for i := range r.Errors {
		if i > 0 {
			t.line(term.None, "")
		}
		t.error(&r.Errors[i])
	}
	if r.More {
		t.line(term.None, "")
		t.line(term.None, fmt.Sprintf("The log contains more errors: only the first %d are shown.", len(r.Errors)))
	}
	return t.w.Flush()
}

// A text writes a report. Flush returns the first write error.
type text struct {
	w       *bufio.Writer
	palette term.Palette
	width   int // the columns to wrap prose at; 0 does not wrap
}

// line writes s cleaned and in one color.
func (t *text) line(color term.Color, s string) {
	s = strings.TrimRight(term.Clean(s), " ")
	_, _ = t.w.WriteString(t.palette.Paint(color, s) + "\n")
}

func (t *text) error(e *Error) {
	t.line(term.Bold+term.Red, fmt.Sprintf("✗ line %d  %s", e.Line, headline(e)))
	t.row("message", e.Excerpt)
	if e.Principal != nil {
		t.row("who", describe(e.Principal))
	}
	for i, s := range e.Suspects {
		t.prose(firstOnly(i, "suspects"), fmt.Sprintf("%d. %s: %s", i+1, kindInWords(s.Kind), s.Why))
	}
	t.prose("cause", e.Cause)
	t.check(e.Check)
	if e.Check == nil || e.Check.Outcome != CheckFound {
		t.row("confidence", confidenceInWords(e.Confidence))
	}
	if e.Fix != nil {
		t.line(term.Dim, "    fix")
		for _, c := range e.Fix.Commands {
			t.line(term.Green, "      "+c)
		}
	}
	if len(e.Rules) > 0 {
		t.row("rules", "gke-preflight check reports this before apply: "+strings.Join(e.Rules, ", "))
	}
}

// check writes what Google Cloud says now; c is nil if it was not asked.
func (t *text) check(c *Check) {
	if c == nil {
		return
	}
	if c.Outcome == CheckClear {
		t.prose("checked", "Google Cloud reports no such problem now: it has been fixed since, the fix has not propagated yet, or the cause is another one")
	}
	for i, f := range c.Findings {
		verdict := " fails: "
		if c.Outcome == CheckUndetermined {
			verdict = " is undetermined: "
		}
		t.prose(firstOnly(i, "checked"), f.Rule+verdict+f.Message)
	}
}

// firstOnly returns the label of row i: only the first of several rows has one.
func firstOnly(i int, label string) string {
	if i > 0 {
		return ""
	}
	return label
}

// rowIndent and labelWidth are in columns.
const (
	rowIndent  = 4
	labelWidth = 12
)

// row writes a value after its label, and nothing if the value is empty.
func (t *text) row(label, value string) {
	if value != "" {
		t.line(term.None, strings.Repeat(" ", rowIndent)+label+strings.Repeat(" ", max(1, labelWidth-len(label)))+value)
	}
}

// prose is like row but wraps the value.
func (t *text) prose(label, value string) {
	width := 0
	if t.width > 0 {
		width = max(t.width-labelWidth-rowIndent, 30)
	}
	for _, line := range term.Wrap(strings.Join(strings.Fields(value), " "), width) {
		t.row(label, line)
		label = ""
	}
}

// headline returns what failed, in a few words.
func headline(e *Error) string {
	title := title(e.Class)
	if e.Wrapper != "" && e.Class != RetryBudgetExhausted {
		title += ", reported as: retry budget exhausted"
	}
	switch {
	case e.Class == APIDisabled && e.Service != "":
		return title + ": " + e.Service + inProject(e)
	case e.Permission != "" && e.Resource != "":
		return title + ": " + e.Permission + " on " + e.Resource
	case e.Permission != "":
		return title + ": " + e.Permission + inProject(e)
	case e.Resource != "":
		return title + ": " + e.Resource
	}
	return title
}

func inProject(e *Error) string {
	if e.Project == "" {
		return ""
	}
	return " in project " + e.Project
}

func title(c Class) string {
	switch c {
	case RetryBudgetExhausted:
		return "Compute Engine repeatedly denied a request from GKE"
	case CallerPermissionDenied:
		return "The caller lacks a permission"
	case APIDisabled:
		return "An API is disabled"
	case ActAsDenied:
		return "The caller cannot attach a service account"
	case ServiceAccountMissing:
		return "A service account does not exist or is disabled"
	case ServiceAgentMissingRole:
		return "A service agent is missing its role"
	case SharedVPCPermission:
		return "GKE cannot use the Shared VPC host project"
	case KMSPermission:
		return "A service agent cannot use a Cloud KMS key"
	case NodePoolRequiresRecreation:
		return "A node pool requires recreation"
	case IncompatibleOperation:
		return "Another operation is running"
	}
	return titleWithoutIAM(c)
}

// titleWithoutIAM returns the title of a class that no role fixes.
func titleWithoutIAM(c Class) string {
	switch c {
	case Unauthorized:
		return "Not authenticated (401)"
	case AuthPluginMissing:
		return "The GKE authentication plugin is missing"
	case NotFound:
		return "Not found (404)"
	case IAMPropagation:
		return "A recent change has not propagated yet"
	case Quota:
		return "A quota is exceeded"
	case InvalidArgument:
		return "The request is invalid"
	case ProviderCredentials:
		return "No usable credentials"
	}
	return "Another error, not a missing permission"
}

func describe(p *Principal) string {
	if p.Member == "" {
		return kindInWords(p.Kind)
	}
	return p.Member + " (" + kindInWords(p.Kind) + ")"
}

func confidenceInWords(c Confidence) string {
	switch c {
	case High:
		return "high: the message has only this cause"
	case Medium:
		return "medium: the message can have other causes; check before you apply the fix"
	}
	return "low: the message does not determine the cause"
}
