package report

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/term"
)

// undetermined groups what is open by the reason: one reason often holds up
// many checks.
func (t *text) undetermined(findings []finding.Finding) {
	for _, group := range groups(findings) {
		t.gap()
		t.line(
			span{term.Bold + undeterminedMark().color, t.sign(undeterminedMark()).text + "undetermined"},
			plain("  "), span{term.Bold, plural(len(group), "check") + " could not be answered"},
		)
		t.detail("why", reason(group[0]))
		t.questions(group)
		t.commands("would help", remedies(group))
	}
}

// groups are the undetermined findings with the same reason: in the order of
// the reasons, and the worst of each first.
func groups(findings []finding.Finding) [][]finding.Finding {
	var out [][]finding.Finding
	at := map[string]int{}
	for _, f := range findings {
		if f.Outcome != finding.Undetermined {
			continue
		}
		i, known := at[f.Reason]
		if !known {
			i = len(out)
			at[f.Reason] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], f)
	}
	for _, group := range out {
		slices.SortStableFunc(group, func(a, b finding.Finding) int { return rank(a) - rank(b) })
	}
	return out
}

func rank(f finding.Finding) int {
	return slices.Index([]need.Severity{need.Error, need.Warning, need.Note}, degree(f.Severity))
}

func reason(f finding.Finding) string {
	if f.Reason == "" {
		return "no reason is known"
	}
	return f.Reason
}

func (t *text) questions(group []finding.Finding) {
	shown := t.fold(len(group), 16)
	for _, f := range group[:shown] {
		t.paragraph(aside(question(f), f.Plan), faint("    "+f.Rule+" "+pad(string(f.Severity))))
		if t.options.Verbose {
			t.because(f)
		}
	}
	t.more("    ", len(group)-shown)
}

// question is what an undetermined finding asks.
func question(f finding.Finding) string {
	who := ""
	if f.Principal != nil {
		who = f.Principal.Kind.InWords()
	}
	switch {
	case f.Permissions != nil && len(f.Permissions.Undetermined) > 0:
		return joined(": ", who, shortened(f.Permissions.Undetermined)) + prefixed(" on ", resource.Describe(f.Resource))
	case f.Principal == nil && f.Service != "":
		return f.Service + prefixed(" in ", resource.Describe(f.Resource))
	}
	return joined(": ", who, f.Title)
}

func shortened(names []string) string {
	if len(names) > 4 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", len(names)-3)
	}
	return strings.Join(names, ", ")
}

// remedies are the commands that would settle a group, each once.
func remedies(group []finding.Finding) []string {
	var out []string
	for _, f := range group {
		if f.Fix == nil {
			continue
		}
		for _, c := range f.Fix.Commands {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}
