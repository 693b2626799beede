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
		Title:    "Principals hold the further permissions that the configuration names",
		Severity: need.Error,
		Needs: func(p *plan.Plan, set Settings) []need.Need {
			var needs []need.Need
			for _, kind := range sortedKinds(set.Extra) {
				for _, s := range building(p) {
					needs = append(needs, s.extra(kind, set.Extra[kind])...)
				}
			}
			return needs
		},
	}
}

func sortedKinds(extra map[need.PrincipalKind][]string) []need.PrincipalKind {
	var out []need.PrincipalKind
	for kind := range extra {
		out = append(out, kind)
	}
	slices.Sort(out)
	return out
}

// extra are the needs of all principals of a kind in the project of s.
func (s subject) extra(kind need.PrincipalKind, permissions []string) []need.Need {
	n := s.inProject()
	n.Kind, n.Permissions = need.Permissions, permissions
	switch kind {
	case need.Deployer:
		n = forDeployer(n, s.Change)
	case need.NodeServiceAccount:
		var out []need.Need
		for _, a := range s.accounts {
			own := onNodes(s, a)
			own.Permissions = permissions
			out = append(out, own)
		}
		return out
	default:
		n.Principal = agent(kind, s.project.ID)
	}
	return []need.Need{n}
}
