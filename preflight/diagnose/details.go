package diagnose

import (
	"regexp"
	"slices"
	"strings"
)

var (
	retryBudget      = regexp.MustCompile(`(?i)Retry budget exhausted`)
	callers          = regexp.MustCompile(`(?i)(?:principalEmail["']?\s*:\s*["']?|authenticated as (?:\[|["'])?|User:? (?:\[|["'])|active account(?: is)?:? (?:\[|["'])?|caller(?: is)?:? (?:\[|["'])?|acting as (?:\[|["'])?|impersonating (?:\[|["'])?)(?P<email>` + emailRE + `)`)
	subjects         = regexp.MustCompile(`(?i)(?P<email>` + emailRE + `)["'\]]? (?:does not have|doesn't have|lacks|is missing|is not authorized|not authorized)`)
	consumers        = regexp.MustCompile(`(?:consumer["']?\s*[:=]\s*["']?|[?&]project=)(?:projects?[/:])?(?P<project>[^\s"',;&\]]+)`)
	services         = regexp.MustCompile(`(?:service["']?\s*[:=]\s*["']?|/apis/(?:api|library)/|serviceName["']?\s*:\s*["']?|domain["']?\s*[:=]\s*["']?)(?P<service>[a-z]+\.googleapis\.com)`)
	permissionFields = regexp.MustCompile(`permission["']?\s*[:=]\s*["']?(?P<permission>[a-z][a-zA-Z]+(?:\.[a-zA-Z]+){2,3})\b`)
	resourceFields   = regexp.MustCompile(`metadata["']?\s*[:=]\s*[^}\]]{0,200}?resource["']?\s*[:=]\s*["']?(?P<resource>[^\s"',}\]]+/[^\s"',}\]]+)`)
	projectPaths     = regexp.MustCompile(`projects/(?P<project>[^\s/"',;)\]]+(?: [^\s/"',;)\]>]+>)?)`)
	clusterPaths     = regexp.MustCompile(`projects/(?P<project>[^\s/"',;)\]]+)/(?:locations|zones|regions)/[^\s/"']+/clusters/`)
	workloadPools    = regexp.MustCompile(`^(?P<project>[^\s]+)\.svc\.id\.goog`)
	trailingProject  = regexp.MustCompile(`(?i)(?:in|on|for|to) (?:the )?(?:resource )?project ["'\[]?[a-z][\w-]+["'\]]?[.,]?$`)
	accountProjects  = regexp.MustCompile(`@(?P<project>[^\s@/"']+)\.iam\.gserviceaccount\.com`)
	accountNumbers   = regexp.MustCompile(`^(?:service-)?(?P<project>\d{4,})(?:-compute)?@(?:developer|cloudservices|[\w-]+\.iam)\.`)
)

