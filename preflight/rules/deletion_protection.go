package rules

import "gke-preflight/preflight/plan"

func deletionProtection() Rule {
	return Rule{
		ID:       "GP904",
		Name:     "deletion-protection",
		Title:    "The clusters that the plan destroys or replaces are not protected against it",
		Severity: Error,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, c := range p.Clusters {
				if !c.Deletes() {
					continue
				}
				n := ofCluster(c).inProject()
				n.Kind = Statement
				n.Attribute = "deletion_protection"
				if !c.Before("deletion_protection").True() {
					n.Holds, n.Message = true, "cluster "+c.Name.String()+" is not protected against deletion"
					needs = append(needs, n)
					continue
				}
				n.Message = "the plan destroys cluster " + c.Name.String() + ", whose deletion_protection is true in Terraform's state: set it to false and apply that first"
				n.ExpectedError = "Error: Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed with cluster deletion."
				needs = append(needs, n)
			}
			return needs
		},
	}
}
