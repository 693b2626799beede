package facts

// An Identity is whose a token is.
type Identity struct {
	// Email is empty where the token's scopes do not let it be read.
	Email  string
	Scopes []string
}

// A Project is a project.
type Project struct {
	ID     string
	Number string
	// Parent is folders/N or organizations/N; empty where there is none.
	Parent string
	// State is ACTIVE or DELETE_REQUESTED.
	State string
}

// Tested are permissions by whether the caller holds them.
type Tested struct {
	Granted []string
	Refused []string
	// Invalid cannot be tested on the resource.
	Invalid []string
}

// A ServiceState says whether an API is on.
type ServiceState string

// The states of a service; the zero value means that Google did not say.
const (
	ServiceEnabled  ServiceState = "ENABLED"
	ServiceDisabled ServiceState = "DISABLED"
)

// Services are the states of APIs in a project.
type Services struct {
	// ProjectNumber is that in the services' names; empty where none was told.
	ProjectNumber string
	State         map[string]ServiceState
}

// A ServiceAccount is a service account.
type ServiceAccount struct {
	Email     string
	UniqueID  string
	ProjectID string
	Disabled  bool
}

// A Cluster is a cluster as it is now.
type Cluster struct {
	Name     string `json:"name"`
	Location string `json:"location"`
	// Status is RUNNING, RECONCILING, ERROR, DEGRADED and so on.
	Status string `json:"status"`
	// StatusMessage is deprecated, and still the only place of some texts.
	StatusMessage  string            `json:"statusMessage"`
	Conditions     []StatusCondition `json:"conditions"`
	NodePools      []NodePool        `json:"nodePools"`
	CurrentVersion string            `json:"currentMasterVersion"`
	NetworkConfig  NetworkConfig     `json:"networkConfig"`
}

// A NetworkConfig is the network of a cluster, by relative names:
// projects/P/global/networks/N and projects/P/regions/R/subnetworks/S.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#NetworkConfig
type NetworkConfig struct {
	Network    string `json:"network"`
	Subnetwork string `json:"subnetwork"`
}

// A NodePool is a node pool as it is now.
type NodePool struct {
	Name          string            `json:"name"`
	Status        string            `json:"status"`
	StatusMessage string            `json:"statusMessage"`
	Conditions    []StatusCondition `json:"conditions"`
	Version       string            `json:"version"`
}

// A StatusCondition is why something is in the state that it is in.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/StatusCondition
type StatusCondition struct {
	// Code is such as GKE_SERVICE_ACCOUNT_DELETED.
	Code    string `json:"code"`
	Message string `json:"message"`
}

// An Operation is something that GKE does, or has done, to a cluster.
type Operation struct {
	Name string `json:"name"`
	// Type is CREATE_CLUSTER, UPGRADE_NODES and so on.
	Type string `json:"operationType"`
	// Status is PENDING, RUNNING, ABORTING or DONE.
	Status string `json:"status"`
	// Target is the URL of the cluster or node pool.
	Target string `json:"targetLink"`
}

// MethodGenerateAccessToken makes a token of a service account. It changes
// nothing, but it is no reading method either: it is only called for accounts
// that the caller may make tokens of.
const MethodGenerateAccessToken = "iamcredentials.projects.serviceAccounts.generateAccessToken"

// A Key is a Cloud KMS key.
type Key struct {
	// Purpose is ENCRYPT_DECRYPT, ASYMMETRIC_SIGN and so on.
	Purpose string
	// State is that of the primary version: ENABLED, DISABLED, DESTROYED and so
	// on; empty where the key has none.
	State string
	// Primary is the number of the primary version; empty where the key has none.
	Primary string
}

// An Access is what Policy Troubleshooter says: CAN_ACCESS, CANNOT_ACCESS,
// UNKNOWN_INFO or UNKNOWN_CONDITIONAL.
type Access string

// The answers that decide.
const (
	CanAccess    Access = "CAN_ACCESS"
	CannotAccess Access = "CANNOT_ACCESS"
)
