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
	// Place is where the cluster is after apply, or, if it leaves, until then.
	// PlaceBefore is where apply finds it; without a name if it is new.
	Place, PlaceBefore Place
	// Network and Subnetwork are as the plan has them: a name, a path or a URL.
	Network    Value
	Subnetwork Value
	// NetworkProject is the project of the network and subnetwork; empty where
	// it is not known before apply.
	NetworkProject string
	// Autopilot reports whether Google manages the nodes; false also where that
	// is not known before apply.
	Autopilot bool
	// Version is min_master_version; absent means that Google chooses.
	Version Value
	// Accounts are what the cluster's own nodes run as.
	Accounts []Account
	// Keys are the Cloud KMS keys that the cluster and its nodes use.
	Keys []Key
	// ThrowAway reports whether the default node pool is removed right after
	// creation. Its nodes run for minutes all the same.
	ThrowAway bool
}

func newCluster(c *Change) *Cluster {
	cluster := &Cluster{
		Change:     c,
		Project:    c.Project(),
		Name:       c.Now("name"),
		Network:    c.Now("network"),
		Subnetwork: c.Now("subnetwork"),
		Autopilot:  c.Now("enable_autopilot").True(),
		Version:    c.Now("min_master_version"),
		ThrowAway:  c.Creates() && c.After("remove_default_node_pool").True(),
	}
	cluster.Location, _ = c.location()
	cluster.Place = cluster.place()
	if !c.isNew() {
		cluster.PlaceBefore = c.placeBefore(c.Before("name").String())
	}
	if c.Updates() && cluster.PlaceBefore.Name() == "" {
		cluster.PlaceBefore = cluster.Place
	}
	cluster.NetworkProject = cluster.findNetworkProject()
	if !c.Leaves() {
		cluster.Accounts = cluster.accounts()
		cluster.Keys = cluster.keys()
	}
	return cluster
}

// findNetworkProject is the project in the network's or the subnetwork's name. A
// short name is in the cluster's own project.
func (c *Cluster) findNetworkProject() string {
	for _, attribute := range []string{"subnetwork", "network"} {
		if p := ProjectOfName(c.Now(attribute).String()); p != "" {
			return p
		}
		if c.Now(attribute).State == Unknown {
			return c.referencedNetworkProject(attribute)
		}
	}
	return c.Project.ID
}

// referencedNetworkProject is the project of the planned network or subnetwork that
// an attribute of c refers to; empty where the attribute refers to anything
// else. Both names are paths with the project in them, and a subnetwork is in
// its network's project: an expression around one names no other network unless
// it takes the path apart.
func (c *Change) referencedNetworkProject(attribute string) string {
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
		all = append(all, other.resolveProject(maxHops-1))
	}
	return commonProject(all).ID
}

// Standing reports whether apply leaves the cluster as it is.
func (c *Cluster) Standing() bool { return c.isNoOp() && !c.Leaves() }

// HostProject is NetworkProject where it is another than the cluster's, or may
// be: one name is a number and the other an ID.
func (c *Cluster) HostProject() string {
	if c.NetworkMatch() == resource.Same {
		return ""
	}
	return c.NetworkProject
}

// NetworkMatch says whether the network's project is the cluster's.
func (c *Cluster) NetworkMatch() resource.Match {
	if c.NetworkProject == c.Project.ID {
		return resource.Same
	}
	return resource.ParseProject(c.NetworkProject).Compare(resource.ParseProject(c.Project.ID))
}

// InlinePools counts the node_pool blocks that somebody wrote. An existing
// cluster lists all its pools there, also those of other resources: if nobody
// wrote a block, they stay as they are. Dynamic blocks stand nowhere in the
// configuration.
func (c *Cluster) InlinePools() int {
	written := c.Creates() || c.block != nil && c.block.expressions["node_pool"] != nil || c.mayChangeAttribute("node_pool")
	if c.block == nil || !written {
		return 0
	}
	return c.After("node_pool").Len()
}

// hasUnknownPools reports whether it is not known which inline pools there will be.
func (c *Cluster) hasUnknownPools() bool {
	return c.After("node_pool").State == Unknown && c.block != nil
}

// changes reports whether an update changes an attribute, or may.
func (c *Change) mayChangeAttribute(attribute string) bool {
	before, _ := lookupPath(c.change.Before, []any{attribute})
	after, _ := lookupPath(c.change.After, []any{attribute})
	mark, _ := lookupPath(c.change.AfterUnknown, []any{attribute})
	return c.Updates() && (mark != nil || !reflect.DeepEqual(before, after))
}

func (p *Plan) allClusters() []*Cluster {
	return append(append([]*Cluster(nil), p.Clusters...), p.Standing...)
}
