package rules

import "gke-preflight/preflight/plan"

func nameFree() Rule {
	return Rule{
		ID:       "GP905",
		Name:     "name-free",
		Title:    "No cluster is there yet of the name that the plan gives a new one",
		Severity: Error,
		Requires: []string{"GP101", "GP201"},
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, c := range p.Clusters {
				s := ofCluster(c)
				names := clusterNames(c.Project, c.Location, c.Name.String())
				if !c.Creates() || c.Deletes() || c.Imported || names == nil {
					continue
				}
				n := s.inProject()
				n.Kind = Free
				n.Service = "container.googleapis.com"
				n.Clusters = names
				n.Resource = "//container.googleapis.com/" + names[0]
				n.ExpectedError = "Error 409: Already exists: " + names[0] + "., alreadyExists"
				needs = append(needs, n)
			}
			return needs
		},
	}
}
