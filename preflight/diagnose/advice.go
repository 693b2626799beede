package diagnose

import (
	"strings"

	"gke-preflight/preflight/shell"
)

// advice is what to make of an error.
type advice struct {
	cause    string
	suspects []Suspect
	commands []string
	rules    []string
}

// advise says what a finding means and what to run.
func (f *finding) advise() {
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
		return retried(f)
	case CallerPermissionDenied:
		return callerDenied(f)
	case APIDisabled:
		return apiDisabled(f)
	case ActAsDenied:
		return actAsDenied(f)
	case ServiceAccountMissing:
		return accountMissing(f)
	case ServiceAgentMissingRole:
		return agentWithoutRole(f)
	case SharedVPCPermission:
		return sharedVPC(f)
	case KMSPermission:
		return keyDenied(f)
	case NodePoolRequiresRecreation:
		return requiresRecreation(f)
	case IncompatibleOperation:
		return operationRunning(f)
	}
	return adviceWithoutIAM(f)
}

// adviceWithoutIAM is for the causes that no role mends.
func adviceWithoutIAM(f *finding) advice {
	switch f.Class {
	case Unauthorized:
		return unauthorized(f)
	case AuthPluginMissing:
		return pluginMissing()
	case NotFound:
		return notFound(f)
	case IAMPropagation:
		return propagation(f)
	case Quota:
		return quota(f)
	case InvalidArgument:
		return advice{cause: "The request itself is at fault; the message says where. No role helps."}
	case ProviderCredentials:
		return credentials(f)
	}
	return advice{cause: "gke-preflight does not know this message. Nothing in it speaks of a missing permission."}
}

// retried: GKE gave up. The words are those of a caller's error, and mostly it
// is not the caller.
func retried(f *finding) advice {
	if f.Permission == "" {
		return advice{
			cause:    "GKE tried several times and gave up; the text does not say what Compute Engine answered. Permissions, address ranges, quotas and stock-outs are all told this way.",
			commands: []string{recentOperations(f), recentRefusals(f)},
		}
	}
	return advice{
		cause: "Compute Engine refused " + f.Permission + " to GKE, again and again. The text does not say to whom; mostly it is the GKE service agent, whose role " +
			"somebody or an authoritative Terraform resource took away. Giving the role to the caller or to the nodes' account does not help then.",
		suspects: computeSuspects(f),
		commands: f.restoreAgent(gkeAgent, "roles/container.serviceAgent"),
		rules:    f.computeRules(),
	}
}

// computeSuspects are those whom GKE may have asked Compute Engine as.
func computeSuspects(f *finding) []Suspect {
	agent := Suspect{gkeAgent, "GKE makes what a cluster consists of as this account; roles/container.serviceAgent has " + orIt(f.Permission)}
	caller := Suspect{deployer, "GKE looks at networks and regions with the caller's rights too, and roles/container.clusterAdmin has no compute permissions"}
	node := Suspect{nodeAccount, "Google's page on this error names the account attached to the nodes; it is seldom this one"}
	if isReadOfNetwork(f.Permission) && f.Class == CallerPermissionDenied {
		return []Suspect{caller, agent, node}
	}
	return []Suspect{agent, caller, node}
}

func orIt(permission string) string {
	if permission == "" {
		return "what it needs"
	}
	return permission
}

func (f *finding) computeRules() []string {
	if isReadOfNetwork(f.Permission) {
		return []string{"GP401", "GP402", "GP206"}
	}
	return []string{"GP401", "GP402", "GP303"}
}

// restoreAgent looks which roles an agent of the project has, and gives it
// back the one that it should have.
func (f *finding) restoreAgent(kind, role string) []string {
	project, number := f.inProject(), f.number()
	member := f.agent(kind, number)
	var commands []string
	if strings.Contains(member, projectNumber) {
		commands = append(commands, numberOf(project))
	}
	return append(commands, rolesOf(project, member), grant(project, member, role))
}

