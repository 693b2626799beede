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
	for _, group := range groupByReason(findings) {
		t.blankLine()
		t.line(
			span{term.Bold + undeterminedMark().color, t.markSpan(undeterminedMark()).text + "undetermined"},
			plain("  "), span{term.Bold, plural(len(group), "check") + " could not be answered"},
		)
		t.detail("why", reasonOf(group[0]))
		t.undeterminedChecks(group)
		t.commands("would help", fixCommands(group))
	}
}

// groups are the undetermined findings with the same reason: in the order of
// the reasons, and the worst of each first.
func groupByReason(findings []finding.Finding) [][]finding.Finding {
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
		slices.SortStableFunc(group, func(a, b finding.Finding) int { return severityRank(a) - severityRank(b) })
	}
	return out
}

func severityRank(f finding.Finding) int {
	return slices.Index([]need.Severity{need.Error, need.Warning, need.Note}, severityOf(f.Severity))
}

func reasonOf(f finding.Finding) string {
	if f.Reason == "" {
		return "no reason is known"
	}
	return f.Reason
}

func (t *text) undeterminedChecks(group []finding.Finding) {
	shown := t.visible(len(group), 16)
	for _, f := range group[:shown] {
		t.paragraph(parenthesize(question(f), f.Plan), faint("    "+f.Rule+" "+padLabel(string(f.Severity))))
		if t.options.Verbose {
			t.requiredBy(f)
		}
	}
	t.hiddenCount("    ", len(group)-shown)
}

// question is what an undetermined finding asks.
func question(f finding.Finding) string {
	who := ""
	if f.Principal != nil {
		who = f.Principal.Kind.InWords()
	}
	switch {
	case f.Permissions != nil && len(f.Permissions.Undetermined) > 0:
		return joinNonEmpty(": ", who, truncatePermissions(f.Permissions.Undetermined)) + prefixNonEmpty(" on ", resource.Describe(f.Resource))
	case f.Principal == nil && f.Service != "":
		return f.Service + prefixNonEmpty(" in ", resource.Describe(f.Resource))
	}
	return joinNonEmpty(": ", who, f.Title)
}

func truncatePermissions(names []string) string {
	if len(names) > 4 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", len(names)-3)
	}
	return strings.Join(names, ", ")
}

// remedies are the commands that would settle a group, each once.
func fixCommands(group []finding.Finding) []string {
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
