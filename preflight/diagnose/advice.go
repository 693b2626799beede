package diagnose

import (
	"cmp"
	"strings"

	"gke-preflight/preflight/shell"
)

// An advice is what follows from an error: its cause, the suspects, and the
// commands and rules for it.
type advice struct {
	cause    string
	suspects []Suspect
	commands []string
	rules    []string
}

// addAdvice sets the cause, suspects, rules and fix of a finding.
func (f *finding) addAdvice() {
	a := adviceFor(f)
	f.Cause, f.Suspects, f.Rules = a.cause, a.suspects, a.rules
	if f.pattern.cause != "" && f.Class == f.pattern.class {
		f.Cause = f.pattern.cause
	}
	if f.pattern.rules != nil && f.Class == f.pattern.class {
		f.Rules = f.pattern.rules
	}
	if f.Principal != nil && (f.Principal.Member != "" || f.Confidence == High) {
		f.Suspects = nil
	}
	if len(a.commands) > 0 {
		f.Fix = &Fix{Commands: a.commands}
	}
}

func adviceFor(f *finding) advice {
	switch f.Class {
	case RetryBudgetExhausted:
		return retryBudgetAdvice(f)
	case CallerPermissionDenied:
		return callerAdvice(f)
	case APIDisabled:
		return apiAdvice(f)
	case ActAsDenied:
		return actAsAdvice(f)
	case ServiceAccountMissing:
		return accountAdvice(f)
	case ServiceAgentMissingRole:
		return agentAdvice(f)
	case SharedVPCPermission:
		return sharedVPCAdvice(f)
	case KMSPermission:
		return keyAdvice(f)
	case NodePoolRequiresRecreation:
		return recreationAdvice(f)
	case IncompatibleOperation:
		return operationAdvice(f)
	}
	return adviceWithoutIAM(f)
}

// adviceWithoutIAM returns the advice for causes that no role fixes.
func adviceWithoutIAM(f *finding) advice {
	switch f.Class {
	case Unauthorized:
		return authenticationAdvice(f)
	case AuthPluginMissing:
		return pluginAdvice()
	case NotFound:
		return notFoundAdvice(f)
	case IAMPropagation:
		return propagationAdvice()
	case Quota:
		return quotaAdvice(f)
	case InvalidArgument:
		return advice{cause: "The request itself is invalid; the message says why. No role helps."}
	case ProviderCredentials:
		return credentialsAdvice()
	}
	return advice{cause: "gke-preflight does not recognize this message. Nothing in it indicates a missing permission."}
}

// retryBudgetAdvice returns the advice for a request that GKE gave up on. The
// message looks as if the caller lacked the permission, and usually it is a
// service agent that does.
func retryBudgetAdvice(f *finding) advice {
	if f.Permission == "" {
		return advice{
			cause:    "GKE retried and gave up; the text does not say what Compute Engine answered. Missing permissions, address ranges, quotas and stock-outs are all reported this way.",
			commands: []string{recentOperationsCommand(f), recentDenialsCommand(f)},
		}
	}
	return advice{
		cause: "Compute Engine repeatedly denied " + f.Permission + " to GKE. The text does not name the account; usually it is the GKE service agent, whose role was removed " +
			"by hand or by an authoritative Terraform resource. In that case, granting the role to the deployer or the node service account does not help.",
		suspects: computeSuspects(f),
		commands: restoreAgentCommands(f, gkeAgent, "roles/container.serviceAgent"),
		rules:    computeRules(f),
	}
}

// computeSuspects returns the accounts as which GKE may have called Compute
// Engine.
func computeSuspects(f *finding) []Suspect {
	agent := Suspect{gkeAgent, "GKE creates cluster resources as this account; roles/container.serviceAgent grants " + cmp.Or(f.Permission, "what it needs")}
	caller := Suspect{deployer, "GKE also reads networks and regions with the caller's permissions, and roles/container.clusterAdmin has no compute permissions"}
	node := Suspect{nodeAccount, "Google's page on this error names the account attached to the nodes; it is seldom the cause"}
	if isNetworkRead(f.Permission) && f.Class == CallerPermissionDenied {
		return []Suspect{caller, agent, node}
	}
	return []Suspect{agent, caller, node}
}

