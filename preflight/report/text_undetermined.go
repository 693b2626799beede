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

// undetermined writes the undetermined findings, grouped by reason: one reason
// often affects many checks.
func (t *text) undetermined(findings []finding.Finding) {
	for _, group := range groupByReason(findings) {
		t.blankLine()
		t.line(
			span{term.Bold + undeterminedMark().color, t.markSpan(undeterminedMark()).text + "undetermined"},
			plain("  "), span{term.Bold, plural(len(group), "check")},
		)
		t.detail("why", reasonOf(group[0]))
		t.undeterminedChecks(group)
		t.commands("to check this, run", fixCommands(group))
	}
}

// groupByReason returns the undetermined findings by reason, in the order in which
// the reasons appear, and the most severe of each first.
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

// severityRank returns 0 for errors, 1 for warnings and 2 for notes.
func severityRank(f finding.Finding) int {
	return slices.Index([]need.Severity{need.Error, need.Warning, need.Note}, severityOf(f.Severity))
}

func reasonOf(f finding.Finding) string {
	if f.Reason == "" {
		return "unknown"
	}
	return f.Reason
}

func (t *text) undeterminedChecks(group []finding.Finding) {
	shown := t.visible(len(group), 16)
	for _, f := range group[:shown] {
		t.paragraph(parenthesize(undeterminedCheck(f), f.Plan), faint("    "+f.Rule+" "+padLabel(string(f.Severity))))
		if t.options.Verbose {
			t.requiredBy(f)
		}
	}
	t.hiddenCount("    ", len(group)-shown)
}

// undeterminedCheck returns what could not be checked, so that it does not read as a
// fact.
func undeterminedCheck(f finding.Finding) string {
	if permissionQuestion(f) == "" {
		return "not checked: " + question(f)
	}
	return question(f)
}

// wouldBe returns how severe an undetermined finding would be if it failed.
func wouldBe(s need.Severity) string {
	if severityOf(s) == need.Error {
		return "would be an error"
	}
	return "would be a " + string(s)
}

// question returns what could not be checked: "whether the GKE service agent has
// container.hostServiceAgent.use on project acme-host", or the title of the rule.
func question(f finding.Finding) string {
	if permission := permissionQuestion(f); permission != "" {
		return permission
	}
	return parenthesize(f.Title, joinNonEmpty(", ", f.Service, resource.Describe(f.Resource)))
}

// permissionQuestion returns which permissions are undetermined, for whom and on
// what; empty if none is.
func permissionQuestion(f finding.Finding) string {
	if f.Permissions == nil || len(f.Permissions.Undetermined) == 0 {
		return ""
	}
	who := "the principal"
	if f.Principal != nil {
		who = "the " + f.Principal.Kind.InWords()
	}
	return "whether " + who + " has " + truncatePermissions(f.Permissions.Undetermined) + prefixNonEmpty(" on ", resource.Describe(f.Resource))
}

// undeterminedStatement returns one sentence about an undetermined finding.
func undeterminedStatement(f finding.Finding) string {
	begin := "Could not check: "
	if permissionQuestion(f) != "" {
		begin = "Could not check "
	}
	return begin + joinNonEmpty(": ", question(f), reasonOf(f))
}

func truncatePermissions(names []string) string {
	if len(names) > 4 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", len(names)-3)
	}
	return strings.Join(names, ", ")
}

// fixCommands returns the commands that would make the checks of a group possible,
// each once.
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
