package judge

import "fmt"

// A Code identifies what a Statement says.
type Code string

// A Statement is a message of a verdict as data: a code and its arguments. The
// text is in one table of templates.
type Statement struct {
	Code Code
	// Args are the arguments of the template, in its order: strings or Statements.
	Args []any
}

// say returns a statement.
func say(c Code, args ...any) Statement { return Statement{Code: c, Args: args} }

// String returns the text of a statement; empty for the zero Statement.
func (s Statement) String() string {
	if s.Code == "" {
		return ""
	}
	return fmt.Sprintf(template(s.Code), s.Args...)
}

// The codes of statements, sorted.
const (
	accessBoundariesChanged           Code = "access_boundaries_changed"
	accountDisabled                   Code = "account_disabled"
	accountMissing                    Code = "account_missing"
	accountNoun                       Code = "account_noun"
	accountRemoved                    Code = "account_removed"
	accountReplaced                   Code = "account_replaced"
	accountUsable                     Code = "account_usable"
	agentRoleMayBeRemoved             Code = "agent_role_may_be_removed"
	agentRoleMayBeRestored            Code = "agent_role_may_be_restored"
	agentRoleRemoved                  Code = "agent_role_removed"
	alreadyEnabled                    Code = "already_enabled"
	attached                          Code = "attached"
	attachedElsewhere                 Code = "attached_elsewhere"
	attachmentNoun                    Code = "attachment_noun"
	attachmentRemoved                 Code = "attachment_removed"
	callerQuotaProjectServiceDisabled Code = "caller_quota_project_service_disabled"
	callerUnknown                     Code = "caller_unknown"
	clusterAlreadyGone                Code = "cluster_already_gone"
	clusterExists                     Code = "cluster_exists"
	clusterInNoLocation               Code = "cluster_in_no_location"
	clusterInOtherLocation            Code = "cluster_in_other_location"
	clusterMissing                    Code = "cluster_missing"
	clusterNameFree                   Code = "cluster_name_free"
	clusterNameTaken                  Code = "cluster_name_taken"
	clusterNameTakenInSomeLocation    Code = "cluster_name_taken_in_some_location"
	clusterStatusError                Code = "cluster_status_error"
	clusterStopping                   Code = "cluster_stopping"
	computeMayBeEnabledWithGKE        Code = "compute_may_be_enabled_with_gke"
	conditionReported                 Code = "condition_reported"
	constraintChanged                 Code = "constraint_changed"
	constraintEnforced                Code = "constraint_enforced"
	constraintNotEnforced             Code = "constraint_not_enforced"
	credentialsRejected               Code = "credentials_rejected"
	disableOrderUnknown               Code = "disable_order_unknown"
	gkeDisabled                       Code = "gke_disabled"
	gkeDisabledInUnknownProject       Code = "gke_disabled_in_unknown_project"
	gkeStateContradictory             Code = "gke_state_contradictory"
	isSameAccount                     Code = "is_same_account"
	keyDisabled                       Code = "key_disabled"
	keyMissing                        Code = "key_missing"
	keyPurposeDiffers                 Code = "key_purpose_differs"
	keyRemoved                        Code = "key_removed"
	keyStateUnknown                   Code = "key_state_unknown"
	keyUsable                         Code = "key_usable"
	mayBeProvided                     Code = "may_be_provided"
	mayBeRemoved                      Code = "may_be_removed"
	missingDependency                 Code = "missing_dependency"
	noCondition                       Code = "no_condition"
	noOperation                       Code = "no_operation"
	noRecreationPending               Code = "no_recreation_pending"
	noResponse                        Code = "no_response"
	notAttached                       Code = "not_attached"
	operationRunning                  Code = "operation_running"
	orderUnknown                      Code = "order_unknown"
	organizationGrantsUnknown         Code = "organization_grants_unknown"
	permissionsHeld                   Code = "permissions_held"
	permissionsMissing                Code = "permissions_missing"
	permissionsPlanned                Code = "permissions_planned"
	permissionsRemoved                Code = "permissions_removed"
	permissionsUntestable             Code = "permissions_untestable"
	plannedInTime                     Code = "planned_in_time"
	policiesChanged                   Code = "policies_changed"
	poolExists                        Code = "pool_exists"
	poolMissing                       Code = "pool_missing"
	poolNameFree                      Code = "pool_name_free"
	poolNameTaken                     Code = "pool_name_taken"
	programFound                      Code = "program_found"
	programMissing                    Code = "program_missing"
	programsNotSearched               Code = "programs_not_searched"
	projectInvisible                  Code = "project_invisible"
	projectNewWithoutClusters         Code = "project_new_without_clusters"
	projectPlanned                    Code = "project_planned"
	projectRemoved                    Code = "project_removed"
	propagationDelay                  Code = "propagation_delay"
	quotaExhausted                    Code = "quota_exhausted"
	quotaProjectDenied                Code = "quota_project_denied"
	quotaProjectServiceDisabled       Code = "quota_project_service_disabled"
	quotaProjectServiceMayBeEnabled   Code = "quota_project_service_may_be_enabled"
	readDenied                        Code = "read_denied"
	readFailed                        Code = "read_failed"
	recreationPending                 Code = "recreation_pending"
	requestServiceDisabled            Code = "request_service_disabled"
	sameAccountUncertain              Code = "same_account_uncertain"
	serviceDisabled                   Code = "service_disabled"
	serviceDisabledByPlan             Code = "service_disabled_by_plan"
	serviceEnabled                    Code = "service_enabled"
	serviceNoun                       Code = "service_noun"
	serviceStateUnknown               Code = "service_state_unknown"
	tokenAgeUnknown                   Code = "token_age_unknown"
	tokenExpired                      Code = "token_expired"
	tokenValid                        Code = "token_valid"
	verbatim                          Code = "verbatim"
	withRule                          Code = "with_rule"
)