func computeRules(f *finding) []string {
	if isNetworkRead(f.Permission) {
		return []string{"GP401", "GP402", "GP206"}
	}
	return []string{"GP401", "GP402", "GP303"}
}

// restoreAgentCommands returns commands that list the roles of a service agent of
// the project, and grant it the role that it requires.
func restoreAgentCommands(f *finding, kind, role string) []string {
	project, number := f.projectOrPlaceholder(), f.numberOrPlaceholder()
	member := f.agentMember(kind, number)
	var commands []string
	if strings.Contains(member, projectNumber) {
		commands = append(commands, projectNumberCommand(project))
	}
	return append(commands, rolesCommand(project, member), grantCommand(project, member, role))
}

func callerAdvice(f *finding) advice {
	a := advice{
		cause:    "The caller lacks " + describePermission(f) + ".",
		suspects: []Suspect{{deployer, "the request was made with the credentials of Terraform, gcloud or the client"}},
		rules:    callerRules(f),
	}
	switch {
	case f.Permission == "iam.serviceAccounts.getAccessToken":
		return impersonationAdvice(f, a)
	case f.Permission == "serviceusage.services.use":
		return quotaProjectAdvice(f, a)
	case f.Permission == "":
		return unnamedPermissionAdvice(f, a)
	case strings.HasPrefix(f.Permission, "compute.") && gkeMessages.MatchString(f.surroundings()):
		a.cause = "Compute Engine denied " + f.Permission + " to GKE. GKE first uses this permission on behalf of the caller, and later as its service agent; the text does not say which of them lacks it."
		a.suspects = computeSuspects(f)
	case f.callerMember() == anyMember && isFromCluster(f):
		a.suspects = append([]Suspect{{nodeAccount, "the message is from a pod or a node, which use the node service account unless Workload Identity Federation for GKE applies"}}, a.suspects...)
	}
	if strings.Contains(f.surroundings(), "gke_service_account_deleted") {
		a.cause += " Ignore the link about a deleted service account: Google adds it to ordinary denials too."
	}
	if f.canBeMissing() {
		a.cause += " Google returns the same error if the resource does not exist."
	}
	if len(a.suspects) > 1 && a.suspects[1].Kind == gkeAgent {
		a.commands = []string{projectNumberCommand(f.projectOrPlaceholder()), rolesCommand(f.projectOrPlaceholder(), f.agentMember(gkeAgent, projectNumber))}
	}
	a.commands = append(a.commands, grantCallerCommands(f)...)
	return a
}

func describePermission(f *finding) string {
	what := f.Permission
	if what == "" {
		what = "a permission that the text does not name"
	}
	if f.Resource != "" {
		return what + " on " + f.Resource
	}
	if f.Project != "" {
		return what + " in project " + f.Project
	}
	return what
}

// isFromCluster reports whether the text is from inside a cluster.
func isFromCluster(f *finding) bool {
	for _, sign := range []string{"gcp metadata", "ErrImagePull", "ImagePullBackOff", "Failed to pull image", "failed to resolve reference", "kubelet", "CreateVolume"} {
		if strings.Contains(f.surroundings(), sign) {
			return true
		}
	}
	return false
}

// grantCallerCommands returns commands that show the caller, if the text does not
// name it, and grant it a role.
func grantCallerCommands(f *finding) []string {
	var commands []string
	if f.callerMember() == anyMember {
		commands = append(commands, activeAccountCommand())
	}
	role := roleWith(f.Permission)
	if role == "" {
		return append(commands, shell.Command("gcloud", "iam", "list-grantable-roles", "//cloudresourcemanager.googleapis.com/projects/"+f.projectOrPlaceholder()))
	}
	return append(commands, grantCommand(f.projectOrPlaceholder(), f.callerMember(), role))
}

func impersonationAdvice(f *finding, a advice) advice {
	account := orPlaceholder(emailForm, lastPart(f.Resource), "SERVICE_ACCOUNT_EMAIL")
	a.cause = "The caller cannot impersonate the service account: it lacks iam.serviceAccounts.getAccessToken on it. Owner and Editor do not grant that either. A grant that is minutes old may not have propagated yet."
	a.commands = []string{activeAccountCommand(), shell.Command("gcloud", "iam", "service-accounts", "add-iam-policy-binding", shell.Name(account), "--member="+f.callerMember(), "--role=roles/iam.serviceAccountTokenCreator")}
	return a
}

