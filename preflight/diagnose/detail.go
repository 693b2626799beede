package diagnose

import (
	"regexp"
	"slices"
	"strings"
)

// Kinds of principal.
const (
	deployer       = "deployer"
	nodeAccount    = "node-service-account"
	gkeAgent       = "gke-service-agent"
	gkeNodeAgent   = "gke-node-service-agent"
	googleAPIs     = "google-apis-service-agent"
	computeAgent   = "compute-service-agent"
	defaultAccount = "compute-default-service-account"
)

// kindOf is the part that an account plays, by its name. One that nobody can
// tell by its name is what otherwise says.
// https://docs.cloud.google.com/iam/docs/service-agents
func kindOf(email, otherwise string) string {
	name, domain, _ := strings.Cut(strings.ToLower(email), "@")
	domain = strings.TrimSuffix(domain, ".gserviceaccount.com")
	domain = strings.TrimSuffix(domain, ".iam")
	switch {
	case domain == "container-engine-robot":
		return gkeAgent
	case domain == "gcp-sa-gkenode":
		return gkeNodeAgent
	case domain == "cloudservices":
		return googleAPIs
	case domain == "compute-system":
		return computeAgent
	case domain == "developer" && strings.HasSuffix(name, "-compute"):
		return defaultAccount
	case strings.HasPrefix(domain, "gcp-sa-") || strings.HasPrefix(name, "service-") && !strings.Contains(domain, "."):
		return domain
	}
	return otherwise
}

// isAgent reports whether a kind is an account that Google manages.
func isAgent(kind string) bool {
	return kind != deployer && kind != nodeAccount && kind != defaultAccount && kind != ""
}

// memberOf is an account's name in IAM policies.
func memberOf(email string) string {
	switch {
	case strings.HasPrefix(email, "system:") || strings.Contains(email, ":"), !strings.Contains(email, "@"):
		return ""
	case strings.HasSuffix(strings.ToLower(email), "gserviceaccount.com"):
		return "serviceAccount:" + email
	}
	return "user:" + email
}

var (
	retries    = regexp.MustCompile(`(?i)Retry budget exhausted`)
	callers    = regexp.MustCompile(`(?i)(?:principalEmail["']?\s*:\s*["']?|authenticated as (?:\[|["'])?|User:? (?:\[|["'])|active account(?: is)?:? (?:\[|["'])?|caller(?: is)?:? (?:\[|["'])?|acting as (?:\[|["'])?|impersonating (?:\[|["'])?)(?P<email>` + emailRE + `)`)
	subjects   = regexp.MustCompile(`(?i)(?P<email>` + emailRE + `)["'\]]? (?:does not have|doesn't have|lacks|is missing|is not authorized|not authorized)`)
	consumers  = regexp.MustCompile(`(?:consumer["']?\s*[:=]\s*["']?|[?&]project=)(?:projects?[/:])?(?P<project>[^\s"',;&\]]+)`)
	services   = regexp.MustCompile(`(?:service["']?\s*[:=]\s*["']?|/apis/(?:api|library)/|serviceName["']?\s*:\s*["']?|domain["']?\s*[:=]\s*["']?)(?P<service>[a-z]+\.googleapis\.com)`)
	metadata   = regexp.MustCompile(`permission["']?\s*[:=]\s*["']?(?P<permission>[a-z][a-zA-Z]+(?:\.[a-zA-Z]+){2,3})\b`)
	resources  = regexp.MustCompile(`metadata["']?\s*[:=]\s*[^}\]]{0,200}?resource["']?\s*[:=]\s*["']?(?P<resource>[^\s"',}\]]+/[^\s"',}\]]+)`)
	inProjects = regexp.MustCompile(`projects/(?P<project>[^\s/"',;)\]]+(?: [^\s/"',;)\]>]+>)?)`)
	clusters   = regexp.MustCompile(`projects/(?P<project>[^\s/"',;)\]]+)/(?:locations|zones|regions)/[^\s/"']+/clusters/`)
	ofPools    = regexp.MustCompile(`^(?P<project>[^\s]+)\.svc\.id\.goog`)
	ofProject  = regexp.MustCompile(`(?i)(?:in|on|for|to) (?:the )?(?:resource )?project ["'\[]?[a-z][\w-]+["'\]]?[.,]?$`)
	ofAccounts = regexp.MustCompile(`@(?P<project>[^\s@/"']+)\.iam\.gserviceaccount\.com`)
	numbers    = regexp.MustCompile(`^(?:service-)?(?P<project>\d{4,})(?:-compute)?@(?:developer|cloudservices|[\w-]+\.iam)\.`)
)

