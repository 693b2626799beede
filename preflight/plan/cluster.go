package plan

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

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

// A NodePool is a google_container_node_pool that apply changes.
type NodePool struct {
	*Change
	Project  Project
	Name     Value
	Location Value
	// Place is where the pool's cluster is after apply, or, if the pool leaves,
	// until then. PlaceBefore is where apply finds the pool's cluster; without a
	// name if the pool is new.
	Place, PlaceBefore Place
	// ClusterName is the name of the pool's cluster; empty where it is not
	// known before apply.
	ClusterName string
	// Cluster is the pool's cluster where the plan has it, changed or not.
	Cluster *Cluster
	// OfNewCluster reports whether the pool refers to one of several instances of
	// a cluster, the plan does not show which, and apply makes all of them.
	OfNewCluster bool
	// Version is that of the nodes; absent means the cluster's.
	Version  Value
	Accounts []Account
	Keys     []Key
}

// An Account is a service account that nodes run as.
type Account struct {
	// Attribute is where it is, or would be, set.
	Attribute string
	// Email is empty where Default or Unknown is true, or ID is set.
	Email string
	// ID is the account's unique ID, where the plan has that instead of an email.
	ID string
	// Default reports that it is the Compute Engine default service account.
	Default bool
	// Said reports that somebody chose it; false for a default by omission.
	Said bool
	// Unknown reports that it is not known before apply.
	Unknown bool
	// Sensitive reports that the plan marks it.
	Sensitive bool

	path []any
}

// Beside is the path of another attribute of the block that has the account.
func (a Account) Beside(path ...any) []any {
	return append(slices.Clone(a.path[:len(a.path)-1]), path...)
}