func quotaProjectAdvice(f *finding, a advice) advice {
	a.cause = "The caller cannot bill its requests to project " + cmp.Or(f.Project, projectID) + ": it lacks serviceusage.services.use there. That is the quota project (billing_project, user_project_override, or the quota project of the credentials), which need not be the cluster's project."
	a.commands = []string{activeAccountCommand(), grantCommand(f.projectOrPlaceholder(), f.callerMember(), "roles/serviceusage.serviceUsageConsumer")}
	return a
}

func unnamedPermissionAdvice(f *finding, a advice) advice {
	a.cause = "The request was denied, and the text does not name the missing permission. Google returns the same error for a project that is misspelled or not visible to the caller."
	a.commands = []string{activeAccountCommand(), shell.Command("gcloud", "projects", "describe", shell.Name(f.projectOrPlaceholder())), recentDenialsCommand(f)}
	return a
}

// recentDenialsCommand returns a command that reads the audit log, which names the
// permission and the account that lacked it.
func recentDenialsCommand(f *finding) string {
	return shell.Command("gcloud", "logging", "read", "protoPayload.status.code=7", "--project="+f.projectOrPlaceholder(), "--freshness=1d", "--limit=10",
		"--format=table(protoPayload.authenticationInfo.principalEmail,protoPayload.authorizationInfo.permission,protoPayload.status.message)")
}

func recentOperationsCommand(f *finding) string {
	return shell.Command("gcloud", "container", "operations", "list", "--project="+f.projectOrPlaceholder(), "--sort-by=~START_TIME", "--limit=5")
}

func lastPart(name string) string { return name[strings.LastIndex(name, "/")+1:] }

func callerRules(f *finding) []string {
	api, _, _ := strings.Cut(f.Permission, ".")
	switch {
	case f.Permission == "container.clusters.update":
		return []string{"GP202", "GP201"}
	case strings.HasPrefix(f.Permission, "container.clusters."), strings.HasPrefix(f.Permission, "container.operations."):
		return []string{"GP201"}
	case strings.HasPrefix(f.Permission, "compute.instanceGroup"):
		return []string{"GP204"}
	case api == "compute" && gkeMessages.MatchString(f.surroundings()):
		return []string{"GP206", "GP401", "GP402"}
	case api == "compute":
		return []string{"GP206"}
	case f.Permission == "iam.serviceAccounts.getAccessToken":
		return []string{"GP207"}
	case f.Permission == "serviceusage.services.use":
		return []string{"GP205"}
	case api == "resourcemanager" || api == "iam" || api == "serviceusage":
		return []string{"GP208"}
	}
	return nil
}

