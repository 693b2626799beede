package judge

import "fmt"

// A Code names what a Statement says.
type Code string

// A Statement is what a verdict says, as data: a code, and what it is about. The
// text comes from the one table of templates.
type Statement struct {
	Code Code
	// Args fill the template of Code, in its order: strings, or Statements.
	Args []any
}

// say returns a statement.
func say(c Code, args ...any) Statement { return Statement{Code: c, Args: args} }

// String returns a statement as text; empty for the zero Statement.
func (s Statement) String() string {
	if s.Code == "" {
		return ""
	}
	return fmt.Sprintf(template(s.Code), s.Args...)
}

// The codes of statements, by name.
const (
	accountDisabled           Code = "account_disabled"
	accountMissing            Code = "account_missing"
	accountRemoved            Code = "account_removed"
	accountReplaced           Code = "account_replaced"
	accountUsable             Code = "account_usable"
	agentRoleMayGo            Code = "agent_role_may_go"
	agentRoleRemoved          Code = "agent_role_removed"
	agentRoleUnsure           Code = "agent_role_unsure"
	alreadyEnabled            Code = "already_enabled"
	askedServiceOff           Code = "asked_service_off"
	attached                  Code = "attached"
	attachedElsewhere         Code = "attached_elsewhere"
	billedElsewhere           Code = "billed_elsewhere"
	billedServiceMayBeEnabled Code = "billed_service_may_be_enabled"
	billedServiceOff          Code = "billed_service_off"
	boundariesChange          Code = "boundaries_change"
	clusterExists             Code = "cluster_exists"
	clusterGone               Code = "cluster_gone"
	clusterInOtherLocation    Code = "cluster_in_other_location"
	clusterMissing            Code = "cluster_missing"
	clusterNameFree           Code = "cluster_name_free"
	clusterNameTaken          Code = "cluster_name_taken"
	clusterNameTakenSomewhere Code = "cluster_name_taken_somewhere"
	clusterNowhere            Code = "cluster_nowhere"
	clusterStopping           Code = "cluster_stopping"
	clusterUnusable           Code = "cluster_unusable"
	computeFollows            Code = "compute_follows"
	conditionReported         Code = "condition_reported"
	constraintOff             Code = "constraint_off"
	constraintOn              Code = "constraint_on"
	constraintPlanned         Code = "constraint_planned"
	credentialsRefused        Code = "credentials_refused"
	detached                  Code = "detached"
	disableOrderUnseen        Code = "disable_order_unseen"
	gkeOff                    Code = "gke_off"
	gkeOffSomewhere           Code = "gke_off_somewhere"
	gkeStateContradicted      Code = "gke_state_contradicted"
	grantsUnknown             Code = "grants_unknown"
	inRule                    Code = "in_rule"
	isTheAccount              Code = "is_the_account"
	keyDisabled               Code = "key_disabled"
	keyMissing                Code = "key_missing"
	keyPurposeDiffers         Code = "key_purpose_differs"
	keyRemoved                Code = "key_removed"
	keyStateUnsaid            Code = "key_state_unsaid"
	keyUsable                 Code = "key_usable"
	mayBeProvided             Code = "may_be_provided"
	mayBeRemoved              Code = "may_be_removed"
	noAnswer                  Code = "no_answer"
	noCondition               Code = "no_condition"
	noOperation               Code = "no_operation"
	noRecreation              Code = "no_recreation"
	notAttached               Code = "not_attached"
	notFoundOut               Code = "not_found_out"
	operationRunning          Code = "operation_running"
	orderUnseen               Code = "order_unseen"
	organizationGrantsUnknown Code = "organization_grants_unknown"
	outOfQuota                Code = "out_of_quota"
	permissionsHeld           Code = "permissions_held"
	permissionsMissing        Code = "permissions_missing"
	permissionsPlanned        Code = "permissions_planned"
	permissionsRemoved        Code = "permissions_removed"
	policiesChange            Code = "policies_change"
	poolExists                Code = "pool_exists"
	poolMissing               Code = "pool_missing"
	poolNameFree              Code = "pool_name_free"
	poolNameTaken             Code = "pool_name_taken"
	programFound              Code = "program_found"
	programMissing            Code = "program_missing"
	programsUnsearchable      Code = "programs_unsearchable"
	projectInvisible          Code = "project_invisible"
	projectNewWithoutClusters Code = "project_new_without_clusters"
	projectPlanned            Code = "project_planned"
	projectRemoved            Code = "project_removed"
	propagationTakes          Code = "propagation_takes"
	provided                  Code = "provided"
	quotaProjectDenied        Code = "quota_project_denied"
	readDenied                Code = "read_denied"
	recreationPending         Code = "recreation_pending"
	selfUnsure                Code = "self_unsure"
	serviceDisabledByPlan     Code = "service_disabled_by_plan"
	serviceOff                Code = "service_off"
	serviceOn                 Code = "service_on"
	serviceStateUnsaid        Code = "service_state_unsaid"
	theAccount                Code = "the_account"
	theAttachment             Code = "the_attachment"
	theService                Code = "the_service"
	tokenAgeUnknown           Code = "token_age_unknown"
	tokenExpired              Code = "token_expired"
	tokenFresh                Code = "token_fresh"
	unordered                 Code = "unordered"
	untestable                Code = "untestable"
	verbatim                  Code = "verbatim"
)

