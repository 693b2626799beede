package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/rules"
)

// ReadJSON reads a report that JSON wrote. It returns an error for anything that
// could hide a failure: another schema version, an unknown outcome, or a result or
// summary that contradicts the findings.
func ReadJSON(data []byte) (*finding.Report, error) {
	var head map[string]json.RawMessage
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	var version string
	if err := json.Unmarshal(head["schema_version"], &version); err != nil {
		return nil, errors.New("no schema_version: not a report of gke-preflight check --format json")
	}
	if version != finding.SchemaVersion {
		return nil, fmt.Errorf("schema_version is %q, but this version reads only %q", version, finding.SchemaVersion)
	}
	if head["findings"] == nil || head["result"] == nil {
		return nil, errors.New("no findings or no result: not a report of gke-preflight check --format json")
	}
	r := new(finding.Report)
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("malformed report: %w", err)
	}
	for i, f := range r.Findings {
		r.Findings[i].URL = linkOf(f)
	}
	return r, checkConsistency(r)
}

// linkOf returns the link to the page of a finding's rule; empty if it has none.
// The target is never taken from a report, which anybody can write.
func linkOf(f finding.Finding) string {
	if f.URL == "" {
		return ""
	}
	return pageURL(f.Rule)
}

// pageURL returns the link to a rule's page; empty if id is not a rule ID.
func pageURL(id string) string {
	digits, ok := strings.CutPrefix(id, "GP")
	if !ok || digits == "" || len(digits) > 5 || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return rules.Rule{ID: id}.URL()
}

// checkConsistency returns an error if r has an unknown outcome, or a summary or
// result that contradicts its findings.
func checkConsistency(r *finding.Report) error {
	outcomes := []finding.Outcome{finding.Pass, finding.Fail, finding.Undetermined, finding.Skipped}
	if !slices.Contains(outcomes[:3], r.Result) {
		return fmt.Errorf("unknown result %q", r.Result)
	}
	for _, f := range r.Findings {
		if !slices.Contains(outcomes, f.Outcome) {
			return fmt.Errorf("finding with unknown outcome %q", f.Outcome)
		}
	}
	again := *r
	again.Rejudge(need.Note)
	if r.Summary == r.Summary.WithoutSeverities() {
		again.Summary = again.Summary.WithoutSeverities()
	}
	if again.Summary != r.Summary || again.Result == finding.Pass && r.Result != finding.Pass {
		return errors.New("summary or result contradicts the findings")
	}
	return nil
}
