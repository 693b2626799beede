package judge

import (
	"slices"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
)

// policyLevels returns what the policies of each resource in the hierarchy say
// about permissions. For a granted permission it lists only the granting binding.
func policyLevels(answers map[string]iam.Answer, permissions []string) []finding.Level {
	var resources []string
	var all []finding.Level
	for _, p := range permissions {
		for _, l := range answers[p].Levels {
			resources = union(resources, l.Resource)
			all = append(all, levelStatements(l, answers[p].Verdict == iam.Yes, p)...)
		}
	}
	var out []finding.Level
	for _, r := range resources {
		for _, l := range all {
			if l.Resource == r && len(out) < maxLevels {
				out = addLevel(out, l)
			}
		}
	}
	return out
}

// maxLevels limits how many levels a finding has. Google allows 1,500 principals
// in a policy, but nobody reads 100 statements about a permission.
const maxLevels = 100

// addLevel adds l to list. It is merged with an entry that says the same about
// other permissions.
func addLevel(list []finding.Level, l finding.Level) []finding.Level {
	i := slices.IndexFunc(list, func(o finding.Level) bool {
		return o.Resource == l.Resource && o.Says == l.Says && o.Role == l.Role && o.Member == l.Member && o.Detail == l.Detail
	})
	if i < 0 {
		return append(list, l)
	}
	list[i].Permissions = union(list[i].Permissions, l.Permissions...)
	return list
}

// levelStatements returns what the policies of one resource say about a
// permission.
func levelStatements(l iam.LevelAnswer, held bool, permission string) []finding.Level {
	var out []finding.Level
	add := func(says finding.Says, role, member, detail string) {
		out = append(out, finding.Level{Resource: l.Resource, Says: says, Permissions: []string{permission}, Role: role, Member: member, Detail: detail})
	}
	if len(l.Grants) > 0 {
		g := l.Grants[0]
		says := finding.Grants
		if g.Source != "" {
			says = finding.Plans
		}
		add(says, g.Role, g.Member, g.Source)
	}
	if held {
		return out
	}
	for _, d := range l.Denied {
		add(finding.Denies, "", "", d.Policy)
	}
	for _, u := range l.Unmet {
		add(finding.Unmet, u.Role, u.Member, u.Expression)
	}
	for _, d := range l.Doubts {
		add(doubtSays(d), d.Role, d.Member, doubtText(d))
	}
	if len(out) == 0 {
		add(finding.Lacks, "", "", "")
	}
	return out
}

// doubtSays returns how a report classifies a doubt.
func doubtSays(d iam.Doubt) finding.Says {
	if d.Kind == iam.DoubtPolicy || d.Kind == iam.DoubtAncestors {
		return finding.Unread
	}
	return finding.Doubts
}
