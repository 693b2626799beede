package plan

import (
	"reflect"

	"gke-preflight/preflight/resource"
)

// A Cluster is a google_container_cluster that apply changes.
type Cluster struct {
	*Change
	Project  Project
	Name     Value
	Location Value
	// Place is the cluster's location after apply, or its last one if apply
	// removes it. PlaceBefore is its location before apply; without a name if
	// the cluster is new.
	Place, PlaceBefore Place
	// Network and Subnetwork are written as in the plan: a name, a path or a
	// URL.
	Network    Value
	Subnetwork Value
	// NetworkProject is the project of the network and subnetwork; empty if it
	// is only known after apply.
	NetworkProject string
	// Autopilot reports whether the cluster is an Autopilot cluster; false also
	// if that is only known after apply.
	Autopilot bool
	// Version is min_master_version; if absent, Google chooses.
	Version Value
	// Accounts are the node service accounts of the cluster's own node pools.
	Accounts []Account
	// Keys are the Cloud KMS keys that the cluster and its nodes use.
	Keys []Key
	// HasTemporaryDefaultPool reports whether the default node pool is removed right after
	// creation. Its nodes still run for a few minutes.
	HasTemporaryDefaultPool bool
}

// newCluster returns the cluster that c changes.
func newCluster(c *Change) *Cluster {
	cluster := &Cluster{
		Change:                  c,
		Project:                 c.Project(),
		Name:                    c.Latest("name"),
		Network:                 c.Latest("network"),
		Subnetwork:              c.Latest("subnetwork"),
		Autopilot:               c.Latest("enable_autopilot").IsTrue(),
		Version:                 c.Latest("min_master_version"),
		HasTemporaryDefaultPool: c.Creates() && c.After("remove_default_node_pool").IsTrue(),
	}
	cluster.Location, _ = findLocation(c)
	cluster.Place = cluster.place()
	if !c.isNew() {
		cluster.PlaceBefore = placeBefore(c, c.Before("name").String())
	}
	if c.Updates() && cluster.PlaceBefore.Name() == "" {
		cluster.PlaceBefore = cluster.Place
	}
	cluster.NetworkProject = cluster.findNetworkProject()
	if !c.IsRemovedFromState() {
		cluster.Accounts = cluster.accounts()
		cluster.Keys = cluster.keys()
	}
	return cluster
}

// findNetworkProject returns the project in the name of the subnetwork or
// network. A short name is in the cluster's own project.
func (c *Cluster) findNetworkProject() string {
	for _, attribute := range []string{"subnetwork", "network"} {
		if p := ProjectOfName(c.Latest(attribute).String()); p != "" {
			return p
		}
		if c.Latest(attribute).State == Unknown {
			return referencedNetworkProject(c.Change, attribute)
		}
	}
	return c.Project.ID
}

// referencedNetworkProject returns the project of the planned network or
// subnetwork that an attribute of c refers to; empty if the attribute refers to
// anything else. Both names are paths that include the project, and a
// subnetwork is in its network's project, so an expression around the reference
// cannot name another network unless it takes the path apart.
func referencedNetworkProject(c *Change, attribute string) string {
	if c.block == nil {
		return ""
	}
	f := c.plan.resolveExpression(c.block.module, expressionOf(c.block.expressions[attribute]))
	all := make([]Project, 0, len(f.changes))
	for _, other := range f.changes {
		isNetwork := other.Type == "google_compute_network" || other.Type == "google_compute_subnetwork"
		if !isNetwork || f.attribute != "id" && f.attribute != "self_link" && f.attribute != "network" {
			return ""
		}
		all = append(all, other.plan.building.projects.resolveProject(other, maxHops-1))
	}
	return commonProject(all).ID
}

// IsUnchanged reports whether the cluster is unchanged.
func (c *Cluster) IsUnchanged() bool { return c.isNoOp() && !c.IsRemovedFromState() }

// HostProject returns NetworkProject if it is, or may be, another project than
// the cluster's. It may be another one if one is a number and the other an ID.
func (c *Cluster) HostProject() string {
	if c.NetworkMatch() == resource.Same {
		return ""
	}
	return c.NetworkProject
}

// NetworkMatch reports whether the network's project is the cluster's.
func (c *Cluster) NetworkMatch() resource.Match {
	if c.NetworkProject == c.Project.ID {
		return resource.Same
	}
	return resource.ParseProject(c.NetworkProject).Compare(resource.ParseProject(c.Project.ID))
}

// InlinePools returns the number of node_pool blocks in the configuration. An
// existing cluster lists all its node pools there, including those of other
// resources: unless the configuration has such a block, they stay unchanged.
// Dynamic blocks are not listed in the configuration.
func (c *Cluster) InlinePools() int {
	written := c.Creates() || c.block != nil && c.block.expressions["node_pool"] != nil || c.mayChangeAttribute("node_pool")
	if c.block == nil || !written {
		return 0
	}
	return c.After("node_pool").Len()
}

// hasUnknownPools reports whether the inline node pools are only known after
// apply.
func (c *Cluster) hasUnknownPools() bool {
	return c.After("node_pool").State == Unknown && c.block != nil
}

// mayChangeAttribute reports whether an update changes an attribute, or may
// change it.
func (o *objectValues) mayChangeAttribute(attribute string) bool {
	before, _ := lookupPath(o.change.Before, []any{attribute})
	after, _ := lookupPath(o.change.After, []any{attribute})
	mark, _ := lookupPath(o.change.AfterUnknown, []any{attribute})
	return o.Updates() && (mark != nil || !reflect.DeepEqual(before, after))
}

// allClusters returns the changed and the unchanged clusters.
func (p *Plan) allClusters() []*Cluster {
	return append(append([]*Cluster(nil), p.Clusters...), p.UnchangedClusters...)
}