// roleWith returns the narrowest common predefined role with a permission; empty
// if none is known.
// https://docs.cloud.google.com/iam/docs/roles-permissions
func roleWith(permission string) string {
	for _, r := range []struct{ prefix, role string }{
		{"container.clusters.get", "roles/container.clusterViewer"},
		{"container.clusters.list", "roles/container.clusterViewer"},
		{"container.clusters.connect", "roles/container.clusterViewer"},
		{"container.clusters.getCredentials", "roles/container.admin"},
		{"container.clusters.", "roles/container.clusterAdmin"},
		{"container.operations.", "roles/container.clusterAdmin"},
		{"container.hostServiceAgent.", "roles/container.hostServiceAgentUser"},
		{"container.clusterRole", "roles/container.admin"},
		{"container.role", "roles/container.admin"},
		{"container.", "roles/container.developer"},
		{"compute.networks.updatePolicy", "roles/compute.securityAdmin"},
		{"compute.firewalls.", "roles/compute.securityAdmin"},
		{"compute.networks.use", "roles/compute.networkUser"},
		{"compute.subnetworks.use", "roles/compute.networkUser"},
		{"compute.networks.create", "roles/compute.networkAdmin"},
		{"compute.subnetworks.create", "roles/compute.networkAdmin"},
		{"compute.routers.", "roles/compute.networkAdmin"},
		{"iam.serviceAccounts.getAccessToken", "roles/iam.serviceAccountTokenCreator"},
		{"iam.serviceAccounts.actAs", "roles/iam.serviceAccountUser"},
		{"iam.serviceAccounts.get", "roles/iam.serviceAccountViewer"},
		{"iam.serviceAccounts.list", "roles/iam.serviceAccountViewer"},
		{"iam.serviceAccounts.", "roles/iam.serviceAccountAdmin"},
		{"iam.serviceAccountKeys.", "roles/iam.serviceAccountKeyAdmin"},
		{"iam.roles.", "roles/iam.roleAdmin"},
		{"resourcemanager.projects.setIamPolicy", "roles/resourcemanager.projectIamAdmin"},
		{"resourcemanager.projects.getIamPolicy", "roles/iam.securityReviewer"},
		{"resourcemanager.projects.get", "roles/browser"},
		{"serviceusage.services.use", "roles/serviceusage.serviceUsageConsumer"},
		{"serviceusage.services.get", "roles/serviceusage.serviceUsageViewer"},
		{"serviceusage.services.list", "roles/serviceusage.serviceUsageViewer"},
		{"serviceusage.services.", "roles/serviceusage.serviceUsageAdmin"},
		{"artifactregistry.repositories.downloadArtifacts", "roles/artifactregistry.reader"},
		{"artifactregistry.repositories.uploadArtifacts", "roles/artifactregistry.writer"},
		{"storage.objects.get", "roles/storage.objectViewer"},
		{"storage.objects.list", "roles/storage.objectViewer"},
		{"logging.logEntries.create", "roles/logging.logWriter"},
		{"monitoring.timeSeries.create", "roles/monitoring.metricWriter"},
	} {
		if permission == r.prefix || strings.HasSuffix(r.prefix, ".") && strings.HasPrefix(permission, r.prefix) || strings.HasPrefix(permission, r.prefix) && strings.HasPrefix(r.prefix, "container.") {
			return r.role
		}
	}
	if strings.HasPrefix(permission, "compute.") && (strings.HasSuffix(permission, ".get") || strings.HasSuffix(permission, ".list")) {
		return "roles/compute.viewer"
	}
	return ""
}

func apiAdvice(f *finding) advice {
	service := orPlaceholder(serviceForm, f.Service, "SERVICE")
	a := advice{
		cause: "The API " + f.Service + " is disabled in project " + cmp.Or(f.Project, projectID) + ". That is the project that the request is billed to: " +
			"the project of the credentials or the quota project, which need not be the cluster's project.",
		commands: []string{
			shell.Command("gcloud", "services", "list", "--enabled", "--project="+f.projectOrPlaceholder(), "--filter=config.name:"+service),
			shell.Command("gcloud", "services", "enable", shell.Name(service), "--project="+f.projectOrPlaceholder()),
		},
		rules: []string{"GP105"},
	}
	if f.Service == "" {
		a.cause = "An API is disabled in the project that the request is billed to; the text does not name the API."
	}
	switch f.Service {
	case "container.googleapis.com":
		a.rules = []string{"GP101", "GP106", "GP503"}
	case "compute.googleapis.com":
		a.rules = []string{"GP102", "GP503"}
	case "cloudkms.googleapis.com":
		a.rules = []string{"GP602"}
	case "logging.googleapis.com":
		a.rules = []string{"GP103"}
	case "monitoring.googleapis.com":
		a.rules = []string{"GP104"}
	}
	return a
}

func actAsAdvice(f *finding) advice {
	account := orPlaceholder(emailForm, f.account, "SERVICE_ACCOUNT_EMAIL")
	a := advice{
		cause: "The caller cannot attach the node service account: it lacks iam.serviceAccounts.actAs on it. " +
			"Google returns the same error if the account does not exist.",
		suspects: []Suspect{{deployer, "creating nodes requires roles/iam.serviceAccountUser on the node service account; roles/container.admin does not include it"}},
		rules:    []string{"GP203", "GP301", "GP304"},
	}
	if kindOf(f.account, nodeAccount) == defaultAccount {
		a.cause += " The account is the Compute Engine default service account, which GKE uses if no other is set, also for the temporary default node pool."
	}
	if f.callerMember() == anyMember {
		a.commands = append(a.commands, activeAccountCommand())
	}
	a.commands = append(a.commands, describeAccountCommand(account),
		shell.Command("gcloud", "iam", "service-accounts", "add-iam-policy-binding", shell.Name(account), "--member="+f.callerMember(), "--role=roles/iam.serviceAccountUser"))
	return a
}

