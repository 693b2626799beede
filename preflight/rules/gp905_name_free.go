package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/shell"
)

func nameFree() Rule {
	return Rule{
		ID:       "GP905",
		Name:     "name-free",
		Title:    "Names of new clusters are not in use",
		Severity: need.Error,
		Requires: []string{"GP101", "GP201"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, c := range p.Clusters {
				if takesNewName(c) {
					needs = append(needs, freeNameNeed(c))
				}
			}
			return needs
		},
	}
}

// takesNewName reports whether apply creates a cluster under a name that it did
// not have. GP911 checks a cluster that is replaced under its own name.
func takesNewName(c *plan.Cluster) bool {
	return c.Creates() && !c.Imported && !c.HasGeneratedName() && !clusterTarget(c).keepsPlace()
}

// freeNameNeed returns the need that no cluster with the name of c exists.
func freeNameNeed(c *plan.Cluster) need.Need {
	t := clusterTarget(c)
	n := t.namedClusterNeed(c.Place)
	n.Kind = need.ClusterNameFree
	if name := c.Place.Name(); name != "" {
		n.ExpectedError = "Error 409: Already exists: " + name + "., alreadyExists"
	}
	if c.Replaces() && c.Place.Name() != "" {
		// terraform import requires an address that manages no object yet.
		n.Fix.Commands = []string{shell.Command("gcloud", "container", "clusters", "describe", shell.Name(c.Place.Cluster), "--location="+c.Place.Location, "--project="+c.Place.Project.ID)}
	}
	return n
}
