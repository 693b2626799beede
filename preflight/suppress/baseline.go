package suppress

import (
	"regexp"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// A Baseline is what an earlier report found.
type Baseline struct {
	// Source is the file of the report.
	Source string
	known  map[string][]finding.Finding // by Key
	// passing matches what changes in messages from run to run.
	passing *regexp.Regexp
}

// NewBaseline returns what an earlier report found: what failed, what was
// undetermined, and what that report knew from a baseline of its own. What was
// skipped because of another failure is not among it, unless it was
// undetermined: nobody was told that it fails.
func NewBaseline(source string, r *finding.Report) *Baseline {
	b := &Baseline{Source: source, known: map[string][]finding.Finding{}, passing: passing()}
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

// Apply skips the findings that the baseline knows. They are compared as they
// are shown, by hide: sensitive values are in no report.
func (b *Baseline) Apply(findings []finding.Finding, hide func(string) string) []finding.Finding {
	if b == nil {
		return findings
	}
	out := slices.Clone(findings)
	used := map[string][]bool{}
	for i, f := range out {
		if f.Outcome != finding.Fail && f.Outcome != finding.Undetermined {
			continue
		}
		if b.covers(finding.RedactFinding(f, hide), used) {
			out[i].KnownAs = f.Outcome
			out[i].Outcome, out[i].Reason = finding.Skipped, "known from the baseline "+b.Source
		}
	}
	return out
}

// covers reports whether the baseline knows a finding that is at least as bad.
// Findings about several sensitive values look the same, so that each finding
// of the baseline counts for one of them.
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

// isAsBadAs reports whether f says nothing that before did not say: not another
// failure, at a higher severity, of more permissions, for more resources or
// because of more changes.
func (b *Baseline) isAsBadAs(before, f finding.Finding) bool {
	switch {
	case before.Outcome == finding.Undetermined && f.Outcome == finding.Fail,
		need.Rank(f.Severity) > need.Rank(before.Severity),
		before.Outcome == f.Outcome && b.messageClass(before) != b.messageClass(f):
		return false
	}
	missing, open := permissionsOf(before)
	missingNow, openNow := permissionsOf(f)
	return isSubset(missingNow, missing) && isSubset(openNow, append(slices.Clone(missing), open...)) &&
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

// messageClass is a failure's message without what changes from run to run. It
// is empty where other members say what fails: permissions, or the changes of
// the plan.
func (b *Baseline) messageClass(f finding.Finding) string {
	if f.Outcome != finding.Fail || f.Permissions != nil || f.Answers != "" {
		return ""
	}
	return b.passing.ReplaceAllString(f.Message, "…")
}

// passing matches times, durations, line numbers, and the states that
// operations and clusters go through.
func passing() *regexp.Regexp {
	return regexp.MustCompile(strings.Join([]string{
		`\d{4}-\d\d-\d\d(T[0-9:.]+(Z|[+-]\d\d:\d\d))?`,
		`\d+ ?(seconds?|minutes?|hours?|days?|weeks?)\b`,
		`\b(PENDING|PROVISIONING|RUNNING|RECONCILING|STOPPING|ABORTING|DEGRADED)\b`,
		`:\d+\b`,
	}, "|"))
}
