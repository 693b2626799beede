package diagnose

import (
	"regexp"
	"strings"
)

const actAs = "iam.serviceAccounts.actAs"

// classifyActAs handles a caller that cannot attach a service account. The API's
// message names the account, and seldom the permission.
func classifyActAs(f *finding) {
	f.Permission, f.Resource = actAs, f.account
	if f.user == "" || isAgent(kindOf(f.user, deployer)) {
		f.Confidence = Medium // or the account does not exist
	}
}

func classifyImpersonation(f *finding) {
	f.Permission = "iam.serviceAccounts.getAccessToken"
	if f.account != "" && f.Resource == "" {
		f.Resource = f.account
	}
}

// classifyAccount handles a service account that does not exist. Its name shows
// what kind of account it is.
func classifyAccount(f *finding) {
	if !strings.Contains(f.account, "@") {
		f.account = ""
	}
	f.Resource = f.account
	if f.account == "" {
		f.Confidence = Medium
		return
	}
	f.Principal = &Principal{Kind: kindOf(f.account, nodeAccount), Member: memberOf(f.account)}
}

func classifyDefaultAccount(f *finding) {
	f.Principal = &Principal{Kind: defaultAccount}
}

func classifyPropagation(f *finding) {
	if f.Permission == "" {
		f.Confidence = Medium
	}
}

// classifyRBAC handles a denial by Kubernetes RBAC, which names callers by their
// email as well.
func classifyRBAC(f *finding) {
	f.Principal = nil
	if f.user == "" || strings.HasPrefix(f.user, "system:") {
		return
	}
	f.Principal = &Principal{Kind: kindOf(f.user, deployer), Member: memberOf(f.user)}
}

// classifyAPI handles a disabled API. A message without its name and project may
// mean something else.
func classifyAPI(f *finding) {
	if f.Project == "" && f.Service == "" {
		f.Confidence = Medium
	}
}

// classifyQuotaProject handles a denial on the project that the request is billed
// to, which need not be the cluster's.
func classifyQuotaProject(f *finding) {
	f.Permission = "serviceusage.services.use"
	f.Service = "serviceusage.googleapis.com"
}

// classifyAgent handles a message that names a service agent as the one that lacks
// a permission.
func classifyAgent(f *finding) {
	f.Principal = &Principal{Kind: gkeAgent}
	text := f.block.text[f.start:f.end]
	switch {
	case f.user != "" && isAgent(kindOf(f.user, deployer)):
		f.Principal = &Principal{Kind: kindOf(f.user, gkeAgent), Member: memberOf(f.user)}
	case strings.Contains(text, "Google API"):
		f.Principal.Kind = googleAPIs
	case strings.HasPrefix(text, "Compute Engine"):
		f.Principal.Kind = computeAgent
	}
	f.refineByPermission()
	if f.Class == CallerPermissionDenied || f.Class == RetryBudgetExhausted {
		f.Class = ServiceAgentMissingRole
	}
	if f.Permission == "" && strings.Contains(f.surroundings(), "KMS key") {
		f.Class = KMSPermission
	}
}

// classifyEditPermissions handles missing edit permissions. GKE seldom names the
// account that lacks them.
func classifyEditPermissions(f *finding) {
	if kind := kindOf(f.account, ""); f.account != "" {
		f.Principal = &Principal{Kind: kind, Member: memberOf(f.account)}
	}
}

// classifyKey handles a Cloud KMS key that Compute Engine cannot use, or that is
// not usable.
func classifyKey(f *finding) {
	if f.Permission == "" && !strings.Contains(f.block.text[f.end:min(len(f.block.text), f.end+200)], "ermission") {
		f.Class, f.Confidence = Other, Medium
		return
	}
	if f.Permission == "" {
		f.Permission = "cloudkms.cryptoKeyVersions.useToEncrypt"
	}
	f.Principal = f.agentOr(computeAgent)
}

// agentOr returns the service agent that the text names, else one of a kind.
func (f *finding) agentOr(kind string) *Principal {
	if f.Principal != nil && isAgent(f.Principal.Kind) {
		return f.Principal
	}
	return &Principal{Kind: kind}
}

