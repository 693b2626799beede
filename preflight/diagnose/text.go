package diagnose

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// TextOptions are how a report is written for people.
type TextOptions struct {
	// Clean makes a string from the log harmless, as one line.
	Clean func(string) string
	Color bool
	// Width is the columns to wrap prose at; 0 does not wrap. Commands and the
	// log's own words are never wrapped.
	Width int
}

const (
	red   = "\x1b[31m"
	green = "\x1b[32m"
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	reset = "\x1b[0m"
)

// Text writes a report for people: of each error who lacks what where, why,
// and what to paste.
func Text(w io.Writer, r *Report, o TextOptions) error {
	t := &text{w: bufio.NewWriter(w), options: o}
	if len(r.Errors) == 0 {
		t.line("", "No errors found that are known, or that begin as one does.")
	}
	for i := range r.Errors {
		if i > 0 {
			t.line("", "")
		}
		t.error(&r.Errors[i])
	}
	if r.More {
		t.line("", "")
		t.line("", fmt.Sprintf("The log goes on with errors: the first %d are shown.", len(r.Errors)))
	}
	return t.w.Flush()
}

type text struct {
	w       *bufio.Writer
	options TextOptions
}

// line writes clean text; errors come up when it is flushed.
func (t *text) line(color, s string) {
	s = strings.TrimRight(t.options.Clean(s), " ")
	if t.options.Color && color != "" && s != "" {
		s = color + s + reset
	}
	_, _ = t.w.WriteString(s + "\n")
}

func (t *text) error(e *Error) {
	t.line(bold+red, fmt.Sprintf("✗ line %d  %s", e.Line, headline(e)))
	t.row("says", e.Excerpt)
	if e.Principal != nil {
		t.row("who", who(e.Principal))
	}
	for i, s := range e.Suspects {
		t.prose(label(i, "suspects"), fmt.Sprintf("%d. %s: %s", i+1, inWords(s.Kind), s.Why))
	}
	t.prose("why", e.Cause)
	t.check(e)
	if e.Check == nil || e.Check.Outcome != CheckFound {
		t.row("sure", sure(e))
	}
	if e.Fix != nil {
		t.line(dim, "    run")
		for _, c := range e.Fix.Commands {
			t.line(green, "      "+c)
		}
	}
	if len(e.Rules) > 0 {
		t.row("before", "gke-preflight check sees this before apply: "+strings.Join(e.Rules, ", "))
	}
}

// check says what Google Cloud answered, where it was asked.
func (t *text) check(e *Error) {
	if e.Check == nil {
		return
	}
	if e.Check.Outcome == CheckClear {
		t.prose("asked", "Google Cloud now answers that nothing of the kind is amiss: it has been mended since, or is not everywhere yet, or the cause is another")
	}
	for i, f := range e.Check.Findings {
		word := " fails: "
		if e.Check.Outcome == CheckUndetermined {
			word = " could not be found out: "
		}
		t.prose(label(i, "asked"), f.Rule+word+f.Message)
	}
}

// label names the first of several rows.
func label(i int, name string) string {
	if i > 0 {
		return ""
	}
	return name
}

const labelWidth = 10

func (t *text) row(name, value string) {
	if value != "" {
		t.line("", "    "+name+strings.Repeat(" ", max(1, labelWidth-len(name)))+value)
	}
}

// prose is a row that is wrapped.
func (t *text) prose(name, value string) {
	width := max(t.options.Width-labelWidth-4, 30)
	if t.options.Width <= 0 {
		width = len(value)
	}
	row := ""
	for _, word := range strings.Fields(value) {
		if row != "" && len(row)+1+len(word) > width {
			t.row(name, row)
			name, row = "", ""
		}
		row = strings.TrimPrefix(row+" "+word, " ")
	}
	t.row(name, row)
}

// headline says what failed in a few words.
func headline(e *Error) string {
	title := titles(e.Class)
	if e.Wrapper != "" && e.Class != RetryBudgetExhausted {
		title += ", told as: retry budget exhausted"
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

func titles(c Class) string {
	switch c {
	case RetryBudgetExhausted:
		return "Compute Engine refused GKE"
	case CallerPermissionDenied:
		return "The caller lacks a permission"
	case APIDisabled:
		return "An API is off"
	case ActAsDenied:
		return "The caller may not attach a service account"
	case ServiceAccountMissing:
		return "A service account does not exist or is disabled"
	case ServiceAgentMissingRole:
		return "A service agent lacks its role"
	case SharedVPCPermission:
		return "GKE may not use the host project of a Shared VPC"
	case KMSPermission:
		return "A service agent may not use a key"
	case NodePoolRequiresRecreation:
		return "The nodes of a pool wait to be recreated"
	case IncompatibleOperation:
		return "Another operation is running"
	}
	return otherTitles(c)
}

func otherTitles(c Class) string {
	switch c {
	case Unauthorized:
		return "Not logged in (401)"
	case AuthPluginMissing:
		return "The login plugin for GKE is missing"
	case NotFound:
		return "Not found (404)"
	case IAMPropagation:
		return "Made too recently to be known everywhere"
	case Quota:
		return "A quota is used up"
	case InvalidArgument:
		return "The request is not valid"
	case ProviderCredentials:
		return "No usable credentials"
	}
	return "Another error, and no missing permission"
}

func who(p *Principal) string {
	if p.Member == "" {
		return inWords(p.Kind)
	}
	return p.Member + " (" + inWords(p.Kind) + ")"
}

// inWords is a kind of principal for people.
func inWords(kind string) string {
	switch kind {
	case gkeAgent:
		return "GKE service agent"
	case gkeNodeAgent:
		return "GKE node service agent"
	case googleAPIs:
		return "Google APIs service agent"
	case computeAgent:
		return "Compute Engine service agent"
	case defaultAccount:
		return "Compute Engine default service account"
	}
	return strings.ReplaceAll(kind, "-", " ")
}

func sure(e *Error) string {
	switch e.Confidence {
	case High:
		return "yes: the message has this one cause"
	case Medium:
		return "mostly: the message can have other causes; look before you mend"
	}
	return "no: the text does not tell"
}