// firstGroup returns the first group of the first match; empty if none matches.
func firstGroup(re *regexp.Regexp, s string) string {
	if m := re.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

// surroundings returns the text that can contain the details of an error: its
// block or, if the block does not begin like an error, the text near the message.
func (f *finding) surroundings() string {
	if f.block.anyStart {
		return f.block.text
	}
	return f.block.text[max(0, f.start-reach):min(len(f.block.text), f.end+3*reach)]
}

// complete adds the details around a message, and the advice that follows from
// them.
func (f *finding) complete() {
	around := f.surroundings()
	if f.Confidence == "" {
		f.Confidence = High
	}
	if retryBudget.MatchString(f.textToMessage()) {
		f.Wrapper = "retry_budget_exhausted"
	}
	f.findCaller(around)
	if f.pattern.classify != nil {
		f.pattern.classify(f)
	}
	f.dropFalseResource()
	f.Project = findProject(f, around)
	f.Service = findService(f, around)
	f.Line = f.firstLine()
	f.Excerpt = f.excerpt()
	f.addAdvice()
}

// textToMessage returns the text of an error up to the end of its message.
func (f *finding) textToMessage() string {
	if f.block.anyStart {
		return f.block.text[:f.end]
	}
	return f.block.text[max(0, f.start-reach):f.end]
}

// findCaller sets the caller, if the text names it.
func (f *finding) findCaller(around string) {
	if f.user == "" {
		f.user = trimName(firstGroup(callers, around))
	}
	if f.user == "" {
		f.user = trimName(firstGroup(subjects, around))
	}
	if f.user == "" {
		return
	}
	f.Principal = &Principal{Kind: kindOf(f.user, deployer), Member: memberOf(f.user)}
}

// dropFalseResource clears Resource if the pattern captured an ordinary word.
func (f *finding) dropFalseResource() {
	if f.Permission != "" && !strings.ContainsAny(f.Resource, "/@") && f.Class != ActAsDenied {
		if f.Project == "" && projectForm.MatchString(f.Resource) && trailingProject.MatchString(f.block.text[f.start:f.end]) {
			f.Project = f.Resource
		}
		f.Resource = ""
	}
	if f.Resource == "" && f.Permission != "" {
		f.Resource = trimResource(firstGroup(resourceFields, f.surroundings()))
	}
}

// findProject returns the project that the error is about, as the text names it.
func findProject(f *finding, around string) string {
	candidates := []string{f.Project}
	if f.Class == APIDisabled {
		candidates = append(candidates, firstGroup(consumers, around))
	}
	caller := ""
	if f.Class == ActAsDenied {
		caller = f.user // usually of the same project, and the account's name may have a number only
	}
	candidates = append(candidates,
		firstGroup(projectPaths, f.Resource),
		firstGroup(workloadPools, f.Resource), firstGroup(accountProjects, f.account), firstGroup(accountProjects, caller), firstGroup(accountNumbers, f.account),
		firstGroup(projectPaths, f.block.text[f.start:f.end]), firstGroup(consumers, around), firstGroup(projectPaths, around), f.block.context)
	i := slices.IndexFunc(candidates, func(c string) bool { return cleanProject(c) != "" })
	if i < 0 {
		return ""
	}
	return cleanProject(candidates[i])
}

// cleanProject returns a project without the punctuation around it; empty if it is
// a placeholder for any project.
func cleanProject(s string) string {
	s = strings.TrimPrefix(strings.Trim(s, "\"'`,;:. "), "projects/")
	if s == "-" || s == "_" || isAgentDomain(s) || s == "this" || s == "project" {
		return ""
	}
	return s
}

// isAgentDomain reports whether the part of an email that usually is a project
// belongs to a service agent.
func isAgentDomain(s string) bool {
	return s == "container-engine-robot" || s == "compute-system" || s == "cloud-filer" || s == "containerregistry" || strings.HasPrefix(s, "gcp-sa-")
}

// findService returns the API that denied the request.
func findService(f *finding, around string) string {
	if f.Service != "" {
		return f.Service
	}
	if named := firstGroup(services, around); named != "" {
		return named
	}
	for _, api := range apiNames() {
		if strings.Contains(around, api.title) {
			return api.service
		}
	}
	return serviceOfPermission(f)
}

type apiName struct{ title, service string }

// apiNames returns the APIs whose messages contain only their title.
func apiNames() []apiName {
	return []apiName{
		{"Kubernetes Engine API", "container.googleapis.com"},
		{"Compute Engine API", "compute.googleapis.com"},
		{"Cloud Resource Manager API", "cloudresourcemanager.googleapis.com"},
		{"Service Usage API", "serviceusage.googleapis.com"},
		{"IAM Service Account Credentials API", "iamcredentials.googleapis.com"},
		{"Identity and Access Management (IAM) API", "iam.googleapis.com"},
		{"Cloud Key Management Service", "cloudkms.googleapis.com"},
		{"Cloud Logging API", "logging.googleapis.com"},
		{"Cloud Monitoring API", "monitoring.googleapis.com"},
		{"Artifact Registry API", "artifactregistry.googleapis.com"},
		{"Cloud DNS API", "dns.googleapis.com"},
		{"Secret Manager API", "secretmanager.googleapis.com"},
		{"GKE Hub API", "gkehub.googleapis.com"},
	}
}

// serviceOfPermission returns the API that the permission belongs to.
func serviceOfPermission(f *finding) string {
	api, _, found := strings.Cut(f.Permission, ".")
	switch {
	case found && api == "resourcemanager":
		return "cloudresourcemanager.googleapis.com"
	case api == "compute" && gkeMessages.MatchString(f.surroundings()):
		return "container.googleapis.com" // which passes on the answer of Compute Engine
	case found:
		return api + ".googleapis.com"
	}
	switch f.Class {
	case RetryBudgetExhausted, ServiceAgentMissingRole, SharedVPCPermission, NodePoolRequiresRecreation, IncompatibleOperation:
		return "container.googleapis.com"
	}
	return ""
}

// firstLine returns the number of the line at which the error begins: the first of
// its block, unless the message is far below it.
func (f *finding) firstLine() int {
	at := f.block.lineAt(f.start)
	if first := f.block.lineAt(0); f.block.errorStart && at-first < 8 {
		return first
	}
	return at
}

// maxExcerpt is the greatest length of an excerpt, in bytes.
const maxExcerpt = 360

var (
	excerptEnds = regexp.MustCompile(` (?:More d|D)etails: ?\[| with (?:module\.|google_|data\.|helm_|kubernetes_)| on [^\s]+\.tf line \d+`)
	secrets     = regexp.MustCompile(`ya29\.[\w.-]+|eyJ[\w-]{10,}\.[\w.-]+|(?i:bearer )[\w.~+/=-]{8,}|GOCSPX-[\w-]+|1//[\w-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END[^-]*-----)?|(?i:(?:access_?token|id_?token|refresh_?token|client_secret|password|private_key)["']?\s*[:=]\s*["']?)[^\s"',}]{6,}`)
)

// excerpt returns the message as the log has it, without secrets.
func (f *finding) excerpt() string {
	text := f.block.text
	from := f.start
	if f.block.errorStart && f.start < 200 {
		from = 0
	}
	part := secrets.ReplaceAllString(text[from:min(len(text), max(f.end, from+maxExcerpt))], "[redacted]")
	if at := excerptEnds.FindStringIndex(part); at != nil && at[0] > 0 && from+at[0] >= f.start {
		part = part[:at[0]]
	}
	if len(part) <= maxExcerpt {
		return strings.TrimSpace(part)
	}
	return strings.TrimSpace(strings.ToValidUTF8(part[:maxExcerpt], "")) + "..."
}
