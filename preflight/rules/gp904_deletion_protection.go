package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func deletionProtection() Rule {
	return Rule{
		ID:       "GP904",
		Name:     "deletion-protection",
		Title:    "Clusters that the plan destroys or replaces have no deletion protection",
		Severity: need.Error,
		Outcomes: []string{"pass", "fail"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, c := range p.Clusters {
				if c.Deletes() {
					needs = append(needs, deletionNeed(c))
				}
			}
			for _, pool := range p.NodePools {
				if pool.Deletes() && preventsDeletion(pool.Change) {
					t := nodePoolTarget(pool)
					needs = append(needs, preventedDeletionNeed(t, "node pool "+pool.Before("name").String(), pool.PlaceBefore.Name()+"/nodePools/"+pool.Before("name").String()))
				}
			}
			return needs
		},
	}
}

// deletionNeed returns the need that neither deletion_policy nor
// deletion_protection protects c. The provider checks the policy first.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/resource_container_cluster.go (resourceContainerClusterDelete)
func deletionNeed(c *plan.Cluster) need.Need {
	t, name := clusterTarget(c), c.Before("name").String()
	if preventsDeletion(c.Change) {
		return preventedDeletionNeed(t, "cluster "+name, c.PlaceBefore.Name())
	}
	n := t.projectNeed()
	n.Kind, n.Attribute = need.PlanOnly, "deletion_protection"
	if !c.Before("deletion_protection").IsTrue() {
		n.Satisfied, n.Message = true, "cluster "+name+" is not protected against deletion"
		return n
	}
	n.Message = "the plan destroys cluster " + name + ", whose deletion_protection is true in Terraform's state: set it to false and apply that first"
	n.ExpectedError = "Error: Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed with cluster deletion."
	return n
}

// preventsDeletion reports whether the provider refuses to destroy an object. It
// uses the deletion_policy in Terraform's state, not in the configuration.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/tpgresource/utils.go (DeletionPolicyPreDelete)
func preventsDeletion(c *plan.Change) bool {
	return c.Before("deletion_policy").String() == "PREVENT"
}

// preventedDeletionNeed returns the finding that deletion_policy prevents the
// deletion of t.
func preventedDeletionNeed(t target, what, id string) need.Need {
	n := t.projectNeed()
	n.Kind, n.Attribute = need.PlanOnly, "deletion_policy"
	n.Message = "the plan destroys " + what + ", whose deletion_policy is PREVENT in Terraform's state: set it to DELETE and apply that first"
	n.ExpectedError = "Error: cannot destroy \"" + id + "\" without setting deletion_policy=\"DELETE\" and running `terraform apply`"
	n.Fix.Terraform = "deletion_policy = \"DELETE\""
	return n
}
