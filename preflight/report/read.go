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

// ReadJSON reads a report that JSON wrote. What this version does not know is
// an error where it might hide a failure: another version of the schema, an
// outcome without a meaning, or a result that the findings do not come to.
func ReadJSON(data []byte) (*finding.Report, error) {
	var head map[string]json.RawMessage
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("got no JSON object: %w", err)
	}
	var version string
	if err := json.Unmarshal(head["schema_version"], &version); err != nil {
		return nil, errors.New("got JSON without a schema_version: it is no report of gke-preflight check --format json")
	}
	if version != finding.SchemaVersion {
		return nil, fmt.Errorf("got a report of schema_version %q, and this version knows %q", version, finding.SchemaVersion)
	}
	if head["findings"] == nil || head["result"] == nil {
		return nil, errors.New("got JSON without findings and a result: it is no report of gke-preflight check --format json")
	}
	r := new(finding.Report)
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("got a report that is broken: %w", err)
	}
	for i, f := range r.Findings {
		r.Findings[i].URL = linkOf(f)
	}
	return r, checkConsistency(r)
}

// linkOf returns the link to the page of a finding's rule; empty if it has none.
// Where it leads is never taken from a report, which anybody can write.
func linkOf(f finding.Finding) string {
	if f.URL == "" {
		return ""
	}
	return pageURL(f.Rule)
}

// pageURL returns the link to a rule's page; empty if id is none of a rule.
func pageURL(id string) string {
	digits, ok := strings.CutPrefix(id, "GP")
	if !ok || digits == "" || len(digits) > 5 || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return rules.Rule{ID: id}.URL()
}

// known reports outcomes that this version does not know, and a summary that
// the findings do not come to.
func checkConsistency(r *finding.Report) error {
	outcomes := []finding.Outcome{finding.Pass, finding.Fail, finding.Undetermined, finding.Skipped}
	if !slices.Contains(outcomes[:3], r.Result) {
		return fmt.Errorf("got a report with the result %q", r.Result)
	}
	for _, f := range r.Findings {
		if !slices.Contains(outcomes, f.Outcome) {
			return fmt.Errorf("got a report with a finding that is %q", f.Outcome)
		}
	}
	again := *r
	again.Rejudge(need.Note)
	if r.Summary == r.Summary.WithoutSeverities() {
		again.Summary = again.Summary.WithoutSeverities()
	}
	if again.Summary != r.Summary || again.Result == finding.Pass && r.Result != finding.Pass {
		return errors.New("got a report whose findings do not come to its summary and its result")
	}
	return nil
}
