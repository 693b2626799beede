package plan

import (
	"cmp"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// A Cluster is a google_container_cluster that apply changes.
type Cluster struct {
	*Change
	Project  Project
	Name     Value
	Location Value
	// Network and Subnetwork are as the plan has them: a name, a path or a URL.
	Network    Value
	Subnetwork Value
	// NetworkProject is the project of the network and subnetwork; empty where
	// it is not known before apply.
	NetworkProject string
	// Autopilot reports whether Google manages the nodes.
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
	// ClusterName is the name of the pool's cluster; empty where it is not
	// known before apply.
	ClusterName string
	// Cluster is the pool's cluster where the plan has it, changed or not.
	Cluster *Cluster
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
		Location:   c.Now("location"),
		Network:    c.Now("network"),
		Subnetwork: c.Now("subnetwork"),
		Autopilot:  c.Now("enable_autopilot").True(),
		Version:    c.Now("min_master_version"),
		ThrowAway:  c.Creates() && c.After("remove_default_node_pool").True(),
	}
	cluster.NetworkProject = cluster.networkProject()
	if !c.Leaves() {
		cluster.Accounts = cluster.accounts()
		cluster.Keys = cluster.keys()
	}
	return cluster
}

// networkProject is the project in the network's or the subnetwork's name. A
// short name is in the cluster's own project.
func (c *Cluster) networkProject() string {
	for _, attribute := range []string{"subnetwork", "network"} {
		if p := ProjectOfName(c.Now(attribute).String()); p != "" {
			return p
		}
		if c.Now(attribute).State != Unknown {
			continue
		}
		if p, known := c.projectBehind(attribute); known {
			return p
		}
		return ""
	}
	return c.Project.ID
}

// projectBehind is the project of the planned object that an attribute of c
// refers to.
func (c *Change) projectBehind(attribute string) (string, bool) {
	if c.block == nil {
		return "", false
	}
	f := c.plan.follow(c.block.module, expressionOf(c.block.expressions[attribute]))
	all := make([]Project, 0, len(f.changes))
	for _, other := range f.changes {
		all = append(all, other.projectWithin(maxHops-1))
	}
	p := agreed(all)
	return p.ID, p.ID != ""
}

// HostProject is NetworkProject where it is another than the cluster's.
func (c *Cluster) HostProject() string {
	if c.NetworkProject == c.Project.ID {
		return ""
	}
	return c.NetworkProject
}

func (c *Cluster) accounts() []Account {
	autoProvisioned := []any{"cluster_autoscaling", 0, "auto_provisioning_defaults", 0, "service_account"}
	if c.Autopilot {
		return []Account{c.account(autoProvisioned...)}
	}
	out := c.defaultPoolAccounts()
	if c.After(autoProvisioned...).State != Absent || c.After("cluster_autoscaling", 0, "enabled").True() {
		out = append(out, c.account(autoProvisioned...))
	}
	return out
}

