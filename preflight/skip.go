package preflight

import (
	"cmp"
	"slices"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/rules"
)

// skip marks findings that depend on a failure which decides the result by
// itself, so that the root cause is reported once.
//
// A failure hides another finding only if it counts at the threshold and is at
// least as severe: then the result is the same at every threshold whether the
// other one is shown or not. What is waived, known from a baseline, or lowered
// below what depends on it hides nothing.
func skip(findings []Finding, failOn need.Severity) []Finding {
	s := &skipper{requires: map[string][]string{}, causes: map[causeKey]Finding{}, failOn: failOn}
	for _, r := range rules.All() {
		s.requires[r.ID] = r.Requires
	}
	shown := slices.Clone(findings)
	hidden := make([]bool, len(findings))
	for _, i := range s.inOrder(findings) {
		shown[i], hidden[i] = s.finding(findings[i])
	}
	var out []Finding
	for i, f := range shown {
		// Of what apply leaves as it is, only what apply does to it is said.
		if !hidden[i] || !f.Need.Standing {
			out = append(out, f)
		}
	}
	return out
}

// A skipper looks up root causes by what they are about.
type skipper struct {
	// requires are the rules that each rule depends on.
	requires map[string][]string
	// causes are the root causes of what has failed so far.
	causes map[causeKey]Finding
	failOn need.Severity
}

// A causeKey is what a failed need is about. Exactly one of the fields besides
// the rule is set.
type causeKey struct{ rule, project, account, resource string }

// inOrder returns the indexes of findings so that each follows those that it
// may depend on.
func (s *skipper) inOrder(findings []Finding) []int {
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

func (s *skipper) depth(f Finding, known map[string]int) int {
	if f.Need == nil {
		return 0
	}
	return s.depthOf(f.Need.Rule, known)
}

// depthOf is how many rules a rule depends on, one after the other.
func (s *skipper) depthOf(rule string, known map[string]int) int {
	if d, ok := known[rule]; ok {
		return d
	}
	known[rule] = 0 // ends a circle, which no rule has
	for _, id := range s.requires[rule] {
		known[rule] = max(known[rule], 1+s.depthOf(id, known))
	}
	return known[rule]
}

// finding returns f, skipped if a root cause hides it, and remembers what it
// may hide itself.
func (s *skipper) finding(f Finding) (_ Finding, isHidden bool) {
	if f.Need == nil || f.Outcome != Fail && f.Outcome != Undetermined {
		return f, false
	}
	root, hidden := s.root(f)
	switch {
	case hidden && f.Outcome == Fail:
		s.remember(f, root)
	case f.Outcome == Fail && rank(f.Severity) >= rank(s.failOn):
		s.remember(f, f)
	}
	if hidden {
		return behind(f, root), true
	}
	return f, false
}

// root returns the most severe root cause that f depends on.
func (s *skipper) root(f Finding) (root Finding, found bool) {
	for _, rule := range s.requires[f.Need.Rule] {
		keys := []causeKey{
			{rule: rule, project: f.Need.Project},
			{rule: rule, account: f.Need.Principal.Member},
			{rule: rule, resource: f.Need.Resource},
		}
		for _, name := range f.Need.Clusters {
			keys = append(keys, causeKey{rule: rule, resource: clusterResource(name)})
		}
		for _, key := range keys {
			c, ok := s.causes[key]
			if ok && rank(c.Severity) >= rank(f.Severity) && (!found || rank(c.Severity) > rank(root.Severity)) {
				root, found = c, true
			}
		}
	}
	return root, found
}

// remember notes that f fails because of root, unless a more severe root is
// known for the same thing.
func (s *skipper) remember(f, root Finding) {
	for _, key := range causeKeys(*f.Need) {
		if known, ok := s.causes[key]; !ok || rank(root.Severity) > rank(known.Severity) {
			s.causes[key] = root
		}
	}
}

// causeKeys are what a failed need is about: an account, by its name and as a
// resource, clusters that do not exist, or a project.
func causeKeys(n need.Need) []causeKey {
	var out []causeKey
	if n.Kind == need.Exists {
		for _, name := range n.Clusters {
			out = append(out, causeKey{rule: n.Rule, resource: clusterResource(name)})
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

// behind returns f once it is skipped because of a root cause.
func behind(f, root Finding) Finding {
	out := Explain(*f.Need, newVerdict(*f.Need))
	out.Principal, out.Outcome, out.Reason = f.Principal, Skipped, "depends on "+root.Rule+", which failed"
	if f.Outcome == Undetermined {
		out.KnownAs, out.Permissions = f.Outcome, f.Permissions
	}
	return out
}
