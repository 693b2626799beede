package facts

// A Kind says what a Question asks for.
type Kind string

// The kinds of question, with the type of the answer's value.
const (
	// KindIdentity asks whose the token of As is: Identity.
	KindIdentity Kind = "identity"
	// KindProject asks for a project by its ID or number: Project.
	KindProject Kind = "project"
	// KindAncestors asks for a project and all above it, nearest first: []string.
	KindAncestors Kind = "ancestors"
	// KindAllowPolicy asks for the allow policy of a resource: *iam.Policy.
	KindAllowPolicy Kind = "allow policy"
	// KindDenyPolicies asks for the IDs of the deny policies attached to a
	// resource: []string.
	KindDenyPolicies Kind = "deny policies"
	// KindDenyRules asks for the rules of the deny policy Item: []iam.DenyRule.
	KindDenyRules Kind = "deny rules"
	// KindRole asks for a role by its name: iam.Role.
	KindRole Kind = "role"
	// KindPermission asks whether As holds the permission Item: PermissionState.
	KindPermission Kind = "permission"
	// KindAccess asks Policy Troubleshooter whether Member holds the permission
	// Item: Access.
	KindAccess Kind = "access"
	// KindService asks whether the API Item is enabled in a project: Service.
	KindService Kind = "service"
	// KindAccount asks for the service account Item of a project: ServiceAccount.
	KindAccount Kind = "account"
	// KindHostProject asks which Shared VPC host project a project is attached
	// to: string.
	KindHostProject Kind = "host project"
	// KindKey asks for a Cloud KMS key: Key.
	KindKey Kind = "key"
	// KindConstraint asks whether the boolean constraint Item is enforced for a
	// project: bool.
	KindConstraint Kind = "constraint"
	// KindCluster asks for a cluster: Cluster.
	KindCluster Kind = "cluster"
	// KindClusters asks for all clusters of a project, by relative name:
	// map[string]Cluster.
	KindClusters Kind = "clusters"
	// KindOperations asks for the operations of a project in all locations:
	// []Operation.
	KindOperations Kind = "operations"
	// KindTagParent asks what a tag key or tag value belongs to: string.
	KindTagParent Kind = "tag parent"
)

// A Caller is on whose behalf a question is asked. The zero Caller asks with the
// ambient credentials, as the environment configures them.
type Caller struct {
	// Original asks with the ambient credentials themselves, without the account
	// that the environment impersonates.
	Original bool
	// Account is the email of a service account to impersonate; empty for none.
	Account string
	// Delegates is the delegation chain, nearest first, joined by ">"; usually
	// empty.
	Delegates string
}

// A Question is one thing to ask Google Cloud. It is comparable: two equal
// questions are asked once.
type Question struct {
	Kind Kind
	As   Caller
	// On is what the question is about: a relative resource name, or the ID or
	// number of a project. Empty for KindIdentity.
	On string
	// Item is what is asked about On, as the Kind says; empty for most kinds.
	Item string
	// Member is the member whose access is asked about; empty except for
	// KindAccess.
	Member string
}

// An Answer is what Google Cloud says to a Question. Value has the type that the
// question's Kind names, and is its zero value if Err is set.
type Answer struct {
	Value any
	Err   error
}

// A PermissionState says whether a caller holds a permission.
type PermissionState string

// The states of a permission.
const (
	Granted PermissionState = "granted"
	Missing PermissionState = "refused"
	// Untestable means that testIamPermissions does not know the permission on
	// this resource.
	Untestable PermissionState = "untestable"
)

// A Service is the state of an API in a project.
type Service struct {
	// State is empty if Google did not say.
	State ServiceState
	// ProjectNumber is the project's number as the API's name has it; empty if it
	// does not.
	ProjectNumber string
}
