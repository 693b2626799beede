package suppress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

// A Waiver says that a finding is known and accepted, until a day.
type Waiver struct {
	// Rule is the ID of the rule whose findings it is about.
	Rule string
	// Address and Principal narrow it down, a star standing for anything; empty
	// for all. A finding is waived only if all its addresses match.
	Address, Principal string
	Reason             string
	// Expires is the first day on which it counts no more; zero for never.
	Expires time.Time
	// Where is the place it is written at, such as .gke-preflight.yaml:12.
	Where string
}

// Waive skips the findings that waivers are about, and adds what is to be said
// about the waivers: one that has expired no longer helps, and one that helps
// nobody can go.
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
				out[i] = waived(f, w)
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

// waived is a finding that a waiver takes out of the result.
func waived(f finding.Finding, w Waiver) finding.Finding {
	until := ""
	if !w.Expires.IsZero() {
		until = " until " + w.Expires.Format(time.DateOnly)
	}
	f.Reason = "waived" + until + " (" + w.Where + "): " + w.Reason
	f.Outcome = finding.Skipped
	return f
}

// finding is what is to be said about a waiver itself.
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

// matches reports whether a text is as a pattern says, in which a star stands
// for anything.
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
