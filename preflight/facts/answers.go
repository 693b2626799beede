package facts

// An Identity is the account that a token belongs to.
type Identity struct {
	// Email is empty if the token's scopes do not allow reading it.
	Email  string
	Scopes []string
}

// A Project is a project.
type Project struct {
	ID     string
	Number string
	// Parent is folders/N or organizations/N; empty if there is none.
	Parent string
	// State is ACTIVE or DELETE_REQUESTED.
	State string
}

// A PermissionTest is the result of testing permissions.
type PermissionTest struct {
	Granted []string
	Missing []string
	// Invalid are the permissions that cannot be tested on the resource.
	Invalid []string
}

// A ServiceState says whether an API is enabled.
type ServiceState string

// The states of a service; empty if Google did not report one.
const (
	ServiceEnabled  ServiceState = "ENABLED"
	ServiceDisabled ServiceState = "DISABLED"
)

// Services are the states of APIs in a project.
type Services struct {
	// ProjectNumber is the project number in the services' names; empty if there
	// was none.
	ProjectNumber string
	// State is the state by service, such as container.googleapis.com.
	State map[string]ServiceState
}

// A ServiceAccount is a service account.
type ServiceAccount struct {
	Email     string
	UniqueID  string
	ProjectID string
	Disabled  bool
}

// A Cluster is the current state of a cluster.
type Cluster struct {
	Name     string `json:"name"`
	Location string `json:"location"`
	// Status is RUNNING, RECONCILING, ERROR, DEGRADED and so on.
	Status string `json:"status"`
	// StatusMessage is deprecated, but some messages are only here.
	StatusMessage  string            `json:"statusMessage"`
	Conditions     []StatusCondition `json:"conditions"`
	NodePools      []NodePool        `json:"nodePools"`
	CurrentVersion string            `json:"currentMasterVersion"`
	NetworkConfig  NetworkConfig     `json:"networkConfig"`
}

// A NetworkConfig holds the relative names of a cluster's network and
// subnetwork: projects/P/global/networks/N and projects/P/regions/R/subnetworks/S.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#NetworkConfig
type NetworkConfig struct {
	Network    string `json:"network"`
	Subnetwork string `json:"subnetwork"`
}

// A NodePool is the current state of a node pool.
type NodePool struct {
	Name          string            `json:"name"`
	Status        string            `json:"status"`
	StatusMessage string            `json:"statusMessage"`
	Conditions    []StatusCondition `json:"conditions"`
	Version       string            `json:"version"`
}

// A StatusCondition says why a cluster or a node pool has its status.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/StatusCondition
type StatusCondition struct {
	// Code is a canonical code, such as GKE_SERVICE_ACCOUNT_DELETED.
	Code    string `json:"code"`
	Message string `json:"message"`
}

// An Operation is a GKE operation on a cluster or node pool.
type Operation struct {
	Name string `json:"name"`
	// Type is CREATE_CLUSTER, UPGRADE_NODES and so on.
	Type string `json:"operationType"`
	// Status is PENDING, RUNNING, ABORTING or DONE.
	Status string `json:"status"`
	// Target is the URL of the cluster or node pool.
	Target string `json:"targetLink"`
}

// MethodGenerateAccessToken generates a token of a service account. It changes
// nothing, but does not just read either: it is only called to impersonate
// accounts that the caller may impersonate.
const MethodGenerateAccessToken = "iamcredentials.projects.serviceAccounts.generateAccessToken"

// A Key is a Cloud KMS key.
type Key struct {
	// Purpose is ENCRYPT_DECRYPT, ASYMMETRIC_SIGN and so on.
	Purpose string
	// State is the state of the primary version: ENABLED, DISABLED, DESTROYED and
	// so on; empty if the key has no primary version.
	State string
	// Primary is the number of the primary version; empty if the key has none.
	Primary string
}

// An AccessState is a result of Policy Troubleshooter: CAN_ACCESS, CANNOT_ACCESS,
// UNKNOWN_INFO or UNKNOWN_CONDITIONAL.
type AccessState string

// The results that decide.
const (
	CanAccess    AccessState = "CAN_ACCESS"
	CannotAccess AccessState = "CANNOT_ACCESS"
)
