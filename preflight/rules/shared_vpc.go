package rules

import (
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// mayUseOwnNetwork reports whether the network of t is, or may be, in its own
// project. It is false if the plan does not contain the cluster of a node pool.
func (t target) mayUseOwnNetwork() bool {
	return t.cluster != nil && t.cluster.NetworkMatch() != resource.Different
}

// mayUseSharedVPC reports whether the network of the cluster of t is, or may be,
// in another project.
func (t target) mayUseSharedVPC() bool {
	return t.cluster.HostProject() != "" || t.cluster.NetworkProject == ""
}

// sharedVPCClusters returns the clusters after apply whose network is, or may be,
// in another project.
func sharedVPCClusters(p *plan.Plan) []target {
	var out []target
	for _, t := range afterApply(p) {
		if !t.isNodePool && t.mayUseSharedVPC() {
			out = append(out, t)
		}
	}
	return out
}

// sharedVPCTargets returns sharedVPCClusters and the new node pools of existing
// clusters whose network is, or may be, in another project.
func sharedVPCTargets(p *plan.Plan) []target {
	out := sharedVPCClusters(p)
	for _, t := range changing(p) {
		if t.isNodePool && t.Creates() && !t.inNewCluster && (t.cluster == nil || t.cluster.IsUnchanged() && t.mayUseSharedVPC()) {
			out = append(out, t)
		}
	}
	return out
}

// hostProjectNeed returns a need of t in the project of its network.
func (t target) hostProjectNeed() need.Need {
	if t.cluster == nil {
		return t.namedHostProjectNeed()
	}
	host := t.cluster.NetworkProject
	n := t.needIn(host, "the project of the network of "+t.cluster.Address+" is not known before apply")
	n.Attribute = "network"
	if host != "" && t.cluster.NetworkMatch() == resource.MaybeSame {
		n.OnlyIfNotProject = t.project.ID
	}
	return n
}

// namedHostProjectNeed returns a need of node pool t in the project of the network
// of a cluster that is not in the plan. Google Cloud has to be asked for that
// network.
func (t target) namedHostProjectNeed() need.Need {
	name := t.place.Name()
	if name == "" {
		n := t.needIn("", "the cluster of "+t.Address+" and the project of its network are not known before apply")
		n.Attribute = "cluster"
		return n
	}
	n := t.needIn(need.HostProjectPlaceholder, "")
	n.Attribute, n.NetworkCluster = "cluster", name
	return n
}

// subnetworkName returns the relative name, projects/P/regions/R/subnetworks/S, in
// a URL or path. It is empty for a short name.
func subnetworkName(name string) string {
	if !strings.Contains(name, "/regions/") {
		return ""
	}
	return resource.Parse(name).Relative()
}
