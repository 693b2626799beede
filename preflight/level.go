package preflight

import (
	"slices"

	"gke-preflight/preflight/iam"
)

// Says is what a level says about permissions.
type Says string

// What levels say.
const (
	// Grants: a binding of Role to Member gives them.
	Grants Says = "grants"
	// Plans: a binding that the plan makes gives them; Detail is its address.
	Plans Says = "plans"
	// Unmet: a binding would give them, but its condition, Detail, is false.
	Unmet Says = "unmet"
	// Denies: the deny policy that Detail names takes them.
	Denies Says = "denies"
	// Doubts: a binding or a deny policy may decide; Detail says what is not
	// known about it.
	Doubts Says = "doubts"
	// Unread: its policies could not be read; Detail says why.
	Unread Says = "unread"
	// Lacks: no binding gives them.
	Lacks Says = "lacks"
)

// A Level is what the policies of one resource say about some of a finding's
// permissions. One that says several things stands several times.
type Level struct {
	// Resource is the full resource name that the policies are attached to;
	// empty for what lies above a project and is not known.
	Resource    string   `json:"resource,omitempty"`
	Says        Says     `json:"says"`
	Permissions []string `json:"permissions"`
	// Role and Member are those of the binding, where there is one.
	Role   string `json:"role,omitempty"`
	Member string `json:"member,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// levelsOf are what the levels say about permissions, level by level. Where a
// permission is held, only what gives it is told: nothing else was needed.
func levelsOf(answers map[string]iam.Answer, permissions []string) []Level {
	var resources []string
	var all []Level
	for _, p := range permissions {
		for _, l := range answers[p].Levels {
			resources = union(resources, l.Resource)
			all = append(all, said(l, answers[p].Verdict == iam.Yes, p)...)
		}
	}
	var out []Level
	for _, r := range resources {
		for _, l := range all {
			if l.Resource == r && len(out) < maxLevels {
				out = withLevel(out, l)
			}
		}
	}
	return out
}

// maxLevels bounds what a finding tells of policies. Google allows 1,500
// principals in one, but nobody reads what 100 of them say about a permission.
const maxLevels = 100

// withLevel adds a level, to one that says the same of other permissions if
// there is one.
func withLevel(list []Level, l Level) []Level {
	i := slices.IndexFunc(list, func(o Level) bool {
		return o.Resource == l.Resource && o.Says == l.Says && o.Role == l.Role && o.Member == l.Member && o.Detail == l.Detail
	})
	if i < 0 {
		return append(list, l)
	}
	list[i].Permissions = union(list[i].Permissions, l.Permissions...)
	return list
}

// said is what one level says about a permission.
func said(l iam.LevelAnswer, held bool, permission string) []Level {
	var out []Level
	add := func(says Says, role, member, detail string) {
		out = append(out, Level{Resource: l.Resource, Says: says, Permissions: []string{permission}, Role: role, Member: member, Detail: detail})
	}
	if len(l.Grants) > 0 {
		g := l.Grants[0]
		says := Grants
		if g.Source != "" {
			says = Plans
		}
		add(says, g.Role, g.Member, g.Source)
	}
	if held {
		return out
	}
	for _, d := range l.Denied {
		add(Denies, "", "", d.Policy)
	}
	for _, u := range l.Unmet {
		add(Unmet, u.Role, u.Member, u.Expression)
	}
	for _, d := range l.Doubts {
		add(saysOf(d), d.Role, d.Member, doubtInWords(d))
	}
	if len(out) == 0 {
		add(Lacks, "", "", "")
	}
	return out
}

func saysOf(d iam.Doubt) Says {
	if d.Kind == iam.DoubtPolicy || d.Kind == iam.DoubtAncestors {
		return Unread
	}
	return Doubts
}

// levels are what decides about permissions: the policies as they are for what
// holds now, and else as the plan leaves them.
func (t *turns) levels(permissions []string) []Level {
	answers := map[string]iam.Answer{}
	for _, p := range permissions {
		answers[p] = t.decides(p)
	}
	return levelsOf(answers, permissions)
}

func (t *turns) decides(p string) iam.Answer {
	now, then := t.held[p], t.then[p]
	switch {
	case slices.Contains(t.raced, p):
		return t.someday[p]
	case slices.Contains(t.lost, p), now.Verdict == iam.Yes && then.Verdict == iam.Yes:
		return now
	}
	return then
}

// moved are the permissions whose answer comes from what the plan changes.
func (t *turns) moved(permissions, missing []string) []string {
	return slices.DeleteFunc(slices.Clone(permissions), func(p string) bool {
		planned := slices.Contains(missing, p) && len(t.givers(t.held[p], t.then[p])) > 0
		return !planned && !slices.Contains(t.lost, p) && !slices.Contains(t.raced, p)
	})
}