// classifyPermission handles a missing permission. Who lacks it follows from the
// permission and from the text around the message.
func classifyPermission(f *finding) {
	if strings.HasSuffix(f.Permission, ".googleapis.com") || strings.HasPrefix(f.Permission, "www.") {
		f.Permission = ""
	}
	f.refineByPermission()
	if f.canBeMissing() {
		f.Confidence = Medium
	}
}

// canBeMissing reports whether the message says that the resource may not exist.
func (f *finding) canBeMissing() bool {
	return strings.Contains(f.block.text[f.start:min(len(f.block.text), f.end+40)], "it may not exist")
}

var (
	gkeMessages           = regexp.MustCompile(`(?i)Google Compute Engine: |Retry budget exhausted`)
	instanceGroupMessages = regexp.MustCompile(`(?i)instances running in IGM|creation failed: |PERMISSIONS_ERROR`)
	immediateDenials      = regexp.MustCompile(`(?i)(?:googleapi: Error 403|code=403, message=|code": ?403)[^A-Za-z]{1,40}Google Compute Engine: `)
	hostProjectNames      = regexp.MustCompile(`(?i)(?:^|[-_<{])(?:host|xpn|shared-?vpc|svpc|vpc-?host|hub|network(?:ing)?)(?:[-_>}\d]|$)|hostproject`)
	keyPermissions        = regexp.MustCompile(`(?i)^cloudkms\.(?:cryptoKeyVersions\.(?:use|viewPublicKey)|cryptoKeys\.(?:encrypt|decrypt|use))`)
)

// refineByPermission sets the class by the missing permission.
func (f *finding) refineByPermission() {
	p := strings.ToLower(f.Permission)
	switch {
	case p == "container.hostserviceagent.use":
		f.Class = SharedVPCPermission
		f.Principal = f.agentOr(gkeAgent)
	case p == strings.ToLower(actAs):
		f.Class, f.Permission = ActAsDenied, actAs
	case p == "serviceusage.services.use":
		f.Service = "serviceusage.googleapis.com"
	case keyPermissions.MatchString(f.Permission):
		f.Class = KMSPermission
	case strings.HasPrefix(p, "compute."):
		refineByComputePermission(f)
	case f.Principal != nil && isAgent(f.Principal.Kind):
		f.Class = ServiceAgentMissingRole
	}
}

// refineByComputePermission sets the class for a permission of Compute Engine. GKE
// calls Compute Engine as its service agent and also on behalf of the caller.
func refineByComputePermission(f *finding) {
	text := f.surroundings()
	gke := gkeMessages.MatchString(text)
	switch {
	case f.isInOtherProject() && isNetworkPermission(f.Permission):
		f.Class, f.Confidence = SharedVPCPermission, Medium
	case instanceGroupMessages.MatchString(text):
		f.Class, f.Confidence = ServiceAgentMissingRole, Medium
		f.Principal = f.agentOr(googleAPIs)
	case f.Wrapper != "":
		f.Class, f.Confidence = RetryBudgetExhausted, Medium
	case gke && immediateDenials.MatchString(text) && isNetworkRead(f.Permission):
		f.Class, f.Confidence = CallerPermissionDenied, Medium
	case gke || f.Principal != nil && isAgent(f.Principal.Kind):
		f.Class, f.Confidence = ServiceAgentMissingRole, Medium
	}
}

func isNetworkPermission(permission string) bool {
	return strings.HasPrefix(permission, "compute.networks.") || strings.HasPrefix(permission, "compute.subnetworks.") ||
		strings.HasPrefix(permission, "compute.firewalls.")
}

func isNetworkRead(permission string) bool {
	switch permission {
	case "compute.networks.get", "compute.subnetworks.get", "compute.subnetworks.list", "compute.networks.list", "compute.subnetworks.use", "compute.networks.use":
		return true
	}
	return false
}

// isInOtherProject reports whether the resource is in another project than the
// cluster, as it is with a Shared VPC. If the text does not name the cluster, the
// name of the project decides.
func (f *finding) isInOtherProject() bool {
	project := firstGroup(projectPaths, f.Resource)
	if project == "" {
		return false
	}
	if cluster := firstGroup(clusterPaths, f.block.text); cluster != "" && cluster != "-" {
		return cluster != project
	}
	return hostProjectNames.MatchString(project)
}

