package report

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/term"
)

// An htmlStep is a stop on the way from the plan to the finding.
type htmlStep struct {
	What  string
	Names []htmlName
	Class string
}

// An htmlName is what stands at a stop, and where in the configuration that is.
type htmlName struct{ Text, At string }

// An htmlLevel is a resource on the way up, or a question that Google Cloud was
// asked, with what it says.
type htmlLevel struct {
	Name string
	Says []htmlSaying
}

type htmlSaying struct{ Class, Mark, Text string }

// htmlWay is the way from the plan to the finding: what in the plan causes it,
// whom it is about, what of whom is in question, and where it was looked for.
func htmlTrail(f finding.Finding, class string) []htmlStep {
	var out []htmlStep
	add := func(what, class string, names ...string) {
		if step := (htmlStep{what, htmlNames(names), class}); len(step.Names) > 0 {
			out = append(out, step)
		}
	}
	add("plan", "", f.Plan)
	if names := locatedAddresses(f); len(names) > 0 {
		out = append(out, htmlStep{What: "address", Names: names})
	}
	add("attribute", "", f.Attribute)
	if f.Principal != nil {
		add(term.Clean(f.Principal.Kind.InWords()), "", f.Principal.Member)
	}
	add("permission", "", permissionsInQuestion(f)...)
	add("taken away by", class, slices.Clone(f.TakenAwayBy)...)
	add("planned by", "", slices.Clone(f.PlannedBy)...)
	add("API", "", serviceOf(f))
	where := "on"
	if f.Outcome == finding.Fail {
		where = "fails at"
	}
	add(where, class, resource.Describe(f.Resource))
	return out
}

// htmlNames are names that are not empty, a few of them.
func htmlNames(names []string) []htmlName {
	var out []htmlName
	for _, n := range truncateList(names) {
		if n != "" {
			out = append(out, htmlName{Text: term.Clean(n)})
		}
	}
	return out
}

// placed are the addresses of a finding with where they stand in the
// configuration, a few of them.
func locatedAddresses(f finding.Finding) []htmlName {
	out := htmlNames(f.Addresses)
	for _, l := range f.Locations {
		at := term.Clean(fmt.Sprintf("%s:%d", l.File, l.Line))
		i := slices.IndexFunc(out, func(n htmlName) bool { return l.Address != "" && n.Text == term.Clean(l.Address) })
		switch {
		case i >= 0:
			out[i].At = joinNonEmpty(", ", out[i].At, at)
		case l.Address == "" || len(f.Addresses) == 0:
			out = append(out, htmlName{At: at})
		}
	}
	return out
}

// asked are the permissions in question: those that are missing or open, and
// all where none is.
func permissionsInQuestion(f finding.Finding) []string {
	if f.Permissions == nil {
		return nil
	}
	if open := slices.Concat(f.Permissions.Missing, f.Permissions.Undetermined); len(open) > 0 {
		return open
	}
	return f.Permissions.Needed
}

// serviceOf is the API that a finding is about, where no permission says so.
func serviceOf(f finding.Finding) string {
	if f.Permissions != nil {
		return ""
	}
	return f.Service
}

// htmlLevels are what Google Cloud answered: first the questions that have one
// answer, then what the policies say level by level.
func htmlLevels(f finding.Finding, class string) []htmlLevel {
	var out []htmlLevel
	add := func(name string, s htmlSaying) {
		name, s.Text = term.Clean(name), term.Clean(s.Text)
		if n := len(out); n > 0 && out[n-1].Name == name {
			out[n-1].Says = append(out[n-1].Says, s)
			return
		}
		out = append(out, htmlLevel{name, []htmlSaying{s}})
	}
	for _, e := range f.Evidence {
		if e.Method != "getIamPolicy" || len(f.Levels) == 0 {
			add(resource.Describe(e.Resource), htmlSaying{class, markOf(f.Outcome, f.Severity), evidenceText(f, e)})
		}
	}
	for _, l := range f.Levels {
		name := resource.Describe(l.Resource)
		if name == "" {
			name = "what lies above"
		}
		add(name, levelStatement(f, l))
	}
	return out
}

// answer is a question to Google Cloud and what it said.
func evidenceText(f finding.Finding, e finding.Evidence) string {
	question := e.Method
	if e.Method == "testIamPermissions" && f.Permissions != nil {
		question = joinNonEmpty(" ", e.Method, truncatedNames(f.Permissions.Needed))
	}
	return joinNonEmpty(": ", question, e.Detail)
}

// saying is what a level says, in words.
func levelStatement(f finding.Finding, l finding.Level) htmlSaying {
	binding := l.Role + " to " + l.Member
	which := ""
	if !slices.Equal(l.Permissions, permissionsInQuestion(f)) {
		which = " (" + truncatedNames(l.Permissions) + ")"
	}
	switch l.Says {
	case finding.Grants:
		return htmlSaying{"pass", "✓", "grants " + binding + which}
	case finding.Plans:
		return htmlSaying{"pass", "+", "the plan grants " + binding + ", by " + l.Detail + which}
	case finding.Unmet:
		return htmlSaying{"fail", "✗", "grants " + binding + " only where " + l.Detail + ", which is false" + which}
	case finding.Denies:
		return htmlSaying{"fail", "✗", "denied by policy " + l.Detail + which}
	case finding.Unread:
		return htmlSaying{"undetermined", "?", "could not be read: " + l.Detail + which}
	case finding.Lacks:
		return htmlSaying{classOf(f), "✗", "no binding gives " + truncatedNames(l.Permissions)}
	}
	return htmlSaying{"undetermined", "?", l.Detail + which}
}

// names are names side by side, a few of them.
func truncatedNames(list []string) string { return strings.Join(truncateList(list), ", ") }