func describeAccountCommand(email string) string {
	return shell.Command("gcloud", "iam", "service-accounts", "describe", shell.Name(email))
}

func accountAdvice(f *finding) advice {
	account := orPlaceholder(emailForm, f.account, "SERVICE_ACCOUNT_EMAIL")
	a := advice{
		cause:    "The service account does not exist or is disabled. A new account may not have propagated yet.",
		suspects: []Suspect{{nodeAccount, "an account in the configuration that is deleted, disabled, misspelled or not created yet"}, {defaultAccount, "GKE uses this account if the configuration sets none"}},
		commands: []string{describeAccountCommand(account), shell.Command("gcloud", "iam", "service-accounts", "enable", shell.Name(account))},
		rules:    []string{"GP301", "GP304"},
	}
	switch kind := kindOf(f.account, nodeAccount); {
	case kind == defaultAccount || f.Principal != nil && f.Principal.Kind == defaultAccount:
		a.cause = "The Compute Engine default service account does not exist or is disabled. GKE uses it if no other is set, also for the temporary default node pool. A deleted account can be restored for 30 days, by its unique ID; setting a dedicated node service account is better."
		a.rules = []string{"GP304", "GP301"}
	case isAgent(kind):
		a.cause = "The service agent does not exist: Google creates it when its API is first enabled or used in the project."
		a.commands = []string{shell.Command("gcloud", "services", "enable", "container.googleapis.com", "--project="+f.projectOrPlaceholder())}
		a.rules = []string{"GP101", "GP401"}
	}
	return a
}

func agentAdvice(f *finding) advice {
	kind := gkeAgent
	if f.Principal != nil {
		kind = f.Principal.Kind
	}
	a := advice{
		cause:    "A service agent is missing its role, or was deleted. The role was removed by hand or by an authoritative Terraform resource (google_project_iam_policy, google_project_iam_binding).",
		suspects: []Suspect{{gkeAgent, "GKE creates cluster resources as this account; it requires roles/container.serviceAgent"}},
		commands: restoreAgentCommands(f, gkeAgent, "roles/container.serviceAgent"),
		rules:    []string{"GP401", "GP402", "GP801"},
	}
	switch kind {
	case googleAPIs:
		a.suspects = []Suspect{{googleAPIs, "it creates the VMs of node pools; it requires roles/editor or roles/compute.instanceGroupManagerServiceAgent"}, {gkeAgent, "it creates the instance groups"}}
		a.commands = restoreAgentCommands(f, googleAPIs, "roles/compute.instanceGroupManagerServiceAgent")
		a.rules = []string{"GP404", "GP801"}
	case computeAgent:
		a.commands = restoreAgentCommands(f, computeAgent, "roles/compute.serviceAgent")
		a.rules = []string{"GP405", "GP801"}
	case gkeNodeAgent:
		a.commands = restoreAgentCommands(f, gkeNodeAgent, "roles/container.defaultNodeServiceAgent")
		a.rules = []string{"GP403", "GP801"}
	default:
		if f.Permission != "" && f.Principal == nil {
			a.suspects = computeSuspects(f)
		}
		if strings.Contains(f.surroundings(), "edit permissions") {
			a.suspects = append(a.suspects, Suspect{googleAPIs, "it requires roles/editor or roles/compute.instanceGroupManagerServiceAgent"}, Suspect{defaultAccount, "it may have been deleted"})
			a.rules = []string{"GP401", "GP404", "GP304", "GP405", "GP801"}
		}
	}
	return a
}

