// Package plan reads a Terraform plan: the GKE clusters and node pools that it
// changes, the IAM, API and account changes, the provider configuration and
// project of each change, and the order in which Terraform applies them.
//
// It does not know what GKE requires and sends no requests. The only program that
// it runs is Terraform or OpenTofu, and only for a binary plan or a directory.
//
// The hard part is to tell what a plan does not show. A plan has no value for an
// attribute that nothing sets and for one whose value is only known after apply,
// and lists the references of an expression but not what it does with them. A
// value is Known, Absent or Unknown, and Absent requires proof: see
// Change.After.
package plan

import (
	"slices"
	"time"
)

// A Plan holds what a Terraform plan says about GKE and the resources that GKE
// depends on. It is immutable after Read: its methods may be called from many
// goroutines.
type Plan struct {
	// FormatVersion is the version of the plan's JSON format, such as 1.2.
	FormatVersion string
	// TerraformVersion is empty if the plan does not name it.
	TerraformVersion string
	// Clusters and NodePools are those that apply creates, updates, replaces or
	// destroys, in the order of the plan.
	Clusters  []*Cluster
	NodePools []*NodePool
	// UnchangedClusters are the unchanged clusters, and UnchangedNodePools the unchanged node
	// pools.
	UnchangedClusters  []*Cluster
	UnchangedNodePools []*NodePool
	// CreatedAt is when the plan was made; zero if the plan does not say.
	CreatedAt time.Time
	// ContainsToken reports whether the plan contains a plaintext access token.
	ContainsToken bool
	// Changes are all resource changes of relevant types, including clusters
	// and node pools, in the order of the plan.
	Changes []*Change
	// Deferred are the addresses of changes that Terraform defers to a later
	// plan and that are, or may be, resources of Google Cloud.
	Deferred []string
	// Notes are limits of what the plan shows, one sentence each.
	Notes []string

	references

	options         Options
	projectsByBlock map[string]string

	// What follows is resolved by build.
	policyChanges []PolicyChange
	denyChanges   []DenyChange
	roleChanges   []RoleChange
	moves         []Move
	logins        []ClusterAuth
	endangers     bool
	// showsDeployers is the result of HasKnownDeployers.
	showsDeployers bool
	// secrets are the sensitive strings, longest first, and secretParts the
	// names in them.
	secrets     []string
	secretParts nameParts
	// unlistedBlocks is the result of findUnlistedBlocks.
	unlistedBlocks map[string]bool

	// building is nil once build is done, so that a getter that resolved
	// something again would fail instead of racing with other goroutines.
	building *buildState
}

// A buildState holds what only build needs and what it changes as it goes.
type buildState struct {
	// evaluator is nil if the text of the configuration is not available.
	evaluator *evaluator
	projects  *projectResolver
}

// Options are the inputs of Read besides the plan.
type Options struct {
	// Getenv looks up the environment variables that the google provider reads
	// its default project from. Nil means that none is set.
	Getenv func(string) string
	// Project is the default project given by the user, used if nothing else
	// shows it. Projects gives one per provider configuration, by key such as
	// google.host.
	Project  string
	Projects map[string]string
	// Deployer is the email of the account that apply runs as, used if the plan
	// does not show it. Deployers gives one per provider configuration, by key.
	Deployer  string
	Deployers map[string]string
	// ConfigText is the text of the configuration that was planned; nil if it is not
	// available.
	ConfigText *ConfigText
	// Accounts are node service accounts that the plan does not show, by the
	// address of the cluster or node pool.
	Accounts map[string]string
}

// IsEmpty reports whether the plan changes no cluster and no node pool, and
// removes nothing that unchanged ones depend on.
func (p *Plan) IsEmpty() bool {
	return len(p.Clusters)+len(p.NodePools) == 0 && (len(p.UnchangedClusters)+len(p.UnchangedNodePools) == 0 || !p.RemovesDependencies())
}

// RemovesDependencies reports whether apply removes something that clusters may depend
// on: grants, permissions, accounts, APIs, networks of other projects.
func (p *Plan) RemovesDependencies() bool { return p.endangers }