// firstIn is the first group of the first match.
func firstIn(re *regexp.Regexp, s string) string {
	if m := re.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

// around is the text that an error's details stand in: its block, or, where
// that does not begin as an error, what is near.
func (f *finding) around() string {
	if f.block.started {
		return f.block.text
	}
	return f.block.text[max(0, f.start-reach):min(len(f.block.text), f.end+3*reach)]
}

// complete fills in what stands around a message, and what follows from it.
func (f *finding) complete() {
	around := f.around()
	if f.Confidence == "" {
		f.Confidence = High
	}
	if retries.MatchString(f.before()) {
		f.Wrapper = "retry_budget_exhausted"
	}
	f.name(around)
	if f.pattern.decide != nil {
		f.pattern.decide(f)
	}
	f.dropWhatIsNone()
	f.Project = f.project(around)
	f.Service = f.service(around)
	f.Line = f.line()
	f.Excerpt = f.excerpt()
	f.advise()
}

// before is the text of an error up to the end of its message.
func (f *finding) before() string {
	if f.block.started {
		return f.block.text[:f.end]
	}
	return f.block.text[max(0, f.start-reach):f.end]
}

// name finds who the text names as the one that asked.
func (f *finding) name(around string) {
	if f.user == "" {
		f.user = trimName(firstIn(callers, around))
	}
	if f.user == "" {
		f.user = trimName(firstIn(subjects, around))
	}
	if f.user == "" {
		return
	}
	f.Principal = &Principal{Kind: kindOf(f.user, deployer), Member: memberOf(f.user)}
}

// dropWhatIsNone drops a resource that is a word of the sentence.
func (f *finding) dropWhatIsNone() {
	if f.Permission != "" && !strings.ContainsAny(f.Resource, "/@") && f.Class != ActAsDenied {
		if f.Project == "" && projectForm.MatchString(f.Resource) && ofProject.MatchString(f.block.text[f.start:f.end]) {
			f.Project = f.Resource
		}
		f.Resource = ""
	}
	if f.Resource == "" && f.Permission != "" {
		f.Resource = trimResource(firstIn(resources, f.around()))
	}
}

// project is the one that the error is about, as the text names it.
func (f *finding) project(around string) string {
	candidates := []string{f.Project}
	if f.Class == APIDisabled {
		candidates = append(candidates, firstIn(consumers, around))
	}
	caller := ""
	if f.Class == ActAsDenied {
		caller = f.user // mostly of the same project, where the account's name has a number only
	}
	candidates = append(candidates,
		firstIn(inProjects, f.Resource),
		firstIn(ofPools, f.Resource), firstIn(ofAccounts, f.account), firstIn(ofAccounts, caller), firstIn(numbers, f.account),
		firstIn(inProjects, f.block.text[f.start:f.end]), firstIn(consumers, around), firstIn(inProjects, around), f.block.context)
	i := slices.IndexFunc(candidates, func(c string) bool { return projectName(c) != "" })
	if i < 0 {
		return ""
	}
	return projectName(candidates[i])
}

// projectName is a project without what a sentence puts around it; empty for
// what stands for any project.
func projectName(s string) string {
	s = strings.TrimPrefix(strings.Trim(s, "\"'`,;:. "), "projects/")
	if s == "-" || s == "_" || isAgentDomain(s) || s == "this" || s == "project" {
		return ""
	}
	return s
}

// isAgentDomain reports whether what stands in an email where a project does is
// that of a service agent.
func isAgentDomain(s string) bool {
	return s == "container-engine-robot" || s == "compute-system" || s == "cloud-filer" || s == "containerregistry" || strings.HasPrefix(s, "gcp-sa-")
}

// service is the API that refused.
func (f *finding) service(around string) string {
	if f.Service != "" {
		return f.Service
	}
	if named := firstIn(services, around); named != "" {
		return named
	}
	for _, api := range apiNames() {
		if strings.Contains(around, api.title) {
			return api.service
		}
	}
	return f.serviceOfPermission()
}

type apiName struct{ title, service string }

// apiNames are the APIs whose messages give their title only.
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

// serviceOfPermission is the API that a permission is one of.
func (f *finding) serviceOfPermission() string {
	api, _, found := strings.Cut(f.Permission, ".")
	switch {
	case found && api == "resourcemanager":
		return "cloudresourcemanager.googleapis.com"
	case api == "compute" && byGKE.MatchString(f.around()):
		return "container.googleapis.com" // which passes on what Compute Engine said
	case found:
		return api + ".googleapis.com"
	}
	switch f.Class {
	case RetryBudgetExhausted, ServiceAgentMissingRole, SharedVPCPermission, NodePoolRequiresRecreation, IncompatibleOperation:
		return "container.googleapis.com"
	}
	return ""
}

// line is where the error begins: its first line, unless the message stands
// far below.
func (f *finding) line() int {
	at := f.block.lineAt(f.start)
	if first := f.block.lineAt(0); f.block.loud && at-first < 8 {
		return first
	}
	return at
}

// maxExcerpt is the length of an excerpt in bytes.
const maxExcerpt = 360

var (
	ends    = regexp.MustCompile(` (?:More d|D)etails: ?\[| with (?:module\.|google_|data\.|helm_|kubernetes_)| on [^\s]+\.tf line \d+`)
	secrets = regexp.MustCompile(`ya29\.[\w.-]+|eyJ[\w-]{10,}\.[\w.-]+|(?i:bearer )[\w.~+/=-]{8,}|GOCSPX-[\w-]+|1//[\w-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END[^-]*-----)?|(?i:(?:access_?token|id_?token|refresh_?token|client_secret|password|private_key)["']?\s*[:=]\s*["']?)[^\s"',}]{6,}`)
)

// excerpt is the message in the log's words, without secrets.
func (f *finding) excerpt() string {
	text := f.block.text
	from := f.start
	if f.block.loud && f.start < 200 {
		from = 0
	}
	part := secrets.ReplaceAllString(text[from:min(len(text), max(f.end, from+maxExcerpt))], "[redacted]")
	if at := ends.FindStringIndex(part); at != nil && at[0] > 0 && from+at[0] >= f.start {
		part = part[:at[0]]
	}
	if len(part) <= maxExcerpt {
		return strings.TrimSpace(part)
	}
	return strings.TrimSpace(strings.ToValidUTF8(part[:maxExcerpt], "")) + "..."
}
