package suppress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

// A Waiver accepts findings, until an optional date.
type Waiver struct {
	// Rule is the ID of the rule whose findings are waived.
	Rule string
	// Address and Principal are patterns in which a star matches anything; empty
	// matches all. A finding is waived only if all its addresses match.
	Address, Principal string
	Reason             string
	// Expires is the first date on which the waiver no longer applies; zero if it
	// never expires.
	Expires time.Time
	// Where is the place of the waiver, such as .gke-preflight.yaml:12.
	Where string
}

// Waive skips the findings that waivers cover, and adds a finding for each waiver
// that has expired or is not needed.
func Waive(findings []finding.Finding, waivers []Waiver, now time.Time) []finding.Finding {
	used := make([]bool, len(waivers))
	out := slices.Clone(findings)
	for i, f := range out {
		if f.Outcome != finding.Fail && f.Outcome != finding.Undetermined {
			continue
		}
		for k, w := range waivers {
			if !w.covers(f) {
				continue
			}
			used[k] = true
			if !w.expired(now) {
				out[i] = skipWaived(f, w)
			}
		}
	}
	for k, w := range waivers {
		if f, ok := w.finding(used[k], now); ok {
			out = append(out, f)
		}
	}
	return out
}

func (w Waiver) expired(now time.Time) bool { return !w.Expires.IsZero() && !now.Before(w.Expires) }

func (w Waiver) covers(f finding.Finding) bool {
	if w.Rule != f.Rule && w.Rule != f.Answers {
		return false
	}
	member := ""
	if f.Principal != nil {
		member = f.Principal.Member
	}
	if w.Principal != "" && !matches(w.Principal, member) {
		return false
	}
	return w.Address == "" || len(f.Addresses) > 0 && !slices.ContainsFunc(f.Addresses, func(a string) bool { return !matches(w.Address, a) })
}

// skipWaived returns f as a skipped finding that names the waiver.
func skipWaived(f finding.Finding, w Waiver) finding.Finding {
	until := ""
	if !w.Expires.IsZero() {
		until = " until " + w.Expires.Format(time.DateOnly)
	}
	f.Reason = "waived" + until + " (" + w.Where + "): " + w.Reason
	f.Outcome = finding.Skipped
	return f
}

// finding returns a finding about the waiver itself, if it has expired or is not
// needed.
func (w Waiver) finding(used bool, now time.Time) (finding.Finding, bool) {
	f := finding.Finding{Rule: need.RuleWaivers, Outcome: finding.Fail, Severity: need.Note}
	switch {
	case used && w.expired(now):
		f.Severity = need.Warning
		f.Message = fmt.Sprintf("the waiver of %s at %s expired on %s: %s", w.Rule, w.Where, w.Expires.Format(time.DateOnly), w.Reason)
	case !used:
		f.Message = fmt.Sprintf("the waiver of %s at %s is not needed: nothing that it covers fails", w.Rule, w.Where)
	default:
		return f, false
	}
	return f, true
}

// matches reports whether text matches a pattern in which a star matches anything.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}