func callerDenied(f *finding) advice {
	a := advice{
		cause:    "Whoever made this request lacks " + f.whatAndWhere() + ".",
		suspects: []Suspect{{deployer, "the request was made as whoever Terraform, gcloud or the client is logged in as"}},
		rules:    f.callerRules(),
	}
	switch {
	case f.Permission == "iam.serviceAccounts.getAccessToken":
		return f.impersonation(a)
	case f.Permission == "serviceusage.services.use":
		return f.quotaProject(a)
	case f.Permission == "":
		return f.unnamedPermission(a)
	case strings.HasPrefix(f.Permission, "compute.") && byGKE.MatchString(f.around()):
		a.cause = "Compute Engine refused " + f.Permission + " when GKE asked. GKE asks for this at once with the rights of the caller, and later with those of its service agent; the text does not say which of them it was."
		a.suspects = computeSuspects(f)
	case f.caller() == anyMember && f.inPods():
		a.suspects = append([]Suspect{{nodeAccount, "this was said in a pod or on a node, which are logged in as the node's account unless Workload Identity says otherwise"}}, a.suspects...)
	}
	if strings.Contains(f.around(), "gke_service_account_deleted") {
		a.cause += " The link about a deleted service account says nothing: Google appends it to plain refusals too."
	}
	if f.mayNotExist() {
		a.cause += " Google answers the same for what does not exist."
	}
	if len(a.suspects) > 1 && a.suspects[1].Kind == gkeAgent {
		a.commands = []string{numberOf(f.inProject()), rolesOf(f.inProject(), f.agent(gkeAgent, projectNumber))}
	}
	a.commands = append(a.commands, f.grantCaller()...)
	return a
}