// template returns the text of a statement, with a place for each of its arguments.
func template(c Code) string {
	return map[Code]string{
		accountDisabled:           "service account %s is disabled: nodes that run as it do not register",
		accountMissing:            "service account %s does not exist",
		accountRemoved:            "the plan deletes or disables service account %s",
		accountReplaced:           "service account %s, which it destroys and makes anew,",
		accountUsable:             "service account %s exists and is enabled",
		agentRoleMayGo:            "the plan may take %s (%s), and what it gives instead is not known",
		agentRoleRemoved:          "the plan takes %s (%s)",
		agentRoleUnsure:           "the plan turns on an API of project %s that was on before (%s): whether %s gets its role back is not known",
		alreadyEnabled:            "%s is on already in project %s: apply does not enable it",
		askedServiceOff:           "could not find out %s: %s; turn that API on where requests are billed: %s",
		attached:                  "project %s is a service project of %s",
		attachedElsewhere:         "project %s is a service project of %s, and its cluster uses the network of %s",
		billedElsewhere:           "the Kubernetes Engine API is off in project %s, which the requests of the credentials at hand are billed to, and apply uses others",
		billedServiceMayBeEnabled: "the Kubernetes Engine API is off in project %s, which requests are billed to, and %s enables it or may: until then the cluster cannot be looked at",
		billedServiceOff:          "the Kubernetes Engine API is off in project %s, which the deployer's requests are billed to",
		boundariesChange:          "it is so now, but the plan changes principal access boundaries or access policies (%s), and what those take away is not judged",
		clusterExists:             "cluster %s exists",
		clusterGone:               "cluster %s is gone already: apply has nothing to destroy",
		clusterInOtherLocation:    "cluster %s does not exist, but %s does: set that location",
		clusterMissing:            "cluster %s does not exist",
		clusterNameFree:           "no cluster is in the way of a new one",
		clusterNameTaken:          "cluster %s is there already (%s), and the plan makes a new one of that name",
		clusterNameTakenSomewhere: "cluster %s is there already, and %s",
		clusterNowhere:            "no location of %s has a cluster %s",
		clusterStopping:           "cluster %s is being deleted",
		clusterUnusable:           "cluster %s has the status ERROR%s: GKE calls that unusable, and whether it accepts changes is not documented. Repair it or replace it first: %s",
		computeFollows:            "the plan turns on the Kubernetes Engine API (%s), which turns on the Compute Engine API as far as is known: turn that on in the plan too",
		conditionReported:         "GKE reports %s of %s: %s",
		constraintOff:             "the organisation policy %s is not in force for project %s",
		constraintOn:              "the organisation policy %s is in force for project %s",
		constraintPlanned:         "the plan itself changes %s (%s), and what that comes to is not judged",
		credentialsRefused:        "could not find out %s: %s; the credentials are not accepted: gcloud auth application-default login",
		detached:                  "the plan takes project %s off the Shared VPC of %s",
		disableOrderUnseen:        "%s (%s), and does not show whether it does that before what needs the API is destroyed",
		gkeOff:                    "the Kubernetes Engine API is off in project %s",
		gkeOffSomewhere:           "Google Cloud says that the Kubernetes Engine API is off, and not in which project: %s",
		gkeStateContradicted:      "Google Cloud says that the Kubernetes Engine API is on in project %s, and that API that it is off: if it was just turned on, try again in a few minutes",
		grantsUnknown:             "whose grants on %s to look for is not known",
		inRule:                    "%s (%s)",
		isTheAccount:              "%s is this account itself",
		keyDisabled:               "%s is not enabled, current state is: %s",
		keyMissing:                "%s does not exist",
		keyPurposeDiffers:         "%s is a key for %s, and one for %s is needed",
		keyRemoved:                "the plan destroys all versions of %s",
		keyStateUnsaid:            "Google Cloud did not say whether %s is enabled",
		keyUsable:                 "%s can be used",
		mayBeProvided:             "the plan may provide %s (%s), but what that is about is not known before apply",
		mayBeRemoved:              "it is so now, but the plan may take it away (%s): what that is about is not known before apply",
		noAnswer:                  "Google Cloud did not answer (%s): check the network, or give it longer with --timeout",
		noCondition:               "GKE reports no condition",
		noOperation:               "no operation is running",
		noRecreation:              "no node pool is waiting to be recreated",
		notAttached:               "project %s is attached to no Shared VPC host project, and its cluster uses the network of %s",
		notFoundOut:               "could not find out %s: %s",
		operationRunning:          "the operation %s (%s, %s) is running on cluster %s: %s",
		orderUnseen:               "the plan provides %s (%s), but whether %s waits for it leads through local values, which a plan does not show: name it in depends_on",
		organizationGrantsUnknown: "whose grants on the organization to look for is not known: name the deployer with --deployer",
		outOfQuota:                "could not find out %s: %s: give it longer with --timeout",
		permissionsHeld:           "%s holds %s on %s",
		permissionsMissing:        "%s lacks %s on %s",
		permissionsPlanned:        "%s is granted %s on %s by the plan before it is needed",
		permissionsRemoved:        "the plan takes %s on %s away from %s (%s)",
		policiesChange:            "the plan changes policies that this rests on (%s), and whom it is about is not known",
		poolExists:                "node pool %s of cluster %s exists",
		poolMissing:               "cluster %s has no node pool %s, which the plan updates: plan again, so that Terraform sees it",
		poolNameFree:              "no node pool is in the way of a new one",
		poolNameTaken:             "node pool %s of cluster %s is there already, and the plan makes a new one of that name",
		programFound:              "%s is on PATH",
		programMissing:            "%s, with which the provider logs in, is not on PATH here",
		programsUnsearchable:      "programs cannot be looked for here",
		projectInvisible:          "project %s does not exist, or the deployer may not see it (%s); resourcemanager.projects.get (roles/browser) would tell",
		projectNewWithoutClusters: "project %s is made by this plan: no cluster is there yet",
		projectPlanned:            "project %s is made by this plan (%s): nothing can be asked about it before apply; apply the project first, then check again",
		projectRemoved:            "the plan destroys project %s, and %s with it",
		propagationTakes:          "IAM takes 2 to 7 minutes until a change is everywhere: put a time_sleep between the two, or apply in two steps",
		provided:                  "the plan provides %s before it is needed",
		quotaProjectDenied:        "could not find out %s: %s; the quota project needs serviceusage.services.use (roles/serviceusage.serviceUsageConsumer)",
		readDenied:                "could not find out %s: %s; %s (%s) would tell, if it exists under that name",
		recreationPending:         "node pool %s of cluster %s must be recreated before anything else: wait for its next maintenance window, or upgrade it to the control plane's version",
		selfUnsure:                "the deployer is this account itself, which may not need the permission",
		serviceDisabledByPlan:     "the plan turns off %s in project %s, which is on now",
		serviceOff:                "the API %s is off in project %s",
		serviceOn:                 "the API %s is on in project %s",
		serviceStateUnsaid:        "Google Cloud did not say whether %s is on in project %s",
		theAccount:                "service account %s",
		theAttachment:             "the attachment of project %s to %s",
		theService:                "%s in project %s",
		tokenAgeUnknown:           "the plan does not say when it was made, and the token that it holds lives for an hour",
		tokenExpired:              "the token that the provider logs in with was read when the plan was made, at %s, and lives for an hour: plan again",
		tokenFresh:                "the plan was made at %s, and the token that it holds lives for an hour: apply it before that",
		unordered:                 "the plan provides %s, but %s does not wait for it: apply fails or not, as it happens (%s)",
		untestable:                "Google Cloud does not let %s be tested on %s",
		verbatim:                  "%s",
	}[c]
}
