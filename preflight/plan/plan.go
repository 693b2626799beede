// Package plan reads a Terraform plan: the GKE clusters and node pools that it
// changes, the IAM, API and account changes beside them, which provider
// configuration and project each belongs to, and which waits for which.
//
// It does not know what GKE requires and asks nobody anything. The only program
// that it runs is Terraform, and only when it is handed a binary plan or a
// directory.
package plan

import (
	"slices"
	"time"
)

// A Plan is what a Terraform plan says about GKE and what GKE lives on. It is
// immutable after Read: its methods may be called from many goroutines.
type Plan struct {
	// FormatVersion is that of the JSON, such as 1.2.
	FormatVersion string
	// TerraformVersion is empty for plans that do not say.
	TerraformVersion string
	// Clusters and NodePools are those that apply creates, updates, replaces or
	// destroys, in the order of the plan.
	Clusters  []*Cluster
	NodePools []*NodePool
	// Standing are the clusters that apply leaves as they are, and StandingPools
	// the node pools.
	Standing      []*Cluster
	StandingPools []*NodePool
	// Made is when the plan was made; zero where it does not say.
	Made time.Time
	// HoldsToken reports whether an access token stands in the plan in clear.
	HoldsToken bool
	// Changes are all the resource changes of the types that this package
	// keeps, clusters and node pools among them, in the order of the plan.
	Changes []*Change
	// Deferred are the addresses of changes that Terraform puts off to a later
	// plan and that are of Google Cloud, or may be.
	Deferred []string
	// Notes are limits of what the plan shows, each a sentence.
	Notes []string

	config          *configuration
	options         Options
	changesByBlock  map[string][]*Change
	projectsByBlock map[string]string
	variables       map[string]variable

	// What follows is resolved by build.
	policyChanges []PolicyChange
	denyChanges   []DenyChange
	roleChanges   []RoleChange
	moves         []Move
	logins        []Login
	endangers     bool
	// showsDeployers is the result of ShowsDeployers.
	showsDeployers bool
	// secrets are the sensitive strings, the longest first, and secretParts are
	// the names in them.
	secrets     []string
	secretParts nameParts
	// unseen is what findUnlistedBlocks found.
	unlistedBlocks map[string]bool

	// building is nil once build is done, so that a getter that resolved
	// something again would fail instead of racing with other goroutines.
	building *buildState
}

// A buildState holds what only build needs and what it changes as it goes.
type buildState struct {
	// evaluator is nil if the text of the configuration is not available.
	evaluator *evaluator
	// unresolved are the provider configurations whose default project is
	// needed but not known.
	unresolved map[*Provider]bool
	// projectFlags are the projects that the user gave for such provider
	// configurations, with --project.
	projectFlags map[*Provider]string
}

// Options are what the reader takes from outside the plan.
type Options struct {
	// Getenv looks up the variables through which the google provider takes
	// its default project. Nil means that none is set.
	Getenv func(string) string
	// Project is the default project that a user names; the last resort. Where
	// provider configurations may have different ones, Projects names them by
	// key, such as google.host.
	Project  string
	Projects map[string]string
	// Deployer is the email of the account that apply runs as, where the plan
	// does not show it, and Deployers are those of provider configurations by key.
	Deployer  string
	Deployers map[string]string
	// Text is the configuration that was planned, as it is written; nil where it
	// is not at hand.
	Text *Text
	// Accounts are the service accounts that the plan cannot know, by the
	// address of the cluster or node pool whose nodes run as them.
	Accounts map[string]string
}

// Empty reports whether the plan changes no cluster and no node pool, and
// endangers none.
func (p *Plan) Empty() bool {
	return len(p.Clusters)+len(p.NodePools) == 0 && (len(p.Standing)+len(p.StandingPools) == 0 || !p.Endangers())
}

// Endangers reports whether apply takes something away that clusters may live
// on: grants, permissions, accounts, APIs, networks of other projects.
func (p *Plan) Endangers() bool { return p.endangers }

func (p *Plan) findEndangers() bool {
	for _, pc := range p.policyChanges {
		if pc.Effect != Adds {
			return true
		}
	}
	for _, d := range p.denyChanges {
		if len(d.Rules) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(p.Changes, (*Change).removesDependency)
}

// removesDependency reports whether c, beside its effect on policies, takes away what
// clusters may live on.
func (c *Change) removesDependency() bool {
	if c.Mode != "managed" || c.isNoOp() {
		return false
	}
	switch c.Type {
	case "google_project_service":
		return c.Goes() && c.Before("disable_on_destroy").True()
	case "google_service_account":
		return c.Deletes() || c.After("disabled").mayBeTrue() && !c.Before("disabled").True()
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

// build links what was read: providers, projects, clusters, node pools, and
// what the plan does to policies and roles. Nothing is resolved later.
func (p *Plan) build() {
	p.building = &buildState{}
	p.indexChanges()
	p.unlistedBlocks = p.findUnlistedBlocks()
	if p.options.Text != nil {
		p.building.evaluator = newEvaluator(p, p.options.Text)
	}
	p.resolveProviders()
	p.resolveDeployers()
	p.resolveProjects()
	for _, c := range p.Changes {
		if c.Mode == "managed" {
			p.classify(c)
		}
	}
	clusters := newClusterIndex(p.allClusters())
	for _, pool := range append(slices.Clone(p.NodePools), p.StandingPools...) {
		pool.linkCluster(clusters)
	}
	p.resolvePolicies()
	p.moves = p.findMoves()
	p.endangers = p.findEndangers()
	p.logins = p.findLogins()
	p.showsDeployers = len(p.providersHidingDeployer()) == 0
	p.secrets = p.findSecrets()
	p.secretParts = p.findSecretParts()
	p.building, p.options.Text = nil, nil
}

// resolveProviders finds the provider configuration of every change. Changes
// of the same configuration share it.
func (p *Plan) resolveProviders() {
	known := make(map[providerUse]*Provider)
	for _, c := range p.Changes {
		use := c.providerUse()
		if known[use] == nil {
			known[use] = c.newProvider()
		}
		c.provider = known[use]
	}
}

func (p *Plan) resolvePolicies() {
	for _, c := range p.Changes {
		if c.Mode != "managed" || c.isNoOp() {
			continue
		}
		p.policyChanges = append(p.policyChanges, c.policyChanges()...)
		if c.Type == "google_iam_deny_policy" {
			p.denyChanges = append(p.denyChanges, c.denyChanges()...)
		}
		if c.isCustomRole() {
			p.roleChanges = append(p.roleChanges, c.roleChanges()...)
		}
	}
}

func (p *Plan) classify(c *Change) {
	switch {
	case c.Type == "google_container_cluster" && c.Has("no-op"):
		p.Standing = append(p.Standing, newCluster(c))
	case c.Type == "google_container_cluster" && (c.Leaves() || !c.isNoOp()):
		p.Clusters = append(p.Clusters, newCluster(c))
	case c.Type == "google_container_node_pool" && c.Has("no-op"):
		p.StandingPools = append(p.StandingPools, newNodePool(c))
	case c.Type == "google_container_node_pool" && (c.Leaves() || !c.isNoOp()):
		p.NodePools = append(p.NodePools, newNodePool(c))
	}
}

func (p *Plan) indexChanges() {
	p.changesByBlock = make(map[string][]*Change)
	for _, c := range p.Changes {
		c.plan = p
		c.block = p.config.blocks[c.Block()]
		p.changesByBlock[c.Block()] = append(p.changesByBlock[c.Block()], c)
	}
}
