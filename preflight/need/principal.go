package need

import "strings"

// PrincipalKind names the part that an identity plays for a cluster.
type PrincipalKind string

// The kinds of principal.
const (
	// Deployer is whom the google provider will be: its
	// impersonate_service_account, else the credentials at hand.
	Deployer PrincipalKind = "deployer"
	// Delegate is an account through which the google provider impersonates
	// the deployer.
	Delegate PrincipalKind = "delegate"
	// NodeServiceAccount is the account attached to a cluster's nodes.
	NodeServiceAccount PrincipalKind = "node-service-account"
	// GKEServiceAgent is service-N@container-engine-robot.
	GKEServiceAgent PrincipalKind = "gke-service-agent"
	// GKENodeServiceAgent is service-N@gcp-sa-gkenode.
	GKENodeServiceAgent PrincipalKind = "gke-node-service-agent"
	// GoogleAPIsServiceAgent is N@cloudservices, which makes the VMs of
	// managed instance groups.
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
	// serviceAccount:gke@acme.iam.gserviceaccount.com. The number of a
	// project stands as {number:PROJECT} until Google Cloud has been asked.
	// It is empty for the deployer that is whoever the credentials at hand
	// belong to, and for an account that is not known before apply.
	Member string `json:"member,omitempty"`
	// Delegates is the chain of accounts through which the google provider
	// impersonates the deployer, nearest first; usually empty.
	Delegates []string `json:"-"`
	// Unknown reports that Member is empty since the plan does not show who the
	// deployer is.
	Unknown bool `json:"-"`
	// Original reports that the deployer is whoever the credentials at hand
	// belong to, and not the account that the environment impersonates from there.
	Original bool `json:"-"`
	// Named reports that a user named Member: it may be whoever the credentials
	// at hand belong to.
	Named bool `json:"-"`
}

// PrincipalKinds are those that configuration may name.
func PrincipalKinds() []PrincipalKind {
	return []PrincipalKind{
		Deployer, NodeServiceAccount, GKEServiceAgent, GKENodeServiceAgent, GoogleAPIsServiceAgent,
		ComputeServiceAgent, ComputeDefaultServiceAccount, FleetServiceAgent, BinaryAuthorizationServiceAgent,
	}
}

// InWords is the kind for people, as in: the GKE service agent.
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

// Number stands for the number of a project where only its ID is known.
func Number(project string) string {
	if strings.Trim(project, "0123456789") == "" {
		return project
	}
	return "{number:" + project + "}"
}
