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
	// Error: apply stops, or nodes never come up.
	Error Severity = "error"
	// Warning: it works but degraded, or it is not proven to be required.
	Warning Severity = "warning"
	// Note: worth knowing, harmless by itself.
	Note Severity = "note"
)

// A Kind says what is asked about a Need.
type Kind string

// The kinds of need.
const (
	// Permissions: the principal must hold Permissions on Resource.
	Permissions Kind = "permissions"
	// Service: the API Service must be enabled in Project.
	Service Kind = "service"
	// Account: the service account Principal must exist and be enabled.
	Account Kind = "account"
	// Attached: Project must be a service project of the Shared VPC host Expect.
	Attached Kind = "attached"
	// Key: the Cloud KMS key Resource must be enabled, of purpose Expect.
	Key Kind = "key"
	// Unconstrained: the constraint Expect of the organisation policy must not
	// be in force for Project.
	Unconstrained Kind = "unconstrained"
	// Free: no cluster of the name Clusters may be there yet.
	Free Kind = "free"
	// PoolFree: no node pool of the name Expect may be in Clusters yet.
	PoolFree Kind = "pool-free"
	// Exists: Clusters must be there, and the node pool Expect in them, unless
	// Expect is empty.
	Exists Kind = "exists"
	// Idle: no operation may be running on Clusters.
	Idle Kind = "idle"
	// Sound: GKE itself must report nothing that keeps apply from changing
	// Clusters.
	Sound Kind = "sound"
	// Recreated: no node pool of Clusters may be waiting to be made anew.
	Recreated Kind = "recreated"
	// OnPath: the program Expect must be there on the machine that runs apply.
	OnPath Kind = "on-path"
	// Fresh: the plan must be younger than a token that it holds.
	Fresh Kind = "fresh"
	// Statement: nothing is asked, the plan alone says whether it is met.
	Statement Kind = "statement"
)

// A Need is one thing that must be so for the plan's clusters to come up.
type Need struct {
	Rule     string
	Severity Severity
	Kind     Kind
	// Addresses are those of the resource changes that cause the need, sorted.
	Addresses []string
	// Attribute is the path inside the first of them, such as
	// node_config[0].service_account; empty where no single one causes it.
	Attribute string
	Principal Principal
	// Project is the ID or number of the project that is asked.
	Project string
	// Resource is the full resource name that permissions are needed on.
	Resource string
	// Service is the API that must be on, or that will refuse.
	Service string
	// Permissions are sorted and have no duplicates.
	Permissions []string
	// Expect is what a thing must be, as the Kind says; usually empty.
	Expect string
	// Clusters are the relative names of the clusters that the need is about,
	// or that the permissions are used on: projects/P/locations/L/clusters/C. The
	// location is - if it is not known; Message then says why.
	Clusters []string
	// NetworkOf is the relative name of a cluster whose network only Google Cloud
	// knows: HostProject and Subnetwork in the need's strings stand for what its
	// GET says. Empty if the plan knows.
	NetworkOf string
	// Enables are the APIs that the permissions are needed to enable: not needed if
	// all of them are on. One that is not known is empty.
	Enables []string
	// Made is when the plan was made; zero where that is not known, or does not
	// matter.
	Made time.Time
	// Standing reports that the addresses are not changed by apply: the need
	// only matters if apply takes away what meets it.
	Standing bool
	// UnlessSelf reports that the need is met where the principal is itself the
	// account that Resource is.
	UnlessSelf bool
	// Elsewhere is a project whose name does not tell whether it is Project, one
	// being an ID and the other a number: the need arises only if it is another.
	// Usually empty.
	Elsewhere string
	// Among are such projects too: the need arises only if Project is one of
	// them. Usually empty.
	Among []string
	// KeyVersion is the version of the key Resource that is used; empty for the
	// primary one, and for other resources.
	KeyVersion string
	// Unknown says why the question cannot be asked before apply, such as a
	// project that is not known yet. Empty where it can.
	Unknown string
	// Message says, for a Statement, what the plan shows, and Holds whether that
	// meets the need.
	Message string
	Holds   bool
	// ExpectedError is what apply would print; empty where no text is known.
	ExpectedError string
	// Fix is how to mend it.
	Fix Fix
}

// A Fix is how an unmet need can be met.
type Fix struct {
	// Role is the predefined role whose grant on the need's resource gives
	// what is missing. Commands are made from it. Empty where no grant helps.
	Role string
	// Commands are shell commands, quoted, ready to paste.
	Commands []string
	// Terraform is a snippet of configuration that does the same.
	Terraform string
}

// These stand in the strings of a need whose NetworkOf is set: for the project
// of the cluster's network, and for the relative name of its subnetwork.
const (
	HostProject = "{host-project}"
	Subnetwork  = "{subnetwork}"
)

// WithNetwork returns n with the project and the subnetwork of its cluster's
// network in the places of HostProject and Subnetwork.
func (n Need) WithNetwork(host, subnetwork string) Need {
	if subnetwork == "" && strings.Contains(n.Resource, Subnetwork) {
		n.Resource, n.ExpectedError = resource.ProjectFullName(host), ""
	}
	replace := strings.NewReplacer(HostProject, host, Subnetwork, subnetwork).Replace
	n.Project, n.Resource, n.Expect, n.ExpectedError = replace(n.Project), replace(n.Resource), replace(n.Expect), replace(n.ExpectedError)
	return n
}

// WithoutNetwork returns n as a need that cannot be judged, in the project of
// its cluster.
func (n Need) WithoutNetwork(why string) Need {
	n.Project = resource.Parse(n.NetworkOf).Project().String()
	n.Resource, n.ExpectedError, n.Unknown = resource.ClusterFullName(n.NetworkOf), "", why
	return n
}

// ProjectIn is the project in a relative name, in words.
func ProjectIn(name string) string { return "project " + resource.Parse(name).Project().String() }

// Key is the same for needs that one answer settles.
func (n *Need) Key() string {
	return strings.Join([]string{
		n.Rule, string(n.Severity), string(n.Kind), string(n.Principal.Kind), n.Principal.Member,
		strings.Join(n.Principal.Delegates, ","), n.Project, n.Resource, n.Service,
		strings.Join(n.Permissions, ","), n.Expect, n.Unknown, n.Message, n.NetworkOf,
		fmt.Sprint(n.Principal.Original, n.UnlessSelf),
		n.Elsewhere, strings.Join(n.Among, ","), n.KeyVersion,
	}, "\x00")
}

// MayChange reports whether the answer to n may change by waiting: what the plan
// alone says does not.
func (n Need) MayChange() bool {
	return n.Unknown == "" && n.Kind != Statement && n.Kind != OnPath && n.Kind != Fresh
}
