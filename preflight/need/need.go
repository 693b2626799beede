package need

import (
	"fmt"
	"strings"
	"time"

	"gke-preflight/preflight/resource"
)

// Severity says what happens when a need is not met.
type Severity string

// The severities, worst first.
const (
	// Error: apply fails, or nodes never start.
	Error Severity = "error"
	// Warning: apply succeeds with degraded clusters, or no source proves that the
	// need is required.
	Warning Severity = "warning"
	// Note: worth knowing, but harmless.
	Note Severity = "note"
)

// A Kind says what a Need requires.
type Kind string

// The kinds of need.
const (
	// Permissions: Principal must have Permissions on Resource.
	Permissions Kind = "permissions"
	// Service: the API Service must be enabled in Project.
	Service Kind = "service"
	// Account: the service account Principal must exist and be enabled.
	Account Kind = "account"
	// SharedVPCAttachment: Project must be a service project of the Shared VPC host Expect.
	SharedVPCAttachment Kind = "attached"
	// Key: the Cloud KMS key Resource must be enabled and have the purpose Expect.
	Key Kind = "key"
	// OrgPolicyNotEnforced: the organization policy constraint Expect must not be enforced
	// for Project.
	OrgPolicyNotEnforced Kind = "unconstrained"
	// ClusterNameFree: no cluster with the name in Clusters may exist yet.
	ClusterNameFree Kind = "free"
	// NodePoolNameFree: no node pool with the name Expect may exist in Clusters yet.
	NodePoolNameFree Kind = "pool-free"
	// Existing: Clusters must exist, and the node pool Expect in them, unless Expect
	// is empty.
	Existing Kind = "exists"
	// NoRunningOperation: no operation may be running on Clusters.
	NoRunningOperation Kind = "idle"
	// ClusterHealthy: GKE must report no condition that prevents changes to Clusters.
	ClusterHealthy Kind = "sound"
	// NoPendingRecreation: no node pool of Clusters may have to be recreated first.
	NoPendingRecreation Kind = "recreated"
	// ProgramOnPath: the program Expect must be on PATH of the machine that runs apply.
	ProgramOnPath Kind = "on-path"
	// TokenNotExpired: a token in the plan must not have expired.
	TokenNotExpired Kind = "fresh"
	// PlanOnly: the plan alone shows whether the need is met.
	PlanOnly Kind = "statement"
)

// A Need is one requirement of the plan's clusters: a principal, permissions or
// a state, and a resource. The Kind says which fields it uses.
type Need struct {
	// Rule is the ID of the rule that the need comes from.
	Rule     string
	Severity Severity
	Kind     Kind
	// Addresses are the addresses of the resource changes that cause the need,
	// sorted.
	Addresses []string
	// Attribute is the path of an attribute in the first of the addresses, such as
	// node_config[0].service_account. Empty if no single attribute causes the need.
	Attribute string
	// Principal is the identity that requires Permissions, or the service account
	// that must exist.
	Principal Principal
	// Project is the ID or number of the project that the need is about.
	Project string
	// Resource is the full resource name that permissions are required on.
	Resource string
	// Service is the API that must be enabled, or that would deny the request.
	Service string
	// Permissions are sorted and have no duplicates.
	Permissions []string
	// Expect is the required value, as described at the Kind. Empty for kinds that
	// do not mention it.
	Expect string
	// Clusters are the relative names of the clusters that the need is about, or
	// that the permissions are used on: projects/P/locations/L/clusters/C. The
	// location is - if it is unknown; Message then says why.
	Clusters []string
	// NetworkCluster is the relative name of a cluster whose network only Google Cloud
	// knows: HostProjectPlaceholder and Subnetwork in the strings of the need are placeholders
	// for values of its response. Empty if the plan shows the network.
	NetworkCluster string
	// OnlyIfDisabled are the APIs that the permissions enable. The need does not arise if
	// all of them are already enabled. An unknown API is empty.
	OnlyIfDisabled []string
	// PlanTime is the time at which the plan was created. Zero if it is unknown, or
	// irrelevant to the need.
	PlanTime time.Time
	// ClusterUnchanged reports that apply leaves the addresses unchanged: the need matters
	// only if apply removes what meets it.
	ClusterUnchanged bool
	// MetBySelf reports that the need is met if Principal is the service account
	// that Resource names.
	MetBySelf bool
	// OnlyIfNotProject is a project that may be the same as Project, because one is an ID
	// and the other a number. The need arises only if they differ. Empty if it
	// arises in any case.
	OnlyIfNotProject string
	// OnlyIfProjectIn are projects that may be the same as Project. The need arises only if
	// Project is one of them. Empty if it arises in any case.
	OnlyIfProjectIn []string
	// KeyVersion is the used version of the key that Resource names. Empty for the
	// primary version, and for other resources.
	KeyVersion string
	// UndeterminedReason says why the need is undetermined before apply, such as a project
	// that is not known yet. Empty if it can be checked.
	UndeterminedReason string
	// Message says what the plan shows, for a Statement.
	Message string
	// Satisfied reports that a Statement meets the need.
	Satisfied bool
	// ExpectedError is the error that apply would print. Empty if it is unknown.
	ExpectedError string
	// Fix says how to meet the need.
	Fix Fix
}

