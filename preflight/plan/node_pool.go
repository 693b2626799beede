package plan

import (
	"slices"
	"strings"

	"gke-preflight/preflight/resource"
)

// A NodePool is a google_container_node_pool that apply changes.
type NodePool struct {
	*Change
	Project  Project
	Name     Value
	Location Value
	// Place is the location of the pool's cluster after apply, or its last one
	// if apply removes the pool. PlaceBefore is that before apply; without a
	// name if the pool is new.
	Place, PlaceBefore Place
	// ClusterName is the name of the pool's cluster; empty if it is only known
	// after apply.
	ClusterName string
	// Cluster is the pool's cluster, changed or not; nil if it is not in the
	// plan.
	Cluster *Cluster
	// HasNewCluster reports whether the pool refers to one of several instances
	// of a cluster, the plan does not show which, and apply creates all of
	// them.
	HasNewCluster bool
	// Version is the version of the nodes; if absent, the cluster's.
	Version  Value
	Accounts []Account
	Keys     []Key
}

// newNodePool returns the node pool that c changes, without its cluster.
func newNodePool(c *Change) *NodePool {
	pool := &NodePool{
		Change:  c,
		Project: c.Project(),
		Name:    c.Latest("name"),
		Version: c.Latest("version"),
	}
	pool.Location, _ = findLocation(c)
	if !c.IsRemovedFromState() {
		pool.Accounts = []Account{accountAt(c, "node_config", 0, "service_account")}
		pool.Keys = keysAt(c, [][]any{{"node_config", 0, "boot_disk_kms_key"}})
	}
	return pool
}

// linkCluster finds the pool's cluster, by name or by reference, and what
// follows from it.
func (n *NodePool) linkCluster(clusters clusterIndex) {
	name := n.Latest("cluster").String()
	n.ClusterName = lastSegment(name)
	if p, ok := placeInPath(name, n.Address); ok {
		n.Project, n.Location = p.Project, Value{State: Known, Raw: p.Location}
	}
	n.Cluster = n.findCluster(name, clusters)
	if n.Cluster != nil && name == "" {
		n.ClusterName = n.Cluster.Name.String()
		if n.Project.ID == "" {
			n.Project = n.Cluster.Project
		}
	}
	n.Place = n.place()
	if !n.isNew() {
		n.PlaceBefore = n.placeBefore()
	}
	if n.Updates() && n.PlaceBefore.Name() == "" {
		n.PlaceBefore = n.Place
	}
}

// findCluster returns the pool's cluster; nil if it is not in the plan.
func (n *NodePool) findCluster(name string, clusters clusterIndex) *Cluster {
	if name != "" {
		return n.clusterByName(clusters)
	}
	return n.clusterByReference(clusters)
}

// clusterByName returns the cluster with the name, project and location of the
// pool's cluster. If the projects are written as a number and an ID, it returns
// the only cluster that may match.
func (n *NodePool) clusterByName(x clusterIndex) *Cluster {
	maybe := map[*Cluster]bool{}
	for _, c := range x.byName[n.ClusterName] {
		if n.Location.String() != "" && c.Location.String() != n.Location.String() {
			continue
		}
		switch n.Project.Name().Compare(c.Project.Name()) {
		case resource.Same:
			return c
		case resource.MaybeSame:
			maybe[c] = true
		}
		if n.Project.ID == "" {
			return c
		}
	}
	return singleCluster(maybe)
}

// clusterByReference returns the one cluster that the pool refers to: among
// several instances of a block the one in the same module instance or with the
// same key. It returns nil if that is not certain.
func (n *NodePool) clusterByReference(x clusterIndex) *Cluster {
	if n.block == nil {
		return nil
	}
	changes := n.plan.referencedChanges(n.block.module, n.block.expressions["cluster"])
	if len(changes) == 1 {
		return x.byChange[changes[0]]
	}
	if len(changes) == 0 || refersToEachValue(n.Change, "cluster") {
		return nil
	}
	found := map[*Cluster]bool{}
	block := changes[0].Block()
	for _, place := range append(instanceKey(n.Change), moduleInstance(n.Change)) {
		for _, c := range x.sameInstance[place] {
			if c.Block() == block {
				found[c] = true
			}
		}
	}
	if only := singleCluster(found); only != nil {
		return only
	}
	n.HasNewCluster = x.allNew[block]
	return nil
}

// singleCluster returns the one element of a set; nil if it has more or none.
func singleCluster(set map[*Cluster]bool) *Cluster {
	if len(set) != 1 {
		return nil
	}
	for c := range set {
		return c
	}
	return nil
}

// A clusterIndex finds the clusters of a plan, changed or not. Comparing each
// cluster with each node pool would take minutes for 10,000 of both.
type clusterIndex struct {
	byName   map[string][]*Cluster
	byChange map[*Change]*Cluster
	// sameInstance holds the clusters that may belong to a node pool although a
	// block has several instances: by module instance, and by the instance key
	// that addresses end with.
	sameInstance map[string][]*Cluster
	// allNew holds, by block, whether apply creates all its clusters.
	allNew map[string]bool
}

// newClusterIndex returns the index of clusters.
func newClusterIndex(clusters []*Cluster) clusterIndex {
	x := clusterIndex{byName: map[string][]*Cluster{}, byChange: map[*Change]*Cluster{}, sameInstance: map[string][]*Cluster{}, allNew: map[string]bool{}}
	for _, c := range clusters {
		name := c.Name.String()
		x.byName[name] = append(x.byName[name], c)
		x.byChange[c.Change] = c
		others, seen := x.allNew[c.Block()]
		x.allNew[c.Block()] = c.Creates() && (others || !seen)
		for _, place := range instanceKeys(c.Change) {
			x.sameInstance[place] = append(x.sameInstance[place], c)
		}
	}
	return x
}

// instanceKeys returns the keys of clusterIndex.sameInstance that c is found
// under.
func instanceKeys(c *Change) []string {
	var out []string
	if c.Module != "" && !strings.HasSuffix(c.Address, "]") {
		out = append(out, moduleInstance(c))
	}
	return append(out, instanceKey(c)...)
}

// moduleInstance returns the key of a change's module instance in
// clusterIndex.sameInstance. An address has no newline outside of quotes.
func moduleInstance(c *Change) string { return "module\n" + c.Module }

// instanceKey returns the key of a change's instance key in
// clusterIndex.sameInstance, if it has one.
func instanceKey(c *Change) []string {
	if i := strings.Index(c.Address, "["); i >= 0 {
		return []string{"key\n" + c.Address[i:]}
	}
	return nil
}

// refersToEachValue reports whether an attribute refers to each.value, which
// may be the key of any instance.
func refersToEachValue(c *Change, attribute string) bool {
	return slices.ContainsFunc(referencesIn(c.block.expressions[attribute]), func(r string) bool {
		return parseReference(c.block.module, r).kind == toEach
	})
}
