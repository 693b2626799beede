package rules

import (
	"slices"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func extraPermissions() Rule {
	return Rule{
		ID:       "GP209",
		Name:     "extra-permissions",
		Title:    "Principals have the additional permissions that the configuration requires",
		Severity: need.Error,
		Needs: func(p *plan.Plan, set Settings) []need.Need {
			var needs []need.Need
			for _, kind := range sortedKinds(set.Extra) {
				for _, t := range changing(p) {
					needs = append(needs, extraNeeds(t, kind, set.Extra[kind])...)
				}
			}
			return needs
		},
	}
}

// sortedKinds returns the kinds of principal in extra, sorted.
func sortedKinds(extra map[need.PrincipalKind][]string) []need.PrincipalKind {
	var out []need.PrincipalKind
	for kind := range extra {
		out = append(out, kind)
	}
	slices.Sort(out)
	return out
}

// extraNeeds returns the needs of all principals of a kind in the project of t.
func extraNeeds(t target, kind need.PrincipalKind, permissions []string) []need.Need {
	n := t.projectNeed()
	n.Kind, n.Permissions = need.Permissions, permissions
	switch kind {
	case need.Deployer:
		n = forDeployer(n, t.Change)
	case need.NodeServiceAccount:
		var out []need.Need
		for _, a := range t.accounts {
			own := nodeAccountNeed(t, a)
			own.Permissions = permissions
			out = append(out, own)
		}
		return out
	default:
		n.Principal = serviceAgent(kind, t.project.ID)
	}
	return []need.Need{n}
}