var (
	denials        = regexp.MustCompile(`(?i)\bcode["']?\s*:\s*7\b|PERMISSION_DENIED|permission denied|granted["']?\s*:\s*["']?false|Required ["']|code["']?\s*:\s*403`)
	auditResources = regexp.MustCompile(`(?i)resource["']?\s*:\s*["']?([^\s"',{}]+/[^\s"',{}]+)`)
)

// classifyAudit handles an entry of an audit log: which permission was requested,
// on what, and whether it was granted.
func classifyAudit(f *finding) {
	text := f.block.text[f.start:]
	if !denials.MatchString(text) {
		f.Class = none
		return
	}
	f.Confidence = Medium
	info := strings.Index(text, "authorizationInfo")
	if info < 0 {
		return
	}
	permission, resource := firstDenied(text[info:])
	if permission == "" {
		return
	}
	f.Confidence = High
	f.Permission, f.Resource = permission, trimResource(resource)
	f.refineByPermission()
}

// firstDenied returns the first permission of an authorizationInfo that was not
// granted, and its resource.
func firstDenied(info string) (permission, resource string) {
	for _, entry := range strings.Split(info, "}") {
		if len(entry) > maxLine || strings.Contains(entry, "methodName") && permission != "" {
			return permission, resource
		}
		name := firstGroup(permissionFields, entry)
		if name == "" || grantedEntries.MatchString(entry) {
			continue
		}
		return name, firstGroup(auditResources, entry)
	}
	return permission, resource
}

var grantedEntries = regexp.MustCompile(`(?i)granted["']?\s*:\s*["']?true`)

// classifyGcloudUser handles a denial by gcloud, which names the caller and the kind
// of resource.
func classifyGcloudUser(f *finding) {
	f.Confidence = Medium
	name, verb, _ := strings.Cut(f.Resource, ":")
	switch {
	case strings.HasSuffix(verb, "IamPolicy"):
		f.Permission = "resourcemanager.projects." + verb
	case strings.Contains(f.surroundings(), "Permission denied to enable service"):
		f.Permission = "serviceusage.services.enable"
	default:
		f.Permission = firstGroup(permissionFields, f.surroundings())
	}
	if !strings.Contains(name, "/") {
		f.Project, f.Resource = name, ""
	}
}

// classifyUnnamed handles a denial that does not name the permission.
func classifyUnnamed(f *finding) {
	if f.Permission == "" {
		f.Permission = firstGroup(permissionFields, f.surroundings())
	}
	if f.Permission == "" {
		inferPermission(f)
	}
	if f.Permission != "" {
		f.Confidence = Medium
		f.refineByPermission()
	}
	if f.Wrapper != "" && f.Class == CallerPermissionDenied {
		f.Class = RetryBudgetExhausted
	}
}

// classifyToken handles a token that is not valid, or is missing.
func classifyToken(f *finding) {
	if strings.Contains(f.surroundings(), "CREDENTIALS_MISSING") {
		f.Class = ProviderCredentials
	}
}

var serviceVerb = regexp.MustCompile(`(?i)Permission denied to (enable|disable|list|get) services?\b`)

var policyOf = regexp.MustCompile(`(?i)(retrieving|reading|getting|setting|applying|updating) (?:the )?IAM policy for (?:the )?(project|folder|organization|service account) ["']?([^\s"':]+)`)

// inferPermission sets the permission by what Terraform was about to do, if Google
// does not name it.
func inferPermission(f *finding) {
	if verb := firstGroup(serviceVerb, f.surroundings()); verb != "" {
		f.Permission = "serviceusage.services." + strings.ToLower(verb)
		return
	}
	m := policyOf.FindStringSubmatch(f.surroundings())
	if m == nil {
		return
	}
	verb := ".setIamPolicy"
	if strings.ContainsAny(m[1][:1], "rRgG") {
		verb = ".getIamPolicy"
	}
	switch strings.ToLower(m[2]) {
	case "project":
		f.Permission, f.Resource = "resourcemanager.projects"+verb, "projects/"+strings.TrimPrefix(m[3], "projects/")
	case "folder", "organization":
		f.Permission, f.Resource = "resourcemanager."+strings.ToLower(m[2])+"s"+verb, m[3]
	default:
		f.Permission, f.Resource = "iam.serviceAccounts"+verb, m[3]
	}
}
