package report

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/term"
)

// An htmlStep is a step from the plan to the finding.
type htmlStep struct {
	What  string
	Names []htmlName
	Class string
}

// An htmlName is a name, and its place in the configuration, which may be empty.
type htmlName struct{ Text, At string }

// An htmlLevel is a resource of the policy hierarchy, or one that Google Cloud was
// asked about, with the statements about it.
type htmlLevel struct {
	Name       string
	Statements []htmlStatement
}

type htmlStatement struct{ Class, Mark, Text string }

// htmlTrail returns the steps from the plan to the finding: address, attribute,
// principal, permissions, and the resource.
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
	add("removed by", class, slices.Clone(f.TakenAwayBy)...)
	add("planned by", "", slices.Clone(f.PlannedBy)...)
	add("API", "", serviceOf(f))
	where := "on"
	if f.Outcome == finding.Fail {
		where = "fails at"
	}
	add(where, class, resource.Describe(f.Resource))
	return out
}

// htmlNames returns the first of the names that are not empty.
func htmlNames(names []string) []htmlName {
	var out []htmlName
	for _, n := range truncateList(names) {
		if n != "" {
			out = append(out, htmlName{Text: term.Clean(n)})
		}
	}
	return out
}

// locatedAddresses returns the first addresses of a finding, with file and line if
// they are known.
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

// permissionsInQuestion returns the missing and undetermined permissions, or all if
// there are none.
func permissionsInQuestion(f finding.Finding) []string {
	if f.Permissions == nil {
		return nil
	}
	if p := slices.Concat(f.Permissions.Missing, f.Permissions.Undetermined); len(p) > 0 {
		return p
	}
	return f.Permissions.Needed
}

// serviceOf returns the API that a finding is about; empty if it is about
// permissions.
func serviceOf(f finding.Finding) string {
	if f.Permissions != nil {
		return ""
	}
	return f.Service
}

// htmlLevels returns what Google Cloud answered: first single answers, then what the
// policies of each resource in the hierarchy say.
func htmlLevels(f finding.Finding, class string) []htmlLevel {
	var out []htmlLevel
	add := func(name string, s htmlStatement) {
		name, s.Text = term.Clean(name), term.Clean(s.Text)
		if n := len(out); n > 0 && out[n-1].Name == name {
			out[n-1].Statements = append(out[n-1].Statements, s)
			return
		}
		out = append(out, htmlLevel{name, []htmlStatement{s}})
	}
	for _, e := range f.Evidence {
		if e.Method != "getIamPolicy" || len(f.Levels) == 0 {
			add(resource.Describe(e.Resource), htmlStatement{class, markOf(f.Outcome, f.Severity), evidenceText(f, e)})
		}
	}
	for _, l := range f.Levels {
		name := resource.Describe(l.Resource)
		if name == "" {
			name = "above the project"
		}
		add(name, levelStatement(f, l))
	}
	return out
}

// evidenceText returns a method of Google Cloud and its answer.
func evidenceText(f finding.Finding, e finding.Evidence) string {
	question := e.Method
	if e.Method == "testIamPermissions" && f.Permissions != nil {
		question = joinNonEmpty(" ", e.Method, truncatedNames(f.Permissions.Needed))
	}
	return joinNonEmpty(": ", question, e.Detail)
}

// levelStatement returns what the policies of a level say, in words.
func levelStatement(f finding.Finding, l finding.Level) htmlStatement {
	binding := l.Role + " to " + l.Member
	which := ""
	if !slices.Equal(l.Permissions, permissionsInQuestion(f)) {
		which = " (" + truncatedNames(l.Permissions) + ")"
	}
	switch l.Says {
	case finding.Grants:
		return htmlStatement{"pass", "✓", "grants " + binding + which}
	case finding.Plans:
		return htmlStatement{"pass", "+", "the plan grants " + binding + ", by " + l.Detail + which}
	case finding.Unmet:
		return htmlStatement{"fail", "✗", "grants " + binding + " only if " + l.Detail + ", which is false" + which}
	case finding.Denies:
		return htmlStatement{"fail", "✗", "denied by policy " + l.Detail + which}
	case finding.Unread:
		return htmlStatement{"undetermined", "?", "could not be read: " + l.Detail + which}
	case finding.Lacks:
		return htmlStatement{classOf(f), "✗", "no binding grants " + truncatedNames(l.Permissions)}
	}
	return htmlStatement{"undetermined", "?", l.Detail + which}
}

// truncatedNames returns the first names of a list, and how many more there are.
func truncatedNames(list []string) string { return strings.Join(truncateList(list), ", ") }
