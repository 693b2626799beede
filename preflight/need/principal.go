package need

import "strings"

// A PrincipalKind is the role of an identity for a cluster.
type PrincipalKind string

// The kinds of principal.
const (
	// Deployer is the identity that runs terraform apply: the
	// impersonate_service_account of the google provider, or else the caller's
	// credentials.
	Deployer PrincipalKind = "deployer"
	// Delegate is a service account through which the google provider impersonates
	// the deployer.
	Delegate PrincipalKind = "delegate"
	// NodeServiceAccount is the service account that nodes run as.
	NodeServiceAccount PrincipalKind = "node-service-account"
	// GKEServiceAgent is service-N@container-engine-robot.
	GKEServiceAgent PrincipalKind = "gke-service-agent"
	// GKENodeServiceAgent is service-N@gcp-sa-gkenode.
	GKENodeServiceAgent PrincipalKind = "gke-node-service-agent"
	// GoogleAPIsServiceAgent is N@cloudservices, which creates the VMs of managed
	// instance groups.
	GoogleAPIsServiceAgent PrincipalKind = "google-apis-service-agent"
	// ComputeServiceAgent is service-N@compute-system.
	ComputeServiceAgent PrincipalKind = "compute-service-agent"
	// FleetServiceAgent is service-N@gcp-sa-gkehub, of the fleet's project.
	FleetServiceAgent PrincipalKind = "fleet-service-agent"
	// BinaryAuthorizationServiceAgent is service-N@gcp-sa-binaryauthorization.
	BinaryAuthorizationServiceAgent PrincipalKind = "binary-authorization-service-agent"
	// ComputeDefaultServiceAccount is N-compute@developer.
	ComputeDefaultServiceAccount PrincipalKind = "compute-default-service-account"
)

// A Principal is an identity that needs something.
type Principal struct {
	Kind PrincipalKind `json:"kind"`
	// Member is the identity as an IAM policy names it, such as
	// serviceAccount:gke@acme.iam.gserviceaccount.com. It has a
	// placeholder for a project number, see resource.ProjectNumberOrPlaceholder,
	// until Google Cloud has been asked.
	// Empty if the deployer is the caller, and for a service account that is not
	// known before apply.
	Member string `json:"member,omitempty"`
	// Delegates is the chain of service accounts through which the google provider
	// impersonates the deployer, in the order of their use. Empty if it does so
	// directly.
	Delegates []string `json:"-"`
	// Unknown reports that Member is empty because the plan does not show who the
	// deployer is.
	Unknown bool `json:"-"`
	// IsCaller reports that the deployer is the owner of the caller's credentials,
	// not the service account that the environment impersonates with them.
	IsCaller bool `json:"-"`
	// NamedByUser reports that the user named Member: it may be the caller.
	NamedByUser bool `json:"-"`
}

// PrincipalKinds returns the kinds that the configuration can name.
func PrincipalKinds() []PrincipalKind {
	return []PrincipalKind{
		Deployer, NodeServiceAccount, GKEServiceAgent, GKENodeServiceAgent, GoogleAPIsServiceAgent,
		ComputeServiceAgent, ComputeDefaultServiceAccount, FleetServiceAgent, BinaryAuthorizationServiceAgent,
	}
}

// InWords returns the kind as it is printed: GKE service agent.
func (k PrincipalKind) InWords() string {
	switch k {
	case GKEServiceAgent:
		return "GKE service agent"
	case GKENodeServiceAgent:
		return "GKE node service agent"
	case GoogleAPIsServiceAgent:
		return "Google APIs service agent"
	case ComputeServiceAgent:
		return "Compute Engine service agent"
	case BinaryAuthorizationServiceAgent:
		return "Binary Authorization service agent"
	case ComputeDefaultServiceAccount:
		return "Compute Engine default service account"
	}
	return strings.ReplaceAll(string(k), "-", " ")
}
