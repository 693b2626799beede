package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func clusterIdle() Rule {
	return Rule{
		ID:       "GP901",
		Name:     "cluster-idle",
		Title:    "No operation is running on the clusters that the plan changes",
		Severity: need.Error,
		Requires: []string{"GP201", "GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			needs := onExisting(p, need.Idle)
			changed := changedClusters(p)
			for i := range needs {
				if !changed[needs[i].Resource] {
					// The provider tries a change of a node pool again until the
					// operation has ended, for as long as its timeout: retryWhileIncompatibleOperation
					// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/resource_container_node_pool.go
					needs[i].Severity = need.Warning
				}
			}
			return needs
		},
	}
}

// changedClusters are the clusters that apply changes or destroys themselves,
// not only their node pools, by resource.
func changedClusters(p *plan.Plan) map[string]bool {
	out := map[string]bool{}
	for _, s := range subjects(p) {
		if s.pool {
			continue
		}
		for _, name := range s.existing() {
			out[resource.ClusterFullName(name)] = true
		}
	}
	return out
}

// lastingClusters are the clusters that apply updates, or whose node pools it
// creates or updates, by resource: one that is gone is a failure, while apply
// does not mind if what it destroys is gone.
func lastingClusters(p *plan.Plan) map[string]bool {
	out := map[string]bool{}
	for _, s := range subjects(p) {
		if s.Updates() {
			out[resource.ClusterFullName(s.placeBefore.Name())] = true
		}
		if s.pool && s.Creates() && !s.ofNewCluster {
			out[resource.ClusterFullName(s.place.Name())] = true
		}
	}
	return out
}

// Lasts is what a need Idle, Sound or Recreated expects of clusters that apply
// does not only destroy.
const Lasts = "lasts"

// onExisting are needs about the clusters that are there already and that
// apply changes, or whose node pools it changes.
func onExisting(p *plan.Plan, kind need.Kind) []need.Need {
	var needs []need.Need
	lasting := lastingClusters(p)
	for _, s := range subjects(p) {
		for _, name := range s.existing() {
			n := s.inProject()
			n.Kind = kind
			n.Service = "container.googleapis.com"
			n.Clusters = []string{name}
			n.Resource = resource.ClusterFullName(name)
			n.Project = plan.ProjectOfName(name)
			if lasting[n.Resource] {
				n.Expect = Lasts
			}
			needs = append(needs, n)
		}
	}
	return needs
}

// existing are the names of the clusters that are there before apply, and that
// it changes or destroys for s. What apply makes anew is none of them.
func (s subject) existing() []string {
	var out []string
	if s.Updates() || s.Deletes() {
		out = append(out, s.placeBefore.Name())
	}
	if s.pool && s.Creates() && !s.ofNewCluster {
		out = append(out, s.place.Name())
	}
	return union(nil, withoutEmpty(out))
}

func withoutEmpty(names []string) []string {
	var out []string
	for _, name := range names {
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}