// defaultPoolAccounts are those of the pools that the cluster block itself
// makes: its inline ones, else the default pool. Once that has been thrown
// away, an update does not bring it back.
func (c *Cluster) defaultPoolAccounts() []Account {
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
// cluster lists all its pools there, also those of other resources.
func (c *Cluster) InlinePools() int {
	if c.block == nil || !c.Creates() && c.block.expressions["node_pool"] == nil {
		return 0
	}
	return c.After("node_pool").Len()
}

// account reads a service account that may be an email, a path, the word
// default, or a unique ID.
func (c *Change) account(path ...any) Account {
	v := c.After(path...)
	a := Account{path: path, Attribute: Path(path...), Said: v.State != Absent, Sensitive: v.Sensitive}
	switch {
	case v.State == Unknown:
		a.Email = cmp.Or(c.followAccount(path), c.plan.options.Accounts[c.Address])
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

// followAccount is the email of the planned service account that an attribute
// refers to. Providers before 6.13 show no email before apply, but it follows
// from the account's ID and project.
// https://docs.cloud.google.com/iam/docs/service-account-types#user-managed
func (c *Change) followAccount(path []any) string {
	if c.block == nil {
		return ""
	}
	e, state := c.find(path)
	if state != Known {
		return ""
	}
	f := c.plan.follow(c.block.module, expressionOf(e))
	if f.attribute != "email" && f.attribute != "name" && f.attribute != "id" || len(f.changes) != 1 {
		return ""
	}
	return f.changes[0].AccountEmail()
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
		for i := range c.After("user_managed_keys_config", 0, list).Len() {
			paths = append(paths, []any{"user_managed_keys_config", 0, list, i})
		}
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
			name = c.plannedKey(path)
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

// plannedKey is the name of the planned key that the attribute at path refers
// to; empty where it does not follow from the plan.
func (c *Change) plannedKey(path []any) string {
	if c.block == nil {
		return ""
	}
	e, state := c.find(path)
	if state != Known {
		return ""
	}
	return c.plan.follow(c.block.module, expressionOf(e)).resource(maxHops)
}

func newNodePool(c *Change) *NodePool {
	pool := &NodePool{
		Change:   c,
		Project:  c.Project(),
		Name:     c.Now("name"),
		Location: c.Now("location"),
		Version:  c.Now("version"),
	}
	if !c.Leaves() {
		pool.Accounts = []Account{c.account("node_config", 0, "service_account")}
		pool.Keys = c.keysAt([][]any{{"node_config", 0, "boot_disk_kms_key"}})
	}
	return pool
}

// attach finds the pool's cluster, by name or by reference.
func (n *NodePool) attach(clusters clusterIndex) {
	name := n.Now("cluster").String()
	n.ClusterName = name[strings.LastIndex(name, "/")+1:]
	if p := ProjectOfName(name); p != "" && n.Project.ID == "" {
		n.Project = Project{ID: p, Source: "attribute cluster of " + n.Address}
	}
	if name != "" {
		n.Cluster = n.byName(clusters)
		return
	}
	n.Cluster = n.byReference(clusters)
	if n.Cluster == nil {
		return
	}
	n.ClusterName = n.Cluster.Name.String()
	if n.Project.ID == "" {
		n.Project = n.Cluster.Project
	}
}

// clusterIndex finds the clusters of a plan, changed or not: looking at each
// cluster for each node pool would take minutes for 10,000 of both.
type clusterIndex struct {
	byName   map[string][]*Cluster
	byChange map[*Change]*Cluster
	// near are those that may belong to a node pool among several instances of
	// a block: by module instance, and by the instance key in which they end.
	near map[string][]*Cluster
}

func newClusterIndex(clusters []*Cluster) clusterIndex {
	x := clusterIndex{byName: map[string][]*Cluster{}, byChange: map[*Change]*Cluster{}, near: map[string][]*Cluster{}}
	for _, c := range clusters {
		name := c.Name.String()
		x.byName[name] = append(x.byName[name], c)
		x.byChange[c.Change] = c
		for _, place := range placesOfCluster(c.Change) {
			x.near[place] = append(x.near[place], c)
		}
	}
	return x
}

// placesOfCluster returns the keys of clusterIndex.near that c is found under.
func placesOfCluster(c *Change) []string {
	var out []string
	if c.Module != "" && !strings.HasSuffix(c.Address, "]") {
		out = append(out, inModule(c))
	}
	return append(out, underKey(c)...)
}

// inModule and underKey are the places of a change in clusterIndex.near. An
// address holds no newline outside of quotes.
func inModule(c *Change) string { return "module\n" + c.Module }

func underKey(c *Change) []string {
	if i := strings.Index(c.Address, "["); i >= 0 {
		return []string{"key\n" + c.Address[i:]}
	}
	return nil
}

func (p *Plan) allClusters() []*Cluster {
	return append(append([]*Cluster(nil), p.Clusters...), p.Standing...)
}

func (n *NodePool) byName(x clusterIndex) *Cluster {
	for _, c := range x.byName[n.ClusterName] {
		sameProject := c.Project.ID == n.Project.ID || n.Project.ID == ""
		sameLocation := n.Location.String() == "" || c.Location.String() == n.Location.String()
		if sameProject && sameLocation {
			return c
		}
	}
	return nil
}

// byReference returns the one cluster that the pool refers to: among several
// instances of a block the one in the same module instance or under the same
// key. It is nil where that is not certain.
func (n *NodePool) byReference(x clusterIndex) *Cluster {
	if n.block == nil {
		return nil
	}
	changes := n.plan.changesBehind(n.block.module, n.block.expressions["cluster"])
	if len(changes) == 1 {
		return x.byChange[changes[0]]
	}
	if len(changes) == 0 {
		return nil
	}
	found := map[*Cluster]bool{}
	block := changes[0].Block()
	for _, place := range append(underKey(n.Change), inModule(n.Change)) {
		for _, c := range x.near[place] {
			if c.Block() == block {
				found[c] = true
			}
		}
	}
	return onlyCluster(found)
}

// onlyCluster returns the one element of a set; nil if there are more or none.
func onlyCluster(set map[*Cluster]bool) *Cluster {
	if len(set) != 1 {
		return nil
	}
	for c := range set {
		return c
	}
	return nil
}

// changesBehind are the planned objects that an expression refers to. Unlike
// follow it passes over each.key and its like beside the one reference.
func (p *Plan) changesBehind(module string, e *tfjson.Expression) []*Change {
	x := expressionOf(e)
	var blocks []string
	for _, r := range leaves(x.references) {
		if resolve(module, r).kind != toNothing {
			blocks = append(blocks, r)
		}
	}
	x.references = blocks
	return p.follow(module, x).changes
}