func sharedVPCAdvice(f *finding) advice {
	host := orPlaceholder(projectForm, f.Project, hostProject)
	agent := f.agentMember(gkeAgent, projectNumber)
	a := advice{
		cause: "GKE cannot use resources of the Shared VPC host project " + cmp.Or(f.Project, hostProject) + ". Grant the roles on the host project, to the service agents of the cluster's project.",
		suspects: []Suspect{
			{gkeAgent, "the agent of the cluster's project requires roles/container.hostServiceAgentUser on the host project and roles/compute.networkUser on the subnetwork"},
			{googleAPIs, "the agent of the cluster's project requires roles/compute.networkUser on the subnetwork"},
			{deployer, "GKE also reads the network with the caller's permissions"},
		},
		rules: []string{"GP501", "GP502"},
	}
	a.commands = []string{projectNumberCommand(projectID), rolesCommand(host, agent)}
	if f.Permission == "container.hostServiceAgent.use" || f.Permission == "" {
		a.commands = append(a.commands, grantCommand(host, agent, "roles/container.hostServiceAgentUser"))
		return a
	}
	a.rules = []string{"GP502", "GP501"}
	a.commands = append(a.commands, networkUserCommand(f, host, agent), networkUserCommand(f, host, f.agentMember(googleAPIs, projectNumber)))
	return a
}

// networkUserCommand returns the command that grants the use of a subnetwork or,
// if the text names none, of all of the host project.
func networkUserCommand(f *finding, host, member string) string {
	if m := subnetForm.FindStringSubmatch(f.Resource); m != nil {
		return shell.Command("gcloud", "compute", "networks", "subnets", "add-iam-policy-binding", shell.Name(m[3]), "--region="+m[2], "--project="+m[1], "--member="+member, "--role=roles/compute.networkUser")
	}
	return grantCommand(host, member, "roles/compute.networkUser")
}

func keyAdvice(f *finding) advice {
	m := keyForm.FindStringSubmatch(f.Resource)
	if m == nil {
		m = []string{"", "KEY_PROJECT_ID", "LOCATION", "KEY_RING", "KEY"}
	}
	kinds := []string{computeAgent, gkeAgent}
	switch {
	case f.Principal != nil && isAgent(f.Principal.Kind):
		kinds = []string{f.Principal.Kind}
	case strings.Contains(strings.ToLower(f.surroundings()), "database_encryption"), strings.Contains(strings.ToLower(f.surroundings()), "application-layer"):
		kinds = []string{gkeAgent, computeAgent}
	}
	a := advice{
		cause: "A service agent of the cluster's project cannot use the Cloud KMS key. The Compute Engine service agent encrypts disks, the GKE service agent the cluster's database; the default role of neither includes this.",
		suspects: []Suspect{
			{kinds[0], keyReason(kinds[0])},
		},
		commands: []string{projectNumberCommand(projectID), keyPolicyCommand(m)},
		rules:    []string{"GP601", "GP602"},
	}
	for _, k := range kinds[1:] {
		a.suspects = append(a.suspects, Suspect{k, keyReason(k)})
	}
	for _, k := range kinds {
		a.commands = append(a.commands, shell.Command("gcloud", "kms", "keys", "add-iam-policy-binding", shell.Name(m[4]), "--keyring="+m[3], "--location="+m[2], "--project="+m[1],
			"--member="+f.agentMember(k, projectNumber), "--role=roles/cloudkms.cryptoKeyEncrypterDecrypter"))
	}
	return a
}

func keyReason(kind string) string {
	if kind == gkeAgent {
		return "it encrypts the cluster's database (database_encryption)"
	}
	return "it encrypts the disks of nodes and volumes (boot_disk_kms_key)"
}

func keyPolicyCommand(m []string) string {
	return shell.Command("gcloud", "kms", "keys", "get-iam-policy", shell.Name(m[4]), "--keyring="+m[3], "--location="+m[2], "--project="+m[1])
}

// clusterFlags returns the name of the cluster and the flags for its location and
// project, with placeholders for what the text does not name.
func clusterFlags(f *finding) (name string, flags []string) {
	for _, text := range []string{f.block.text, f.block.cluster} {
		if m := clusterForm.FindStringSubmatch(text); m != nil {
			return m[3], []string{"--location=" + m[2], "--project=" + m[1]}
		}
	}
	return "CLUSTER", []string{"--location=LOCATION", "--project=" + f.projectOrPlaceholder()}
}