func (f *finding) whatAndWhere() string {
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

// inPods reports whether the text is from inside a cluster.
func (f *finding) inPods() bool {
	for _, sign := range []string{"gcp metadata", "ErrImagePull", "ImagePullBackOff", "Failed to pull image", "failed to resolve reference", "kubelet", "CreateVolume"} {
		if strings.Contains(f.around(), sign) {
			return true
		}
	}
	return false
}

// grantCaller finds out who the caller is, and gives it a role.
func (f *finding) grantCaller() []string {
	var commands []string
	if f.caller() == anyMember {
		commands = append(commands, whoAmI())
	}
	role := roleWith(f.Permission)
	if role == "" {
		return append(commands, shell.Command("gcloud", "iam", "list-grantable-roles", "//cloudresourcemanager.googleapis.com/projects/"+f.inProject()))
	}
	return append(commands, grant(f.inProject(), f.caller(), role))
}

func (f *finding) impersonation(a advice) advice {
	account := fit(emailForm, lastPart(f.Resource), "SERVICE_ACCOUNT_EMAIL")
	a.cause = "The credentials at hand may not impersonate the service account: they lack iam.serviceAccounts.getAccessToken on it. Owner and Editor do not have that either. A grant that is minutes old may not be known everywhere yet."
	a.commands = []string{whoAmI(), shell.Command("gcloud", "iam", "service-accounts", "add-iam-policy-binding", shell.Name(account), "--member="+f.caller(), "--role=roles/iam.serviceAccountTokenCreator")}
	return a
}

func (f *finding) quotaProject(a advice) advice {
	a.cause = "The caller may not have its requests counted for project " + orPlaceholder(f.Project) + ": it lacks serviceusage.services.use there. That is the quota project (billing_project, user_project_override, or the quota project of the credentials), which need not be the cluster's."
	a.commands = []string{whoAmI(), grant(f.inProject(), f.caller(), "roles/serviceusage.serviceUsageConsumer")}
	return a
}

func orPlaceholder(project string) string {
	if project == "" {
		return projectID
	}
	return project
}

func (f *finding) unnamedPermission(a advice) advice {
	a.cause = "The request was refused and the text does not say for lack of what. A project that is misspelt, or that the caller may not see, is answered the same way."
	a.commands = []string{whoAmI(), shell.Command("gcloud", "projects", "describe", shell.Name(f.inProject())), recentRefusals(f)}
	return a
}

// recentRefusals asks the audit log, which names the permission and who lacked
// it.
func recentRefusals(f *finding) string {
	return shell.Command("gcloud", "logging", "read", "protoPayload.status.code=7", "--project="+f.inProject(), "--freshness=1d", "--limit=10",
		"--format=table(protoPayload.authenticationInfo.principalEmail,protoPayload.authorizationInfo.permission,protoPayload.status.message)")
}

func recentOperations(f *finding) string {
	return shell.Command("gcloud", "container", "operations", "list", "--project="+f.inProject(), "--sort-by=~START_TIME", "--limit=5")
}

func lastPart(name string) string { return name[strings.LastIndex(name, "/")+1:] }

func (f *finding) callerRules() []string {
	api, _, _ := strings.Cut(f.Permission, ".")
	switch {
	case f.Permission == "container.clusters.update":
		return []string{"GP202", "GP201"}
	case strings.HasPrefix(f.Permission, "container.clusters."), strings.HasPrefix(f.Permission, "container.operations."):
		return []string{"GP201"}
	case strings.HasPrefix(f.Permission, "compute.instanceGroup"):
		return []string{"GP204"}
	case api == "compute" && byGKE.MatchString(f.around()):
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

// roleWith is a predefined role with a permission, the narrowest that is
// common; empty where none is known.
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

func apiDisabled(f *finding) advice {
	service := fit(serviceForm, f.Service, "SERVICE")
	a := advice{
		cause: "The API " + orIt(f.Service) + " is off in project " + orPlaceholder(f.Project) + ". The project named is the one that the request is counted for: " +
			"that of the credentials or the quota project, which need not be the cluster's.",
		commands: []string{
			shell.Command("gcloud", "services", "list", "--enabled", "--project="+f.inProject(), "--filter=config.name:"+service),
			shell.Command("gcloud", "services", "enable", shell.Name(service), "--project="+f.inProject()),
		},
		rules: []string{"GP105"},
	}
	if f.Service == "" {
		a.cause = "An API is off in the project that the request is counted for; the text does not say which."
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

func actAsDenied(f *finding) advice {
	account := fit(emailForm, f.account, "SERVICE_ACCOUNT_EMAIL")
	a := advice{
		cause: "The caller may not attach the service account that nodes are to run as: it lacks iam.serviceAccounts.actAs on it. " +
			"An account that does not exist is answered the same way.",
		suspects: []Suspect{{deployer, "whoever creates nodes needs roles/iam.serviceAccountUser on their account; roles/container.admin does not have it"}},
		rules:    []string{"GP203", "GP301", "GP304"},
	}
	if kindOf(f.account, nodeAccount) == defaultAccount {
		a.cause += " The account is the Compute Engine default one, which is taken where no other is named, also for a default pool that is removed at once."
	}
	if f.caller() == anyMember {
		a.commands = append(a.commands, whoAmI())
	}
	a.commands = append(a.commands, describeAccount(account),
		shell.Command("gcloud", "iam", "service-accounts", "add-iam-policy-binding", shell.Name(account), "--member="+f.caller(), "--role=roles/iam.serviceAccountUser"))
	return a
}

func describeAccount(email string) string {
	return shell.Command("gcloud", "iam", "service-accounts", "describe", shell.Name(email))
}

func accountMissing(f *finding) advice {
	account := fit(emailForm, f.account, "SERVICE_ACCOUNT_EMAIL")
	a := advice{
		cause:    "The service account does not exist, or is disabled. One that was just made may not be known everywhere yet.",
		suspects: []Suspect{{nodeAccount, "an account in the configuration that was deleted, disabled, misspelt or not made yet"}, {defaultAccount, "where the configuration names none, GKE takes this one"}},
		commands: []string{describeAccount(account), shell.Command("gcloud", "iam", "service-accounts", "enable", shell.Name(account))},
		rules:    []string{"GP301", "GP304"},
	}
	switch kind := kindOf(f.account, nodeAccount); {
	case kind == defaultAccount || f.Principal != nil && f.Principal.Kind == defaultAccount:
		a.cause = "The Compute Engine default service account does not exist, or is disabled. GKE takes it where no other is named, also for a default pool that is removed at once. A deleted one can be brought back for 30 days, by its unique ID; naming an account of one's own is better."
		a.rules = []string{"GP304", "GP301"}
	case isAgent(kind):
		a.cause = "The service agent does not exist: Google makes it when its API is first used or enabled in the project."
		a.commands = []string{shell.Command("gcloud", "services", "enable", "container.googleapis.com", "--project="+f.inProject())}
		a.rules = []string{"GP101", "GP401"}
	}
	return a
}

func agentWithoutRole(f *finding) advice {
	kind := gkeAgent
	if f.Principal != nil {
		kind = f.Principal.Kind
	}
	a := advice{
		cause:    "An account that Google manages lost the role that it works with, or was deleted: somebody took it away, or an authoritative Terraform resource (google_project_iam_policy, google_project_iam_binding) did.",
		suspects: []Suspect{{gkeAgent, "GKE makes what a cluster consists of as this account; it should have roles/container.serviceAgent"}},
		commands: f.restoreAgent(gkeAgent, "roles/container.serviceAgent"),
		rules:    []string{"GP401", "GP402", "GP801"},
	}
	switch kind {
	case googleAPIs:
		a.suspects = []Suspect{{googleAPIs, "it makes the VMs of node pools; it should have roles/editor or roles/compute.instanceGroupManagerServiceAgent"}, {gkeAgent, "it makes the instance groups"}}
		a.commands = f.restoreAgent(googleAPIs, "roles/compute.instanceGroupManagerServiceAgent")
		a.rules = []string{"GP404", "GP801"}
	case computeAgent:
		a.commands = f.restoreAgent(computeAgent, "roles/compute.serviceAgent")
		a.rules = []string{"GP405", "GP801"}
	case gkeNodeAgent:
		a.commands = f.restoreAgent(gkeNodeAgent, "roles/container.defaultNodeServiceAgent")
		a.rules = []string{"GP403", "GP801"}
	default:
		if f.Permission != "" && f.Principal == nil {
			a.suspects = computeSuspects(f)
		}
		if strings.Contains(f.around(), "edit permissions") {
			a.suspects = append(a.suspects, Suspect{googleAPIs, "it should have roles/editor or roles/compute.instanceGroupManagerServiceAgent"}, Suspect{defaultAccount, "somebody may have deleted it"})
			a.rules = []string{"GP401", "GP404", "GP304", "GP405", "GP801"}
		}
	}
	return a
}

func sharedVPC(f *finding) advice {
	host := fit(projectForm, f.Project, hostProject)
	agent := f.agent(gkeAgent, projectNumber)
	a := advice{
		cause: "GKE may not use what is in the host project " + orHost(f.Project) + " of the Shared VPC. Grants go to the agents of the cluster's own project, on the host project.",
		suspects: []Suspect{
			{gkeAgent, "that of the cluster's project needs roles/container.hostServiceAgentUser on the host project and roles/compute.networkUser on the subnetwork"},
			{googleAPIs, "that of the cluster's project needs roles/compute.networkUser on the subnetwork"},
			{deployer, "GKE looks at the network with the caller's rights too"},
		},
		rules: []string{"GP501", "GP502"},
	}
	a.commands = []string{numberOf(projectID), rolesOf(host, agent)}
	if f.Permission == "container.hostServiceAgent.use" || f.Permission == "" {
		a.commands = append(a.commands, grant(host, agent, "roles/container.hostServiceAgentUser"))
		return a
	}
	a.rules = []string{"GP502", "GP501"}
	a.commands = append(a.commands, networkUser(f, host, agent), networkUser(f, host, f.agent(googleAPIs, projectNumber)))
	return a
}

func orHost(project string) string {
	if project == "" {
		return hostProject
	}
	return project
}

// networkUser grants the use of a subnetwork, or, where the text names none,
// of the host project's.
func networkUser(f *finding, host, member string) string {
	if m := subnetForm.FindStringSubmatch(f.Resource); m != nil {
		return shell.Command("gcloud", "compute", "networks", "subnets", "add-iam-policy-binding", shell.Name(m[3]), "--region="+m[2], "--project="+m[1], "--member="+member, "--role=roles/compute.networkUser")
	}
	return grant(host, member, "roles/compute.networkUser")
}

func keyDenied(f *finding) advice {
	m := keyForm.FindStringSubmatch(f.Resource)
	if m == nil {
		m = []string{"", "KEY_PROJECT_ID", "LOCATION", "KEY_RING", "KEY"}
	}
	kinds := []string{computeAgent, gkeAgent}
	switch {
	case f.Principal != nil && isAgent(f.Principal.Kind):
		kinds = []string{f.Principal.Kind}
	case strings.Contains(strings.ToLower(f.around()), "database_encryption"), strings.Contains(strings.ToLower(f.around()), "application-layer"):
		kinds = []string{gkeAgent, computeAgent}
	}
	a := advice{
		cause: "A service agent of the cluster's project may not use the Cloud KMS key. The Compute Engine agent encrypts disks, the GKE agent the cluster's database; neither has this from its usual role.",
		suspects: []Suspect{
			{kinds[0], keyReason(kinds[0])},
		},
		commands: []string{numberOf(projectID), keyPolicy(m)},
		rules:    []string{"GP601", "GP602"},
	}
	for _, k := range kinds[1:] {
		a.suspects = append(a.suspects, Suspect{k, keyReason(k)})
	}
	for _, k := range kinds {
		a.commands = append(a.commands, shell.Command("gcloud", "kms", "keys", "add-iam-policy-binding", shell.Name(m[4]), "--keyring="+m[3], "--location="+m[2], "--project="+m[1],
			"--member="+f.agent(k, projectNumber), "--role=roles/cloudkms.cryptoKeyEncrypterDecrypter"))
	}
	return a
}

func keyReason(kind string) string {
	if kind == gkeAgent {
		return "it encrypts the cluster's database (database_encryption)"
	}
	return "it encrypts the disks of nodes and volumes (boot_disk_kms_key)"
}

func keyPolicy(m []string) string {
	return shell.Command("gcloud", "kms", "keys", "get-iam-policy", shell.Name(m[4]), "--keyring="+m[3], "--location="+m[2], "--project="+m[1])
}

// clusterFlags are the flags that name a cluster, as far as the text tells.
func (f *finding) clusterFlags() (name string, flags []string) {
	for _, text := range []string{f.block.text, f.block.cluster} {
		if m := clusterForm.FindStringSubmatch(text); m != nil {
			return m[3], []string{"--location=" + m[2], "--project=" + m[1]}
		}
	}
	return "CLUSTER", []string{"--location=LOCATION", "--project=" + f.inProject()}
}

func requiresRecreation(f *finding) advice {
	cluster, flags := f.clusterFlags()
	pool := fit(poolForm, f.Resource, "NODE_POOL")
	return advice{
		cause: "GKE has marked the nodes of pool " + orIt(f.Resource) + " for recreation and has not recreated them yet, and what was asked for needs that done, such as the end of a credential rotation or taking network policy away. " +
			"It does so in maintenance windows, which can take weeks; upgrading the pool to the control plane's own version does it now. That recreates every node of the pool.",
		commands: []string{
			shell.Command(append([]string{"gcloud", "container", "clusters", "describe", shell.Name(cluster), "--format=value(currentMasterVersion,currentNodeVersion,maintenancePolicy)"}, flags...)...),
			shell.Command(append([]string{"gcloud", "container", "clusters", "upgrade", shell.Name(cluster), "--node-pool=" + pool, "--cluster-version=CONTROL_PLANE_VERSION"}, flags...)...),
		},
	}
}

func operationRunning(f *finding) advice {
	_, flags := f.clusterFlags()
	a := advice{
		cause:    "Another operation is running on the cluster; GKE does one at a time. Wait for its end, then repeat. An operation that creates a cluster cannot be cancelled.",
		commands: []string{recentOperations(f)},
	}
	if operationForm.MatchString(f.Resource) {
		a.commands = append(a.commands, shell.Command(append([]string{"gcloud", "container", "operations", "wait", shell.Name(f.Resource)}, flags...)...))
	}
	return a
}

func unauthorized(f *finding) advice {
	cluster, flags := f.clusterFlags()
	return advice{
		cause: "The server does not know the caller at all: the token is expired, missing, or not one that it accepts. This is not a missing role. " +
			"Tokens of data.google_client_config live an hour; a kubeconfig may lack the gke-gcloud-auth-plugin, or point to another cluster.",
		suspects: []Suspect{{deployer, "its token is expired or was not sent"}},
		commands: []string{
			whoAmI(),
			"gke-gcloud-auth-plugin --version",
			shell.Command(append([]string{"gcloud", "container", "clusters", "get-credentials", shell.Name(cluster)}, flags...)...),
		},
	}
}

func pluginMissing() advice {
	return advice{
		cause: "The program that logs kubectl, helm or Terraform in to GKE is not installed, or not on the PATH of the process. Since Kubernetes 1.26 clients have no login of their own for Google Cloud.",
		commands: []string{
			"gcloud components install gke-gcloud-auth-plugin",
			"gke-gcloud-auth-plugin --version",
			shell.Command("gcloud", "container", "clusters", "get-credentials", "CLUSTER", "--location=LOCATION", "--project="+projectID),
		},
	}
}

func notFound(f *finding) advice {
	project := f.inProject()
	a := advice{
		cause:    "It is not there, or is elsewhere: another project, a region given for a zone or the other way round, another name, or an account that looks into another organization.",
		commands: []string{whoAmI(), shell.Command("gcloud", "container", "clusters", "list", "--project="+project)},
	}
	if f.pattern.name == "consumer-invalid" {
		a.commands = []string{whoAmI(), shell.Command("gcloud", "projects", "describe", shell.Name(project))}
	}
	if strings.Contains(f.Resource, "subnet") || f.pattern.name == "subnetwork-absent" {
		a.commands = []string{shell.Command("gcloud", "compute", "networks", "subnets", "list", "--project="+project)}
	}
	return a
}

func propagation(f *finding) advice {
	return advice{
		cause: "What was made a moment ago is not known everywhere yet: Google answers 403 for it, or 404. IAM changes mostly take two minutes, at times seven or more. Repeat; in Terraform let what needs it wait (time_sleep).",
		rules: []string{"GP802"},
	}
}

func quota(f *finding) advice {
	a := advice{cause: "A quota is used up, or a rate limit was hit. It answers 403 at times, and no role helps: ask for more, use less, or take another region."}
	if f.pattern.name != "resource-quota" {
		a.commands = []string{shell.Command("gcloud", "compute", "project-info", "describe", "--project="+f.inProject(), "--flatten=quotas[]", "--format=table(quotas.metric,quotas.usage,quotas.limit)")}
	}
	return a
}

func credentials(*finding) advice {
	return advice{
		cause: "There are no credentials that Google accepts, or they were not found; nobody was asked for permissions yet.",
		commands: []string{
			whoAmI(),
			"gcloud auth application-default login",
			shell.Command("gcloud", "auth", "application-default", "print-access-token", "--quiet", "--format=none"),
		},
	}
}