// A Fix says how to meet a need.
type Fix struct {
	// Role is the predefined role that contains the missing permissions, to be
	// granted on the need's Resource. Commands are derived from it. Empty if no
	// grant helps.
	Role string
	// Commands are quoted shell commands, ready to paste.
	Commands []string
	// Terraform is a configuration snippet with the same effect.
	Terraform string
}

// Placeholders in the strings of a need whose NetworkCluster is set: for the project
// of the cluster's network, and for the relative name of its subnetwork.
const (
	HostProjectPlaceholder = "{host-project}"
	SubnetworkPlaceholder  = "{subnetwork}"
)

// WithNetwork returns n with HostProjectPlaceholder and Subnetwork replaced by the project
// and the subnetwork of its cluster's network.
func (n Need) WithNetwork(host, subnetwork string) Need {
	if subnetwork == "" && strings.Contains(n.Resource, SubnetworkPlaceholder) {
		n.Resource, n.ExpectedError = resource.ProjectFullName(host), ""
	}
	replace := strings.NewReplacer(HostProjectPlaceholder, host, SubnetworkPlaceholder, subnetwork).Replace
	n.Project, n.Resource, n.Expect, n.ExpectedError = replace(n.Project), replace(n.Resource), replace(n.Expect), replace(n.ExpectedError)
	return n
}

// WithoutNetwork returns n as undetermined for reason why, in the project of its
// cluster.
func (n Need) WithoutNetwork(why string) Need {
	n.Project = resource.Parse(n.NetworkCluster).Project().String()
	n.Resource, n.ExpectedError, n.UndeterminedReason = resource.ClusterFullName(n.NetworkCluster), "", why
	return n
}

// ProjectInWords returns the project in a relative name, in words: project acme-prod.
func ProjectInWords(name string) string { return "project " + resource.Parse(name).Project().String() }

// Key returns the identity of n. Needs with the same key are merged into one,
// because they have the same outcome.
func (n *Need) Key() string {
	return strings.Join([]string{
		n.Rule, string(n.Severity), string(n.Kind), string(n.Principal.Kind), n.Principal.Member,
		strings.Join(n.Principal.Delegates, ","), n.Project, n.Resource, n.Service,
		strings.Join(n.Permissions, ","), n.Expect, n.UndeterminedReason, n.Message, n.NetworkCluster,
		fmt.Sprint(n.Principal.IsCaller, n.MetBySelf),
		n.OnlyIfNotProject, strings.Join(n.OnlyIfProjectIn, ","), n.KeyVersion,
	}, "\x00")
}

// MayChange reports whether the answer to n may change by waiting: what the plan
// alone says does not.
func (n Need) MayChange() bool {
	return n.UndeterminedReason == "" && n.Kind != PlanOnly && n.Kind != ProgramOnPath && n.Kind != TokenNotExpired
}

// Lasts is the Expect of needs of kind Idle, Sound and Recreated about clusters
// that apply does not only destroy.
const Lasts = "lasts"
