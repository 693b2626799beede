package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/shell"
)

func nameFree() Rule {
	return Rule{
		ID:       "GP905",
		Name:     "name-free",
		Title:    "No cluster is there yet of the name that the plan gives a new one",
		Severity: need.Error,
		Requires: []string{"GP101", "GP201"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, c := range p.Clusters {
				if takesName(c) {
					needs = append(needs, freeName(c))
				}
			}
			return needs
		},
	}
}

// takesName reports whether apply makes a cluster under a name that it did not
// have. One that is replaced under its own name is the matter of GP911.
func takesName(c *plan.Cluster) bool {
	return c.Creates() && !c.Imported && !c.HasGeneratedName() && !ofCluster(c).keepsPlace()
}

// keepsPlace reports whether apply makes the cluster of s where one of it was.
func (s subject) keepsPlace() bool { return s.place.Same(s.placeBefore) }

func freeName(c *plan.Cluster) need.Need {
	s := ofCluster(c)
	n := s.named(c.Place)
	n.Kind = need.Free
	if name := c.Place.Name(); name != "" {
		n.ExpectedError = "Error 409: Already exists: " + name + "., alreadyExists"
	}
	if c.Replaces() && c.Place.Name() != "" {
		// What terraform import needs is an address that manages nothing.
		n.Fix.Commands = []string{shell.Command("gcloud", "container", "clusters", "describe", shell.Name(c.Place.Cluster), "--location="+c.Place.Location, "--project="+c.Place.Project.ID)}
	}
	return n
}

// named is a need about the cluster of a place, in any location if that is not
// known. Its message says why not.
func (s subject) named(p plan.Place) need.Need {
	n := s.at(p)
	n.Service = "container.googleapis.com"
	name := p.NameAnywhere()
	if name == "" {
		n.Unknown = p.Unknown
		return n
	}
	n.Clusters = []string{name}
	n.Resource = resource.ClusterFullName(name)
	n.Message = p.Unknown
	return n
}