// findEndangers returns the result of Endangers.
func (b builder) findEndangers() bool {
	for _, pc := range b.policyChanges {
		if pc.Effect != AddsMembers {
			return true
		}
	}
	for _, d := range b.denyChanges {
		if len(d.Rules) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(b.Changes, removesDependency)
}

// removesDependency reports whether c removes something that clusters may
// depend on, other than by its effect on policies.
func removesDependency(c *Change) bool {
	if c.Mode != "managed" || c.isNoOp() {
		return false
	}
	switch c.Type {
	case "google_project_service":
		return c.IsDestroyed() && c.Before("disable_on_destroy").IsTrue()
	case "google_service_account":
		return c.Deletes() || c.After("disabled").mayBeTrue() && !c.Before("disabled").IsTrue()
	case "google_kms_crypto_key":
		return c.Deletes()
	case "google_kms_crypto_key_version":
		return c.Deletes() || c.Updates()
	case "google_project", "google_folder":
		return len(c.Moves()) > 0
	case "google_project_iam_custom_role", "google_organization_iam_custom_role":
		return c.Updates() || c.Deletes()
	case "google_project_default_service_accounts":
		return c.Creates()
	case "google_compute_shared_vpc_service_project", "google_compute_shared_vpc_host_project":
		return c.Deletes()
	}
	return false
}

// A builder links what was read of a plan.
type builder struct{ *Plan }

// build links what was read: providers, projects, clusters, node pools, and the
// effects of the plan on policies and roles. Nothing is resolved later.
func (b builder) build() {
	b.building = &buildState{projects: &projectResolver{Plan: b.Plan}}
	b.indexChanges()
	b.unlistedBlocks = b.findUnlistedBlocks()
	if b.options.ConfigText != nil {
		b.building.evaluator = newEvaluator(b.Plan, b.options.ConfigText)
	}
	b.resolveProviders()
	b.resolveDeployers()
	b.Plan.building.projects.resolveProjects()
	for _, c := range b.Changes {
		if c.Mode == "managed" {
			b.classify(c)
		}
	}
	clusters := newClusterIndex(b.allClusters())
	for _, pool := range append(slices.Clone(b.NodePools), b.UnchangedNodePools...) {
		pool.linkCluster(clusters)
	}
	b.resolvePolicies()
	b.moves = b.findMoves()
	b.endangers = b.findEndangers()
	b.logins = authReader(b).findClusterAuths()
	b.showsDeployers = len(b.providersHidingDeployer()) == 0
	b.secrets = secretFinder(b).findSecrets()
	b.secretParts = secretFinder(b).findSecretParts()
	b.building, b.options.ConfigText = nil, nil
}

// resolveProviders finds the provider configuration of every change. Changes of
// the same configuration share one Provider.
func (b builder) resolveProviders() {
	known := make(map[providerUse]*Provider)
	for _, c := range b.Changes {
		use := newProviderUse(c)
		if known[use] == nil {
			known[use] = providerResolver{c.plan}.providerOf(c)
		}
		c.provider = known[use]
	}
}

// resolvePolicies finds the effects of the plan on allow policies, deny
// policies and custom roles.
func (b builder) resolvePolicies() {
	for _, c := range b.Changes {
		if c.Mode != "managed" || c.isNoOp() {
			continue
		}
		b.policyChanges = append(b.policyChanges, policyReader{c}.policyChanges()...)
		if c.Type == "google_iam_deny_policy" {
			b.denyChanges = append(b.denyChanges, denyChanges(c)...)
		}
		if isCustomRole(c) {
			b.roleChanges = append(b.roleChanges, roleChanges(c)...)
		}
	}
}

// classify adds c to the clusters or node pools of the plan, if it is one.
func (b builder) classify(c *Change) {
	switch {
	case c.Type == "google_container_cluster" && c.HasAction("no-op"):
		b.UnchangedClusters = append(b.UnchangedClusters, newCluster(c))
	case c.Type == "google_container_cluster" && (c.IsRemovedFromState() || !c.isNoOp()):
		b.Clusters = append(b.Clusters, newCluster(c))
	case c.Type == "google_container_node_pool" && c.HasAction("no-op"):
		b.UnchangedNodePools = append(b.UnchangedNodePools, newNodePool(c))
	case c.Type == "google_container_node_pool" && (c.IsRemovedFromState() || !c.isNoOp()):
		b.NodePools = append(b.NodePools, newNodePool(c))
	}
}

// indexChanges links every change with its plan and its configuration block.
func (b builder) indexChanges() {
	b.changesByBlock = make(map[string][]*Change)
	for _, c := range b.Changes {
		c.plan = b.Plan
		c.block = b.config.blocks[c.Block()]
		b.changesByBlock[c.Block()] = append(b.changesByBlock[c.Block()], c)
	}
}
