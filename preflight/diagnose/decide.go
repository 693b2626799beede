package diagnose

import (
	"regexp"
	"strings"
)

const actAs = "iam.serviceAccounts.actAs"

// asActAs: the caller may not attach an account. The API's message names the
// account, and seldom the permission.
func asActAs(f *finding) {
	f.Permission, f.Resource = actAs, f.account
	if f.user == "" || isAgent(kindOf(f.user, deployer)) {
		f.Confidence = Medium // the account may as well not exist
	}
}

func asImpersonation(f *finding) {
	f.Permission = "iam.serviceAccounts.getAccessToken"
	if f.account != "" && f.Resource == "" {
		f.Resource = f.account
	}
}

// asAccount: an account is not there. Who that is says its name.
func asAccount(f *finding) {
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

func asDefaultAccount(f *finding) {
	f.Principal = &Principal{Kind: defaultAccount}
}

func asPropagation(f *finding) {
	if f.Permission == "" {
		f.Confidence = Medium
	}
}

// asRBAC: Kubernetes names its callers by their emails too.
func asRBAC(f *finding) {
	f.Principal = nil
	if f.user == "" || strings.HasPrefix(f.user, "system:") {
		return
	}
	f.Principal = &Principal{Kind: kindOf(f.user, deployer), Member: memberOf(f.user)}
}

// asAPI: some say that an API is off, and some only that it might be.
func asAPI(f *finding) {
	if f.Project == "" && f.Service == "" {
		f.Confidence = Medium
	}
}

// asQuotaProject: it is not the cluster's project that is refused, but the one
// that the request is billed to.
func asQuotaProject(f *finding) {
	f.Permission = "serviceusage.services.use"
	f.Service = "serviceusage.googleapis.com"
}

// asAgent: the message says that a service agent lacks something.
func asAgent(f *finding) {
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
	f.byPermission()
	if f.Class == CallerPermissionDenied || f.Class == RetryBudgetExhausted {
		f.Class = ServiceAgentMissingRole
	}
	if f.Permission == "" && strings.Contains(f.around(), "KMS key") {
		f.Class = KMSPermission
	}
}

// asEditPermissions: GKE seldom says of which account.
func asEditPermissions(f *finding) {
	if kind := kindOf(f.account, ""); f.account != "" {
		f.Principal = &Principal{Kind: kind, Member: memberOf(f.account)}
	}
}

// asKey: Compute Engine may not use a key, or the key is at fault.
func asKey(f *finding) {
	if f.Permission == "" && !strings.Contains(f.block.text[f.end:min(len(f.block.text), f.end+200)], "ermission") {
		f.Class, f.Confidence = Other, Medium
		return
	}
	if f.Permission == "" {
		f.Permission = "cloudkms.cryptoKeyVersions.useToEncrypt"
	}
	f.Principal = f.agentOr(computeAgent)
}

// agentOr is the agent that the text names, else one of a kind.
func (f *finding) agentOr(kind string) *Principal {
	if f.Principal != nil && isAgent(f.Principal.Kind) {
		return f.Principal
	}
	return &Principal{Kind: kind}
}

// asPermission: a permission is missing. Whose it is follows from which it is
// and from what stands around it.
func asPermission(f *finding) {
	if strings.HasSuffix(f.Permission, ".googleapis.com") || strings.HasPrefix(f.Permission, "www.") {
		f.Permission = ""
	}
	f.byPermission()
	if f.mayNotExist() {
		f.Confidence = Medium
	}
}

// mayNotExist reports whether Google leaves open that there is no such thing.
func (f *finding) mayNotExist() bool {
	return strings.Contains(f.block.text[f.start:min(len(f.block.text), f.end+40)], "it may not exist")
}

var (
	byGKE     = regexp.MustCompile(`(?i)Google Compute Engine: |Retry budget exhausted`)
	inGroup   = regexp.MustCompile(`(?i)instances running in IGM|creation failed: |PERMISSIONS_ERROR`)
	atOnce    = regexp.MustCompile(`(?i)(?:googleapi: Error 403|code=403, message=|code": ?403)[^A-Za-z]{1,40}Google Compute Engine: `)
	hostNames = regexp.MustCompile(`(?i)(?:^|[-_<{])(?:host|xpn|shared-?vpc|svpc|vpc-?host|hub|network(?:ing)?)(?:[-_>}\d]|$)|hostproject`)
	keyUses   = regexp.MustCompile(`(?i)^cloudkms\.(?:cryptoKeyVersions\.(?:use|viewPublicKey)|cryptoKeys\.(?:encrypt|decrypt|use))`)
)

// byPermission decides the class of a missing permission.
func (f *finding) byPermission() {
	p := strings.ToLower(f.Permission)
	switch {
	case p == "container.hostserviceagent.use":
		f.Class = SharedVPCPermission
		f.Principal = f.agentOr(gkeAgent)
	case p == strings.ToLower(actAs):
		f.Class, f.Permission = ActAsDenied, actAs
	case p == "serviceusage.services.use":
		f.Service = "serviceusage.googleapis.com"
	case keyUses.MatchString(f.Permission):
		f.Class = KMSPermission
	case strings.HasPrefix(p, "compute."):
		f.byCompute()
	case f.Principal != nil && isAgent(f.Principal.Kind):
		f.Class = ServiceAgentMissingRole
	}
}

// byCompute decides about a permission of Compute Engine, which GKE asks for
// with its own account as well as with the caller's.
func (f *finding) byCompute() {
	text := f.around()
	gke := byGKE.MatchString(text)
	switch {
	case f.inOtherProject() && isOfNetwork(f.Permission):
		f.Class, f.Confidence = SharedVPCPermission, Medium
	case inGroup.MatchString(text):
		f.Class, f.Confidence = ServiceAgentMissingRole, Medium
		f.Principal = f.agentOr(googleAPIs)
	case f.Wrapper != "":
		f.Class, f.Confidence = RetryBudgetExhausted, Medium
	case gke && atOnce.MatchString(text) && isReadOfNetwork(f.Permission):
		f.Class, f.Confidence = CallerPermissionDenied, Medium
	case gke || f.Principal != nil && isAgent(f.Principal.Kind):
		f.Class, f.Confidence = ServiceAgentMissingRole, Medium
	}
}

func isOfNetwork(permission string) bool {
	return strings.HasPrefix(permission, "compute.networks.") || strings.HasPrefix(permission, "compute.subnetworks.") ||
		strings.HasPrefix(permission, "compute.firewalls.")
}

func isReadOfNetwork(permission string) bool {
	switch permission {
	case "compute.networks.get", "compute.subnetworks.get", "compute.subnetworks.list", "compute.networks.list", "compute.subnetworks.use", "compute.networks.use":
		return true
	}
	return false
}

// inOtherProject reports whether what is refused is in another project than the
// cluster, which is what a Shared VPC looks like. Where the text does not name
// the cluster's, the name of the project must do.
func (f *finding) inOtherProject() bool {
	project := firstIn(inProjects, f.Resource)
	if project == "" {
		return false
	}
	if cluster := firstIn(clusters, f.block.text); cluster != "" && cluster != "-" {
		return cluster != project
	}
	return hostNames.MatchString(project)
}

var (
	denials = regexp.MustCompile(`(?i)\bcode["']?\s*:\s*7\b|PERMISSION_DENIED|permission denied|granted["']?\s*:\s*["']?false|Required ["']|code["']?\s*:\s*403`)
	ofAsked = regexp.MustCompile(`(?i)resource["']?\s*:\s*["']?([^\s"',{}]+/[^\s"',{}]+)`)
)

// asAudit reads an entry of an audit log: who asked for which permission on
// what, and whether it was granted.
func asAudit(f *finding) {
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
	permission, resource := refused(text[info:])
	if permission == "" {
		return
	}
	f.Confidence = High
	f.Permission, f.Resource = permission, trimResource(resource)
	f.byPermission()
}

// refused is the first permission of an authorizationInfo that was not
// granted.
func refused(info string) (permission, resource string) {
	for _, entry := range strings.Split(info, "}") {
		if len(entry) > maxLine || strings.Contains(entry, "methodName") && permission != "" {
			return permission, resource
		}
		name := firstIn(metadata, entry)
		if name == "" || grants.MatchString(entry) {
			continue
		}
		return name, firstIn(ofAsked, entry)
	}
	return permission, resource
}

var grants = regexp.MustCompile(`(?i)granted["']?\s*:\s*["']?true`)

// asGcloudUser: gcloud tells who, and what kind of thing.
func asGcloudUser(f *finding) {
	f.Confidence = Medium
	name, verb, _ := strings.Cut(f.Resource, ":")
	switch {
	case strings.HasSuffix(verb, "IamPolicy"):
		f.Permission = "resourcemanager.projects." + verb
	case strings.Contains(f.around(), "Permission denied to enable service"):
		f.Permission = "serviceusage.services.enable"
	default:
		f.Permission = firstIn(metadata, f.around())
	}
	if !strings.Contains(name, "/") {
		f.Project, f.Resource = name, ""
	}
}

// asUnnamed: refused, and the message does not say which permission.
func asUnnamed(f *finding) {
	if f.Permission == "" {
		f.Permission = firstIn(metadata, f.around())
	}
	if f.Permission == "" {
		f.inferPermission()
	}
	if f.Permission != "" {
		f.Confidence = Medium
		f.byPermission()
	}
	if f.Wrapper != "" && f.Class == CallerPermissionDenied {
		f.Class = RetryBudgetExhausted
	}
}

// asToken: a token that the text calls too old, or none at all.
func asToken(f *finding) {
	if strings.Contains(f.around(), "CREDENTIALS_MISSING") {
		f.Class = ProviderCredentials
	}
}

var serviceVerb = regexp.MustCompile(`(?i)Permission denied to (enable|disable|list|get) services?\b`)

var policyOf = regexp.MustCompile(`(?i)(retrieving|reading|getting|setting|applying|updating) (?:the )?IAM policy for (?:the )?(project|folder|organization|service account) ["']?([^\s"':]+)`)

// inferPermission knows what Terraform was about to do where Google does not
// say what was missing.
func (f *finding) inferPermission() {
	if verb := firstIn(serviceVerb, f.around()); verb != "" {
		f.Permission = "serviceusage.services." + strings.ToLower(verb)
		return
	}
	m := policyOf.FindStringSubmatch(f.around())
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
