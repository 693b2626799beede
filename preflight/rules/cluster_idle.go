package rules

import (
	"strings"

	"gke-preflight/preflight/plan"
)

func clusterIdle() Rule {
	return Rule{
		ID:       "GP901",
		Name:     "cluster-idle",
		Title:    "No operation is running on the clusters that the plan changes",
		Severity: Error,
		Requires: []string{"GP201"},
		Needs: func(p *plan.Plan, _ Settings) []Need {
			return onExisting(p, Idle)
		},
	}
}

// onExisting are needs about the clusters that are there already and that
// apply changes, or whose node pools it changes.
func onExisting(p *plan.Plan, kind Kind) []Need {
	var needs []Need
	for _, s := range subjects(p) {
		names := s.existing()
		if names == nil {
			continue
		}
		n := s.inProject()
		n.Kind = kind
		n.Service = "container.googleapis.com"
		n.Clusters = names
		n.Resource = "//container.googleapis.com/" + names[0]
		needs = append(needs, n)
	}
	return needs
}

// existing is the name of the cluster of s, if that is there before apply.
func (s subject) existing() []string {
	if !s.pool {
		if s.Creates() && !s.Deletes() {
			return nil
		}
		return clusterNames(s.project, s.cluster.Location, s.cluster.Name.String())
	}
	if s.cluster != nil && s.cluster.Creates() && !s.cluster.Deletes() {
		return nil
	}
	name := last(s.Now("cluster").String())
	if s.cluster != nil {
		name = s.cluster.Name.String()
	}
	return clusterNames(s.project, s.Now("location"), name)
}

func last(name string) string { return name[strings.LastIndex(name, "/")+1:] }
