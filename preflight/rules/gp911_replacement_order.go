package rules

import (
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func replacementOrder() Rule {
	return Rule{
		ID:       "GP911",
		Name:     "replacement-order",
		Title:    "Replacements do not reuse the name of an existing object",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, c := range p.Clusters {
				if isReplaced(c.Change) {
					needs = append(needs, clusterReplacementNeed(c))
				}
			}
			for _, pool := range p.NodePools {
				if isReplaced(pool.Change) {
					needs = append(needs, nodePoolReplacementNeed(pool))
				}
			}
			for _, c := range p.Changes {
				if isReplaced(c) && c.EmailBefore() != "" {
					needs = append(needs, accountReplacementNeed(c))
				}
			}
			return needs
		},
	}
}

// isReplaced reports whether apply creates an object again, and destroys or
// abandons the existing one.
func isReplaced(c *plan.Change) bool { return c.Creates() && c.HasAction("delete") }

// clusterReplacementNeed returns the need of a cluster that apply replaces.
func clusterReplacementNeed(c *plan.Cluster) need.Need {
	t := clusterTarget(c)
	what := "cluster " + c.PlaceBefore.Cluster
	n := replacementNeed(t, what)
	switch {
	case n.Satisfied:
	case c.HasGeneratedName():
		n.Satisfied, n.Message = true, "the replacement of "+what+" has a generated name"
	case t.keepsPlace():
		n = conflictingReplacement(n, t, what)
		n.ExpectedError = "Error 409: Already exists: " + c.Place.Name() + "., alreadyExists"
	case c.Place.Name() == "":
		n.UndeterminedReason = c.Place.UnknownReason
	default:
		n.Satisfied, n.Message = true, "the replacement of "+what+" has another name, location or project"
	}
	return n
}

// nodePoolReplacementNeed returns the need of a node pool that apply replaces.
func nodePoolReplacementNeed(pool *plan.NodePool) need.Need {
	t := nodePoolTarget(pool)
	what := "node pool " + pool.Before("name").String() + " of cluster " + pool.PlaceBefore.Cluster
	n := replacementNeed(t, what)
	switch {
	case n.Satisfied:
	case pool.HasGeneratedName():
		n.Satisfied, n.Message = true, "the replacement of "+what+" has a generated name"
	case isInNewCluster(pool):
		n.Satisfied, n.Message = true, "the replacement of "+what+" is in a new cluster"
	case keepsNodePoolName(pool):
		n = conflictingReplacement(n, t, what)
		n.ExpectedError = nodePoolExistsError(pool.Place, pool.Name.String())
	case pool.Place.Name() == "":
		n.UndeterminedReason = pool.Place.UnknownReason
	case pool.Name.String() == "":
		n.UndeterminedReason = "the name of " + pool.Address + " is not known before apply"
	default:
		n.Satisfied, n.Message = true, "the replacement of "+what+" has another name, or is in another cluster"
	}
	return n
}

// accountReplacementNeed returns the need of a service account that apply
// replaces. A second one with the same email is rejected. With
// create_ignore_already_exists, the provider uses the old one as its replacement,
// and then deletes it.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/resourcemanager/resource_google_service_account.go
func accountReplacementNeed(c *plan.Change) need.Need {
	t := target{Change: c, project: c.Project()}
	what := "service account " + c.EmailBefore()
	n := replacementNeed(t, what)
	switch email := c.AccountEmail(); {
	case n.Satisfied:
	case email == "":
		n.UndeterminedReason = "the email of " + c.Address + " is not known before apply"
	case !strings.EqualFold(email, c.EmailBefore()):
		n.Satisfied, n.Message = true, "the replacement of "+what+" has another email"
	case c.After("create_ignore_already_exists").IsTrue():
		n.Message = "the plan replaces " + what + " under its email, with create_ignore_already_exists: it keeps the old account as the replacement and then deletes it. Remove create_before_destroy, or choose another account_id"
		n.Fix.Terraform = destroyFirst
	default:
		n = conflictingReplacement(n, t, what)
		id, _, _ := strings.Cut(email, "@")
		n.ExpectedError = "Error 409: Service account " + id + " already exists within project projects/" + t.project.ID + "., alreadyExists"
	}
	return n
}

// destroyFirst is the Terraform that destroys the old object before its
// replacement is created.
const destroyFirst = "lifecycle {\n  create_before_destroy = false\n}"

// replacementNeed returns the need of an object that apply replaces. It is met if
// the object is destroyed first.
func replacementNeed(t target, what string) need.Need {
	n := t.projectNeed()
	n.Kind = need.PlanOnly
	n.Attribute = "lifecycle.create_before_destroy"
	if t.DestroysBeforeCreate() {
		n.Satisfied, n.Message = true, "the plan destroys "+what+" before it creates the replacement"
	}
	return n
}

// conflictingReplacement returns n as the finding that the object to replace still has
// the name.
func conflictingReplacement(n need.Need, t target, what string) need.Need {
	n.Message = "the plan creates the replacement of " + what + " before it destroys the old one, under the same name: give the replacement another name, or remove create_before_destroy"
	n.Fix.Terraform = destroyFirst
	if t.Abandons() {
		n.Attribute = "deletion_policy"
		n.Message = "the plan replaces " + what + " under its name, but deletion_policy is ABANDON in Terraform's state: " + what + " stays and keeps the name. Set deletion_policy to DELETE and apply that first"
		n.Fix.Terraform = "deletion_policy = \"DELETE\""
	}
	return n
}
