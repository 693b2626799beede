package report

import (
	"io"
	"path"

	"gke-preflight/preflight"
	"gke-preflight/preflight/rules"
)

// A qualityIssue is an issue of GitLab's code quality report.
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

// CodeQuality writes a report as GitLab's code quality reads it: an issue for
// each finding that is not a pass, the worst first. GitLab compares them by
// fingerprint with those of the target branch.
func CodeQuality(w io.Writer, r *preflight.Report) error {
	issues, taken := []qualityIssue{}, map[string]bool{}
	for _, f := range worstFirst(r.Findings) {
		// GitLab wants each fingerprint once.
		id := fingerprint(f)
		if taken[id] {
			continue
		}
		taken[id] = true
		place := places(f, r)[0]
		issues = append(issues, qualityIssue{
			Description: Clean(joined(": ", f.Plan, statement(f))),
			CheckName:   Clean(joined(" ", f.Rule, f.Name)),
			Fingerprint: id,
			Severity:    qualitySeverity(f),
			Location:    qualityLocation{Clean(path.Clean(place.File)), qualityLines{max(place.Line, 1)}},
		})
	}
	return encode(w, issues)
}

// qualitySeverity is one of GitLab's five: a blocker stops apply, and what
// could not be found out counts a degree less than what fails.
func qualitySeverity(f preflight.Finding) string {
	if f.Outcome == preflight.Skipped {
		return "info"
	}
	degrees := []string{"blocker", "major", "minor"}
	if f.Outcome != preflight.Fail {
		degrees = []string{"major", "minor", "info"}
	}
	switch degree(f.Severity) {
	case rules.Warning:
		return degrees[1]
	case rules.Note:
		return degrees[2]
	}
	return degrees[0]
}
