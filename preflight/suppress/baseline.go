package suppress

import (
	"regexp"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// A Baseline holds the findings of an earlier report.
type Baseline struct {
	// Source is the path of the report.
	Source string
	known  map[string][]finding.Finding // by Key
	// volatile matches the parts of messages that change from run to run.
	volatile *regexp.Regexp
}

// NewBaseline returns the findings of a report that fail, are undetermined, or were
// known from the report's own baseline. It leaves out findings that were skipped
// because of another failure, unless they were undetermined: the report did not say
// that they fail.
func NewBaseline(source string, r *finding.Report) *Baseline {
	b := &Baseline{Source: source, known: map[string][]finding.Finding{}, volatile: volatile()}
	for _, f := range r.Findings {
		if f.Outcome == finding.Skipped && f.KnownAs != "" {
			f.Outcome = f.KnownAs
		}
		if f.Outcome == finding.Fail || f.Outcome == finding.Undetermined {
			b.known[f.Key()] = append(b.known[f.Key()], f)
		}
	}
	return b
}

// Apply skips the findings that the baseline knows. It compares them after redact,
// because the saved report does not contain sensitive values.
func (b *Baseline) Apply(findings []finding.Finding, redact func(string) string) []finding.Finding {
	if b == nil {
		return findings
	}
	out := slices.Clone(findings)
	used := map[string][]bool{}
	for i, f := range out {
		if f.Outcome != finding.Fail && f.Outcome != finding.Undetermined {
			continue
		}
		if b.covers(finding.RedactFinding(f, redact), used) {
			out[i].KnownAs = f.Outcome
			out[i].Outcome, out[i].Reason = finding.Skipped, "known from the baseline "+b.Source
		}
	}
	return out
}

// covers reports whether the baseline knows a finding that is at least as bad.
// Findings about different sensitive values look the same, so each finding of the
// baseline covers only one of them.
func (b *Baseline) covers(f finding.Finding, used map[string][]bool) bool {
	key := f.Key()
	if used[key] == nil {
		used[key] = make([]bool, len(b.known[key]))
	}
	for i, before := range b.known[key] {
		if used[key][i] || !b.isAsBadAs(before, f) {
			continue
		}
		used[key][i] = strings.Contains(key, plan.Redacted)
		return true
	}
	return false
}

// isAsBadAs reports whether before is at least as bad as f: f is not a different
// failure, has no higher severity, and no additional permissions, resources or
// planned changes.
func (b *Baseline) isAsBadAs(before, f finding.Finding) bool {
	switch {
	case before.Outcome == finding.Undetermined && f.Outcome == finding.Fail,
		need.Rank(f.Severity) > need.Rank(before.Severity),
		before.Outcome == f.Outcome && b.messageClass(before) != b.messageClass(f):
		return false
	}
	missing, undetermined := permissionsOf(before)
	missingNow, undeterminedNow := permissionsOf(f)
	return isSubset(missingNow, missing) && isSubset(undeterminedNow, append(slices.Clone(missing), undetermined...)) &&
		isSubset(f.Addresses, before.Addresses) && isSubset(f.PlannedBy, before.PlannedBy) && isSubset(f.TakenAwayBy, before.TakenAwayBy)
}

func permissionsOf(f finding.Finding) (missing, undetermined []string) {
	if f.Permissions == nil {
		return nil, nil
	}
	return f.Permissions.Missing, f.Permissions.Undetermined
}

func isSubset(some, of []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(of, s) })
}

// messageClass returns a failure's message without the parts that change from run
// to run. It is empty if other fields say what fails: permissions or planned
// changes.
func (b *Baseline) messageClass(f finding.Finding) string {
	if f.Outcome != finding.Fail || f.Permissions != nil || f.Answers != "" {
		return ""
	}
	return b.volatile.ReplaceAllString(f.Message, "…")
}

// volatile returns an expression that matches times, durations, line numbers, and
// transient states of operations and clusters.
func volatile() *regexp.Regexp {
	return regexp.MustCompile(strings.Join([]string{
		`\d{4}-\d\d-\d\d(T[0-9:.]+(Z|[+-]\d\d:\d\d))?`,
		`\d+ ?(seconds?|minutes?|hours?|days?|weeks?)\b`,
		`\b(PENDING|PROVISIONING|RUNNING|RECONCILING|STOPPING|ABORTING|DEGRADED)\b`,
		`:\d+\b`,
	}, "|"))
}
