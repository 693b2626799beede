package report

import (
	"io"
	"path"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/term"
)

// A qualityIssue is an issue of a GitLab code quality report.
// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
type qualityIssue struct {
	Description string          `json:"description"`
	CheckName   string          `json:"check_name"`
	Fingerprint string          `json:"fingerprint"`
	Severity    string          `json:"severity"`
	Location    qualityLocation `json:"location"`
}

type qualityLocation struct {
	Path  string       `json:"path"`
	Lines qualityLines `json:"lines"`
}

type qualityLines struct {
	Begin int `json:"begin"`
}

// CodeQuality writes a report as a GitLab code quality report: an issue for each
// finding that fails or is undetermined, most severe first. A skipped finding depends
// on another, which is an issue already. GitLab compares fingerprints with those of
// the target branch.
func CodeQuality(w io.Writer, r *finding.Report) error {
	issues, taken := []qualityIssue{}, map[string]bool{}
	for _, f := range worstFirst(r.Findings) {
		// GitLab requires unique fingerprints.
		id := fingerprint(f)
		if taken[id] || f.Outcome == finding.Skipped {
			continue
		}
		taken[id] = true
		place := locationsOf(f, r)[0]
		issues = append(issues, qualityIssue{
			Description: term.Clean(joinNonEmpty(": ", f.Plan, qualityDescription(f))),
			CheckName:   term.Clean(joinNonEmpty(" ", f.Rule, f.Name)),
			Fingerprint: id,
			Severity:    qualitySeverity(f),
			Location:    qualityLocation{term.Clean(path.Clean(place.File)), qualityLines{max(place.Line, 1)}},
		})
	}
	for _, n := range r.Notices {
		f := finding.Finding{Rule: "notice", Resource: n}
		place := locationsOf(f, r)[0]
		issues = append(issues, qualityIssue{
			Description: term.Clean(n),
			CheckName:   "gke-preflight notice",
			Fingerprint: fingerprint(f),
			Severity:    "info",
			Location:    qualityLocation{term.Clean(path.Clean(place.File)), qualityLines{max(place.Line, 1)}},
		})
	}
	return encode(w, issues)
}

// qualityDescription returns what is wrong, for whom, and the fix. GitLab shows
// nothing else of an issue.
func qualityDescription(f finding.Finding) string {
	parts := []string{statement(f)}
	if f.Principal != nil && !strings.Contains(parts[0], f.Principal.Member) {
		parts = append(parts, "who: "+f.Principal.Member)
	}
	if f.Permissions != nil && len(f.Permissions.Missing) > 0 {
		parts = append(parts, "missing: "+strings.Join(f.Permissions.Missing, ", "))
	}
	// An incomplete fix is worse than none.
	if f.Fix != nil && len(f.Fix.Commands) > 0 && len(printable(f.Fix.Commands)) == len(f.Fix.Commands) {
		parts = append(parts, "fix: "+strings.Join(f.Fix.Commands, " && "))
	}
	return strings.Join(parts, "; ")
}

// qualitySeverity returns one of GitLab's five severities. An error is a blocker, and
// an undetermined finding is at least one level lower than a failure.
func qualitySeverity(f finding.Finding) string {
	levels := []string{"blocker", "major", "minor"}
	if f.Outcome != finding.Fail {
		levels = []string{"major", "minor", "info"}
	}
	switch severityOf(f.Severity) {
	case need.Warning:
		return levels[1]
	case need.Note:
		return levels[2]
	}
	return levels[0]
}