func recreationAdvice(f *finding) advice {
	cluster, flags := clusterFlags(f)
	pool := orPlaceholder(poolForm, f.Resource, "NODE_POOL")
	return advice{
		cause: "GKE has marked the nodes of pool " + pool + " for recreation and has not recreated them yet. The request requires that, for example to complete a credential rotation or disable network policy. " +
			"GKE recreates nodes in maintenance windows, which can take weeks; upgrading the pool to the version of the control plane recreates all its nodes now.",
		commands: []string{
			shell.Command(append([]string{"gcloud", "container", "clusters", "describe", shell.Name(cluster), "--format=value(currentMasterVersion,currentNodeVersion,maintenancePolicy)"}, flags...)...),
			shell.Command(append([]string{"gcloud", "container", "clusters", "upgrade", shell.Name(cluster), "--node-pool=" + pool, "--cluster-version=CONTROL_PLANE_VERSION"}, flags...)...),
		},
	}
}

func operationAdvice(f *finding) advice {
	_, flags := clusterFlags(f)
	a := advice{
		cause:    "Another operation is running on the cluster, and GKE runs one at a time. Wait until it is done, then retry. An operation that creates a cluster cannot be canceled.",
		commands: []string{recentOperationsCommand(f)},
	}
	if operationForm.MatchString(f.Resource) {
		a.commands = append(a.commands, shell.Command(append([]string{"gcloud", "container", "operations", "wait", shell.Name(f.Resource)}, flags...)...))
	}
	return a
}

func authenticationAdvice(f *finding) advice {
	cluster, flags := clusterFlags(f)
	return advice{
		cause: "The server cannot authenticate the caller: the token is expired, missing or not accepted. This is not a missing role. " +
			"Tokens of data.google_client_config are valid for an hour; a kubeconfig may not use gke-gcloud-auth-plugin, or may point to another cluster.",
		suspects: []Suspect{{deployer, "its token is expired or was not sent"}},
		commands: []string{
			activeAccountCommand(),
			"gke-gcloud-auth-plugin --version",
			shell.Command(append([]string{"gcloud", "container", "clusters", "get-credentials", shell.Name(cluster)}, flags...)...),
		},
	}
}

func pluginAdvice() advice {
	return advice{
		cause: "The plugin that logs kubectl, helm or Terraform in to GKE is not installed, or not on the PATH of the process. Since Kubernetes 1.26, clients have no built-in login for Google Cloud.",
		commands: []string{
			"gcloud components install gke-gcloud-auth-plugin",
			"gke-gcloud-auth-plugin --version",
			shell.Command("gcloud", "container", "clusters", "get-credentials", "CLUSTER", "--location=LOCATION", "--project="+projectID),
		},
	}
}

func notFoundAdvice(f *finding) advice {
	project := f.projectOrPlaceholder()
	a := advice{
		cause:    "The resource does not exist, or is elsewhere: in another project, in a zone instead of a region or the reverse, under another name, or the caller is logged in to another organization.",
		commands: []string{activeAccountCommand(), shell.Command("gcloud", "container", "clusters", "list", "--project="+project)},
	}
	if f.pattern.name == "consumer-invalid" {
		a.commands = []string{activeAccountCommand(), shell.Command("gcloud", "projects", "describe", shell.Name(project))}
	}
	if strings.Contains(f.Resource, "subnet") || f.pattern.name == "subnetwork-absent" {
		a.commands = []string{shell.Command("gcloud", "compute", "networks", "subnets", "list", "--project="+project)}
	}
	return a
}

func propagationAdvice() advice {
	return advice{
		cause: "A recent change has not propagated yet, and until then Google returns 403 or 404. IAM changes usually take two minutes, sometimes seven or more. Retry; in Terraform, add a time_sleep before the resources that depend on the change.",
		rules: []string{"GP802"},
	}
}

func quotaAdvice(f *finding) advice {
	a := advice{cause: "A quota or rate limit is exceeded. The error can be a 403, but no role helps: request more quota, use less, or use another region."}
	if f.pattern.name != "resource-quota" {
		a.commands = []string{shell.Command("gcloud", "compute", "project-info", "describe", "--project="+f.projectOrPlaceholder(), "--flatten=quotas[]", "--format=table(quotas.metric,quotas.usage,quotas.limit)")}
	}
	return a
}

func credentialsAdvice() advice {
	return advice{
		cause: "No credentials were found that Google accepts; no permission was checked yet.",
		commands: []string{
			activeAccountCommand(),
			"gcloud auth application-default login",
			shell.Command("gcloud", "auth", "application-default", "print-access-token", "--quiet", "--format=none"),
		},
	}
}
