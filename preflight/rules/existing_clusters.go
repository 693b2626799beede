package rules

import (
	"slices"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// existingClusterNeeds returns a need about each existing cluster that apply
// changes or destroys, or whose node pools it changes.
func existingClusterNeeds(p *plan.Plan, kind need.Kind) []need.Need {
	var needs []need.Need
	remaining := remainingClusters(p)
	for _, t := range targets(p) {
		for _, name := range t.existingClusters() {
			n := t.projectNeed()
			n.Kind = kind
			n.Service = "container.googleapis.com"
			n.Clusters = []string{name}
			n.Resource = resource.ClusterFullName(name)
			n.Project = plan.ProjectOfName(name)
			if remaining[n.Resource] {
				n.Expect = need.Lasts
			}
			needs = append(needs, n)
		}
	}
	return needs
}

// remainingClusters returns the full resource names of the clusters that apply
// updates, or whose node pools it creates or updates. Apply fails if one of them
// is missing, but not if a cluster to destroy is missing.
func remainingClusters(p *plan.Plan) map[string]bool {
	out := map[string]bool{}
	for _, t := range targets(p) {
		if t.Updates() {
			out[resource.ClusterFullName(t.placeBefore.Name())] = true
		}
		if t.isNodePool && t.Creates() && !t.inNewCluster {
			out[resource.ClusterFullName(t.place.Name())] = true
		}
	}
	return out
}

// existingClusters returns the names of the clusters that exist before apply and
// that apply changes or destroys for t.
func (t target) existingClusters() []string {
	var out []string
	if t.Updates() || t.Deletes() {
		out = append(out, t.placeBefore.Name())
	}
	if t.isNodePool && t.Creates() && !t.inNewCluster {
		out = append(out, t.place.Name())
	}
	out = slices.DeleteFunc(out, func(name string) bool { return name == "" })
	return sortedUnion(nil, out)
}
