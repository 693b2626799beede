package judge

import (
	"cmp"
	"slices"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

// SkipDependents marks findings that depend on a failure which decides the result by
// itself, so that the root cause is reported once.
//
// A failure hides another finding only if it counts at the threshold and is at
// least as severe: then the result is the same at every threshold whether the
// other one is shown or not. What is waived, known from a baseline, or lowered
// below what depends on it hides nothing.
func SkipDependents(findings []finding.Finding, requires map[string][]string, failOn need.Severity) []finding.Finding {
	s := &skipper{requires: requires, causes: map[causeKey]finding.Finding{}, failOn: failOn}
	shown := slices.Clone(findings)
	hidden := make([]bool, len(findings))
	for _, i := range s.prerequisitesFirst(findings) {
		shown[i], hidden[i] = s.skip(findings[i])
	}
	var out []finding.Finding
	for i, f := range shown {
		// For unchanged clusters, only failures that apply causes are reported.
		if !hidden[i] || !f.Need.ClusterUnchanged {
			out = append(out, f)
		}
	}
	return out
}

// A skipper finds the root causes of failures.
type skipper struct {
	// requires are the rules that each rule depends on.
	requires map[string][]string
	// causes are the root causes of the failures so far.
	causes map[causeKey]finding.Finding
	failOn need.Severity
}

// A causeKey is the rule and the subject of a failed need. Exactly one of the
// fields besides the rule is set.
type causeKey struct{ rule, project, account, resource string }

// prerequisitesFirst returns the indexes of findings so that each follows those
// that it may depend on.
func (s *skipper) prerequisitesFirst(findings []finding.Finding) []int {
	depths := map[string]int{}
	out := make([]int, len(findings))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(a, b int) int {
		return cmp.Compare(s.depth(findings[a], depths), s.depth(findings[b], depths))
	})
	return out
}

func (s *skipper) depth(f finding.Finding, known map[string]int) int {
	if f.Need == nil {
		return 0
	}
	return s.ruleDepth(f.Need.Rule, known)
}

// ruleDepth returns the length of the longest chain of rules that a rule depends
// on.
func (s *skipper) ruleDepth(rule string, known map[string]int) int {
	if d, ok := known[rule]; ok {
		return d
	}
	known[rule] = 0 // ends a circle, which no rule has
	for _, id := range s.requires[rule] {
		known[rule] = max(known[rule], 1+s.ruleDepth(id, known))
	}
	return known[rule]
}

// skip returns f, skipped if a root cause hides it. It remembers f if it may hide
// others.
func (s *skipper) skip(f finding.Finding) (_ finding.Finding, isHidden bool) {
	if f.Need == nil || f.Outcome != finding.Fail && f.Outcome != finding.Undetermined {
		return f, false
	}
	root, hidden := s.rootCause(f)
	switch {
	case hidden && f.Outcome == finding.Fail:
		s.remember(f, root)
	case f.Outcome == finding.Fail && need.Rank(f.Severity) >= need.Rank(s.failOn):
		s.remember(f, f)
	}
	if hidden {
		return skippedFor(f, root), true
	}
	return f, false
}

// rootCause returns the most severe root cause that f depends on.
func (s *skipper) rootCause(f finding.Finding) (root finding.Finding, found bool) {
	for _, rule := range s.requires[f.Need.Rule] {
		keys := []causeKey{
			{rule: rule, project: f.Need.Project},
			{rule: rule, account: f.Need.Principal.Member},
			{rule: rule, resource: f.Need.Resource},
		}
		for _, name := range f.Need.Clusters {
			keys = append(keys, causeKey{rule: rule, resource: clusterFullName(name)})
		}
		for _, key := range keys {
			c, ok := s.causes[key]
			if ok && need.Rank(c.Severity) >= need.Rank(f.Severity) && (!found || need.Rank(c.Severity) > need.Rank(root.Severity)) {
				root, found = c, true
			}
		}
	}
	return root, found
}

// remember notes that f fails because of root, unless a more severe root is
// known for the same thing.
func (s *skipper) remember(f, root finding.Finding) {
	for _, key := range causeKeys(*f.Need) {
		if known, ok := s.causes[key]; !ok || need.Rank(root.Severity) > need.Rank(known.Severity) {
			s.causes[key] = root
		}
	}
}

// causeKeys returns the subjects of a failed need: a service account, by its
// member and its resource, clusters that do not exist, or a project.
func causeKeys(n need.Need) []causeKey {
	var out []causeKey
	if n.Kind == need.Existing {
		for _, name := range n.Clusters {
			out = append(out, causeKey{rule: n.Rule, resource: clusterFullName(name)})
		}
		return out
	}
	if n.Kind != need.Account {
		if n.Project != "" {
			out = append(out, causeKey{rule: n.Rule, project: n.Project})
		}
		return out
	}
	if n.Principal.Member != "" {
		out = append(out, causeKey{rule: n.Rule, account: n.Principal.Member})
	}
	if n.Resource != "" {
		out = append(out, causeKey{rule: n.Rule, resource: n.Resource})
	}
	return out
}

// skippedFor returns f as skipped because of root.
func skippedFor(f, root finding.Finding) finding.Finding {
	out := Explain(*f.Need, newVerdict(*f.Need))
	out.Principal, out.Outcome, out.Reason = f.Principal, finding.Skipped, "depends on "+root.Rule+", which failed"
	if f.Outcome == finding.Undetermined {
		out.KnownAs, out.Permissions = f.Outcome, f.Permissions
	}
	return out
}