// A Key is a Cloud KMS key.
type Key struct {
	Attribute string
	// Name is projects/P/locations/L/keyRings/R/cryptoKeys/K, possibly with a
	// version behind; empty where Unknown is true.
	Name      string
	Unknown   bool
	Sensitive bool
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

func (c *Cluster) accounts() []Account {
	autoProvisioned := []any{"cluster_autoscaling", 0, "auto_provisioning_defaults", 0, "service_account"}
	if c.Autopilot {
		return []Account{c.account(autoProvisioned...)}
	}
	if c.After("enable_autopilot").State == Unknown {
		// It decides which attribute counts.
		return []Account{unknownAccount(autoProvisioned...)}
	}
	out := c.defaultPoolAccounts()
	enabled := c.After("cluster_autoscaling", 0, "enabled")
	switch own := c.account(autoProvisioned...); {
	case own.Said || enabled.True():
		out = append(out, own)
	case enabled.State == Unknown:
		out = append(out, unknownAccount(autoProvisioned...))
	}
	return out
}

// unknownAccount is an account of which it is not known whether, or by which
// attribute, it is used.
func unknownAccount(path ...any) Account {
	return Account{path: path, Attribute: Path(path...), Said: true, Unknown: true}
}

// defaultPoolAccounts are those of the pools that the cluster block itself
// makes: its inline ones, else the default pool. Once that has been thrown
// away, an update does not bring it back.
func (c *Cluster) defaultPoolAccounts() []Account {
	if c.hasUnknownPools() {
		return []Account{unknownAccount("node_pool", 0, "node_config", 0, "service_account")}
	}
	if n := c.InlinePools(); n > 0 {
		var out []Account
		for i := range n {
			out = append(out, c.account("node_pool", i, "node_config", 0, "service_account"))
		}
		return out
	}
	if !c.Creates() && c.After("remove_default_node_pool").True() {
		return nil
	}
	return []Account{c.account("node_config", 0, "service_account")}
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

// account reads a service account that may be an email, a path, the word
// default, or a unique ID.
func (c *Change) account(path ...any) Account {
	v := c.After(path...)
	a := Account{path: path, Attribute: Path(path...), Said: v.State != Absent, Sensitive: v.Sensitive}
	switch {
	case v.State == Unknown:
		a.Email = cmp.Or(c.referencedAccount(path), c.plan.options.Accounts[c.Address])
		a.Unknown = a.Email == ""
	case v.State == Absent || v.String() == "default":
		a.Default = true
	case isDigits(AccountEmail(v.String())):
		a.ID = AccountEmail(v.String())
	default:
		a.Email = AccountEmail(v.String())
	}
	return a
}

// referencedAccount is the email of the planned service account that an attribute
// refers to. Providers before 6.13 show no email before apply, but it follows
// from the account's ID and project.
// https://docs.cloud.google.com/iam/docs/service-account-types#user-managed
//
// A plan does not tell the reference from a template around it. Following counts
// here because text behind an email, and around a name or an id, makes no valid
// account, and text before the email of an account that the same plan makes
// would name another one that has nothing to do with the reference. Later
// providers show the email, and so what the expression comes to.
func (c *Change) referencedAccount(path []any) string {
	if c.block == nil {
		return ""
	}
	e, state := c.findExpression(path)
	if state != Known {
		return ""
	}
	f := c.plan.resolveExpression(c.block.module, expressionOf(e))
	if account := f.plannedObject("email", "name", "id"); account != nil {
		return account.AccountEmail()
	}
	return ""
}

// AccountEmail is the email of a google_service_account; empty where it is not
// known before apply, and for every other type.
func (c *Change) AccountEmail() string {
	if c.Type != "google_service_account" {
		return ""
	}
	if v := c.Now("email"); v.String() != "" {
		return v.String()
	}
	id, project := c.Now("account_id").String(), c.Project().ID
	if id == "" || project == "" || isDigits(project) {
		return ""
	}
	if domain, name, scoped := strings.Cut(project, ":"); scoped {
		project = name + "." + domain
	}
	return id + "@" + project + ".iam.gserviceaccount.com"
}

// EmailBefore returns the email of the google_service_account that c is, as the
// state has it; empty for everything else.
func (c *Change) EmailBefore() string {
	if c.Type != "google_service_account" {
		return ""
	}
	return c.Before("email").String()
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func (c *Cluster) keys() []Key {
	paths := [][]any{
		{"database_encryption", 0, "key_name"},
		{"node_config", 0, "boot_disk_kms_key"},
		{"cluster_autoscaling", 0, "auto_provisioning_defaults", 0, "boot_disk_kms_key"},
		{"user_managed_keys_config", 0, "control_plane_disk_encryption_key"},
		{"user_managed_keys_config", 0, "gkeops_etcd_backup_encryption_key"},
	}
	for i := range c.InlinePools() {
		paths = append(paths, []any{"node_pool", i, "node_config", 0, "boot_disk_kms_key"})
	}
	for _, list := range []string{"service_account_signing_keys", "service_account_verification_keys"} {
		all := c.After("user_managed_keys_config", 0, list)
		for i := range all.Len() {
			paths = append(paths, []any{"user_managed_keys_config", 0, list, i})
		}
		if all.State == Unknown {
			paths = append(paths, []any{"user_managed_keys_config", 0, list})
		}
	}
	if c.hasUnknownPools() {
		paths = append(paths, []any{"node_pool"})
	}
	return c.keysAt(paths)
}

func (c *Change) keysAt(paths [][]any) []Key {
	var out []Key
	for _, path := range paths {
		v := c.After(path...)
		if v.State == Absent {
			continue
		}
		name := v.String()
		if v.State == Unknown {
			name = c.referencedKey(path)
		}
		out = append(out, Key{
			Attribute: Path(path...),
			Name:      name,
			Unknown:   name == "",
			Sensitive: v.Sensitive,
		})
	}
	return out
}

// referencedKey is the name of the planned key that the attribute at path refers
// to by its id; empty where it does not follow from the plan. The id is the
// whole path of the key: an expression around it makes another key's name only
// if it takes the path apart. Of a key ring's it does make one.
func (c *Change) referencedKey(path []any) string {
	if c.block == nil {
		return ""
	}
	e, state := c.findExpression(path)
	if state != Known {
		return ""
	}
	f := c.plan.resolveExpression(c.block.module, expressionOf(e))
	if key := f.plannedObject("id"); key != nil && key.Type == "google_kms_crypto_key" {
		return key.ResourceName()
	}
	return ""
}

func newNodePool(c *Change) *NodePool {
	pool := &NodePool{
		Change:  c,
		Project: c.Project(),
		Name:    c.Now("name"),
		Version: c.Now("version"),
	}
	pool.Location, _ = c.location()
	if !c.Leaves() {
		pool.Accounts = []Account{c.account("node_config", 0, "service_account")}
		pool.Keys = c.keysAt([][]any{{"node_config", 0, "boot_disk_kms_key"}})
	}
	return pool
}

// attach finds the pool's cluster, by name or by reference.
func (n *NodePool) linkCluster(clusters clusterIndex) {
	name := n.Now("cluster").String()
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

func (n *NodePool) findCluster(name string, clusters clusterIndex) *Cluster {
	if name != "" {
		return n.clusterByName(clusters)
	}
	return n.clusterByReference(clusters)
}

// clusterIndex finds the clusters of a plan, changed or not: looking at each
// cluster for each node pool would take minutes for 10,000 of both.
type clusterIndex struct {
	byName   map[string][]*Cluster
	byChange map[*Change]*Cluster
	// near are those that may belong to a node pool among several instances of
	// a block: by module instance, and by the instance key in which they end.
	sameInstance map[string][]*Cluster
	// allNew holds, by block, whether apply makes all its clusters.
	allNew map[string]bool
}

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

// instanceKeys returns the keys of clusterIndex.near that c is found under.
func instanceKeys(c *Change) []string {
	var out []string
	if c.Module != "" && !strings.HasSuffix(c.Address, "]") {
		out = append(out, moduleInstance(c))
	}
	return append(out, instanceKey(c)...)
}

// blocksInModule and instanceKey are the places of a change in clusterIndex.near. An
// address holds no newline outside of quotes.
func moduleInstance(c *Change) string { return "module\n" + c.Module }

func instanceKey(c *Change) []string {
	if i := strings.Index(c.Address, "["); i >= 0 {
		return []string{"key\n" + c.Address[i:]}
	}
	return nil
}

func (p *Plan) allClusters() []*Cluster {
	return append(append([]*Cluster(nil), p.Clusters...), p.Standing...)
}

// clusterByName returns the cluster of the pool's cluster's name, project and location.
// Where the projects are written as a number and an ID, it is the only one that
// may be it.
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

// clusterByReference returns the one cluster that the pool refers to: among several
// instances of a block the one in the same module instance or under the same
// key. It is nil where that is not certain.
func (n *NodePool) clusterByReference(x clusterIndex) *Cluster {
	if n.block == nil {
		return nil
	}
	changes := n.plan.referencedChanges(n.block.module, n.block.expressions["cluster"])
	if len(changes) == 1 {
		return x.byChange[changes[0]]
	}
	if len(changes) == 0 || n.refersToEachValue("cluster") {
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
	n.OfNewCluster = x.allNew[block]
	return nil
}

// refersToEachValue reports whether an attribute refers to each.value, which may be
// the key of any instance.
func (c *Change) refersToEachValue(attribute string) bool {
	return slices.ContainsFunc(referencesIn(c.block.expressions[attribute]), func(r string) bool {
		return parseReference(c.block.module, r).kind == toEach
	})
}

// singleCluster returns the one element of a set; nil if there are more or none.
func singleCluster(set map[*Cluster]bool) *Cluster {
	if len(set) != 1 {
		return nil
	}
	for c := range set {
		return c
	}
	return nil
}

// referencedChanges are the planned objects that an expression refers to. Unlike
// follow it passes over each.key and its like beside the one reference.
func (p *Plan) referencedChanges(module string, e *tfjson.Expression) []*Change {
	x := expressionOf(e)
	var blocks []string
	for _, r := range writtenReferences(x.references) {
		if kind := parseReference(module, r).kind; kind != toNothing && kind != toEach {
			blocks = append(blocks, r)
		}
	}
	x.references = blocks
	return p.resolveExpression(module, x).changes
}