// template returns the text of a code, with placeholders for the arguments.
func template(c Code) string {
	return map[Code]string{
		accessBoundariesChanged:           "currently satisfied, but the plan changes principal access boundaries or access policies (%s), and their effect is not evaluated",
		accountDisabled:                   "service account %s is disabled: nodes that run as it do not register",
		accountMissing:                    "service account %s does not exist",
		accountNoun:                       "service account %s",
		accountRemoved:                    "the plan deletes or disables service account %s",
		accountReplaced:                   "service account %s (which it deletes and recreates)",
		accountUsable:                     "service account %s exists and is enabled",
		agentRoleMayBeRemoved:             "the plan may remove %s (%s), and the roles that it grants instead are not known",
		agentRoleMayBeRestored:            "the plan re-enables an API of project %s (%s), and it is not known whether %s gets its role back",
		agentRoleRemoved:                  "the plan removes %s (%s)",
		alreadyEnabled:                    "%s is already enabled in project %s: apply does not enable it",
		attached:                          "project %s is a service project of %s",
		attachedElsewhere:                 "project %s is a service project of %s, but its cluster uses the network of %s",
		attachmentNoun:                    "the attachment of project %s to %s",
		attachmentRemoved:                 "the plan detaches project %s from the Shared VPC of %s",
		callerQuotaProjectServiceDisabled: "the Kubernetes Engine API is disabled in project %s, which requests with the ambient credentials are billed to, but apply uses other credentials",
		callerUnknown:                     "the deployer's identity is not known, so its grants on %s cannot be evaluated",
		clusterAlreadyGone:                "cluster %s no longer exists: apply has nothing to destroy",
		clusterExists:                     "cluster %s exists",
		clusterInNoLocation:               "%s has no cluster %s in any location",
		clusterInOtherLocation:            "cluster %s does not exist, but %s does: set that location",
		clusterMissing:                    "cluster %s does not exist",
		clusterNameFree:                   "no existing cluster has the name of a new one",
		clusterNameTaken:                  "cluster %s already exists (%s), and the plan creates one with the same name",
		clusterNameTakenInSomeLocation:    "cluster %s already exists, and %s",
		clusterStatusError:                "cluster %s has the status ERROR%s: GKE calls it unusable, and whether it accepts changes is not documented. Repair it or replace it first: %s",
		clusterStopping:                   "cluster %s is being deleted",
		computeMayBeEnabledWithGKE:        "the plan enables the Kubernetes Engine API (%s), which should enable the Compute Engine API, too, but this is not documented: enable it in the plan",
		conditionReported:                 "GKE reports %s of %s: %s",
		constraintChanged:                 "the plan changes the organization policy constraint %s (%s), and the result is not evaluated",
		constraintEnforced:                "the organization policy constraint %s is enforced for project %s",
		constraintNotEnforced:             "the organization policy constraint %s is not enforced for project %s",
		credentialsRejected:               "could not %s: %s; the credentials were rejected: gcloud auth application-default login",
		disableOrderUnknown:               "%s (%s), but it does not show whether that happens before the resources that need the API are destroyed",
		gkeDisabled:                       "the Kubernetes Engine API is disabled in project %s",
		gkeDisabledInUnknownProject:       "Google Cloud reports that the Kubernetes Engine API is disabled, but not in which project: %s",
		gkeStateContradictory:             "Google Cloud reports that the Kubernetes Engine API is enabled in project %s, but that API reports that it is disabled: if it was enabled recently, try again in a few minutes",
		isSameAccount:                     "%s is this service account itself",
		keyDisabled:                       "%s is not enabled, current state is: %s",
		keyMissing:                        "%s does not exist",
		keyPurposeDiffers:                 "%s has the purpose %s, but %s is required",
		keyRemoved:                        "the plan destroys all versions of %s",
		keyStateUnknown:                   "Google Cloud did not report whether %s is enabled",
		keyUsable:                         "%s can be used",
		mayBeProvided:                     "the plan may provide %s (%s), but its target is not known before apply",
		mayBeRemoved:                      "currently satisfied, but the plan may remove it (%s): its target is not known before apply",
		missingDependency:                 "the plan provides %s, but %s has no dependency on it: apply may fail (%s)",
		noCondition:                       "GKE reports no condition",
		noOperation:                       "no operation is running",
		noRecreationPending:               "no node pool must be recreated first",
		noResponse:                        "Google Cloud did not respond (%s): check the network, or increase --timeout",
		notAttached:                       "project %s is not attached to a Shared VPC host project, but its cluster uses the network of %s",
		operationRunning:                  "operation %s (%s, %s) is running on cluster %s: %s",
		orderUnknown:                      "the plan provides %s (%s), but it does not show whether %s depends on it, since local values are not in a plan: add it to depends_on",
		organizationGrantsUnknown:         "the deployer's identity is not known, so its grants on the organization cannot be evaluated: name it with --deployer",
		permissionsHeld:                   "%s has %s on %s",
		permissionsMissing:                "%s is missing %s on %s",
		permissionsPlanned:                "%s is granted %s on %s by the plan before it is needed",
		permissionsRemoved:                "the plan revokes %s on %s from %s (%s)",
		permissionsUntestable:             "Google Cloud cannot test %s on %s",
		plannedInTime:                     "the plan provides %s before it is needed",
		policiesChanged:                   "the plan changes policies that this depends on (%s), and the principal's identity is not known",
		poolExists:                        "node pool %s of cluster %s exists",
		poolMissing:                       "cluster %s has no node pool %s, which the plan updates: run terraform plan again",
		poolNameFree:                      "no existing node pool has the name of a new one",
		poolNameTaken:                     "node pool %s of cluster %s already exists, and the plan creates one with the same name",
		programFound:                      "%s is on PATH",
		programMissing:                    "%s, which the provider uses to log in, is not on PATH",
		programsNotSearched:               "PATH cannot be searched here",
		projectInvisible:                  "project %s does not exist, or the deployer cannot see it (%s); grant roles/browser (resourcemanager.projects.get) to check this",
		projectNewWithoutClusters:         "the plan creates project %s: it has no cluster yet",
		projectPlanned:                    "the plan creates project %s (%s): nothing in it can be checked before apply; apply the project first, then check again",
		projectRemoved:                    "the plan destroys project %s, and %s with it",
		propagationDelay:                  "IAM changes take 2 to 7 minutes to propagate: add a time_sleep between the two, or apply in two steps",
		quotaExhausted:                    "could not %s: %s: increase --timeout",
		quotaProjectDenied:                "could not %s: %s; grant roles/serviceusage.serviceUsageConsumer on the quota project (serviceusage.services.use) to check this",
		quotaProjectServiceDisabled:       "the Kubernetes Engine API is disabled in project %s, which the deployer's requests are billed to",
		quotaProjectServiceMayBeEnabled:   "the Kubernetes Engine API is disabled in project %s, which requests are billed to, and %s may enable it: until then the cluster cannot be read",
		readDenied:                        "could not %[1]s: %[2]s; if it exists, grant %[4]s (%[3]s) to check this",
		readFailed:                        "could not %s: %s",
		recreationPending:                 "node pool %s of cluster %s must be recreated before any other change: wait for its next maintenance window, or upgrade it to the control plane's version",
		requestServiceDisabled:            "could not %s: %s; enable that API in the project that requests are billed to: %s",
		sameAccountUncertain:              "the deployer is this service account itself, which may not need the permission",
		serviceDisabled:                   "the API %s is disabled in project %s",
		serviceDisabledByPlan:             "the plan disables %s in project %s, which is enabled now",
		serviceEnabled:                    "the API %s is enabled in project %s",
		serviceNoun:                       "%s in project %s",
		serviceStateUnknown:               "Google Cloud did not report whether %s is enabled in project %s",
		tokenAgeUnknown:                   "the plan does not show when it was created, and the token in it is valid for an hour",
		tokenExpired:                      "the token that the provider logs in with was read when the plan was created, at %s, and is valid for an hour: run terraform plan again",
		tokenValid:                        "the plan was created at %s, and the token in it is valid for an hour: apply it before that",
		verbatim:                          "%s",
		withRule:                          "%s (%s)",
	}[c]
}
