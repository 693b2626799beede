package diagnose

import (
	"regexp"
	"strings"

	"gke-preflight/preflight/shell"
)

// Placeholders in commands for what the text does not name.
const (
	projectID     = "PROJECT_ID"
	projectNumber = "PROJECT_NUMBER"
	hostProject   = "HOST_PROJECT_ID"
	anyMember     = "MEMBER"
)

// Forms of names. A name from the log goes into a command only if it has the form
// of such a name: a hostile log could contain text made to be pasted into a shell.
var (
	projectForm   = regexp.MustCompile(`^(?:[a-z][a-z0-9.-]{1,60}:)?[a-z][a-z0-9-]{1,61}[a-z0-9]$`)
	numberForm    = regexp.MustCompile(`^\d{4,19}$`)
	emailForm     = regexp.MustCompile(`^[\w.+-]{1,80}@[\w-]+(?:\.[\w-]+)+$`)
	memberForm    = regexp.MustCompile(`^(?:user|serviceAccount|group):[\w.+-]{1,80}@[\w-]+(?:\.[\w-]+)+$`)
	serviceForm   = regexp.MustCompile(`^[a-z]+\.googleapis\.com$`)
	keyForm       = regexp.MustCompile(`^(?://cloudkms\.googleapis\.com/)?projects/([\w.:-]+)/locations/([a-z0-9-]+)/keyRings/([\w-]+)/cryptoKeys/([\w-]+)`)
	subnetForm    = regexp.MustCompile(`projects/([a-z][a-z0-9-]*)/regions/([a-z0-9-]+)/subnetworks/([a-z0-9-]+)$`)
	clusterForm   = regexp.MustCompile(`projects/([a-z][a-z0-9-]*)/(?:locations|zones|regions)/([a-z][a-z0-9-]*)/clusters/([a-z0-9-]+)`)
	operationForm = regexp.MustCompile(`^operation-[\w-]*\w$`)
	poolForm      = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
)

// orPlaceholder returns s if it has a form, else a placeholder.
func orPlaceholder(form *regexp.Regexp, s, placeholder string) string {
	if form.MatchString(s) {
		return s
	}
	return placeholder
}

// projectOrPlaceholder returns the project for a flag of a command.
func (f *finding) projectOrPlaceholder() string {
	if numberForm.MatchString(f.Project) {
		return f.Project
	}
	return orPlaceholder(projectForm, f.Project, projectID)
}

// numberOrPlaceholder returns the project number for the name of a service agent.
func (f *finding) numberOrPlaceholder() string {
	return orPlaceholder(numberForm, f.Project, projectNumber)
}

// agentMember returns the IAM member of a service agent of the cluster's project:
// the one that the text names, else one made from number.
func (f *finding) agentMember(kind, number string) string {
	if f.Principal != nil && f.Principal.Kind == kind && memberForm.MatchString(f.Principal.Member) {
		return f.Principal.Member
	}
	switch kind {
	case gkeAgent:
		return "serviceAccount:service-" + number + "@container-engine-robot.iam.gserviceaccount.com"
	case gkeNodeAgent:
		return "serviceAccount:service-" + number + "@gcp-sa-gkenode.iam.gserviceaccount.com"
	case googleAPIs:
		return "serviceAccount:" + number + "@cloudservices.gserviceaccount.com"
	case computeAgent:
		return "serviceAccount:service-" + number + "@compute-system.iam.gserviceaccount.com"
	case defaultAccount:
		return "serviceAccount:" + number + "-compute@developer.gserviceaccount.com"
	}
	return anyMember
}

// callerMember returns the IAM member of the caller, if the text names it.
func (f *finding) callerMember() string {
	if f.Principal != nil && memberForm.MatchString(f.Principal.Member) {
		return f.Principal.Member
	}
	return anyMember
}

func activeAccountCommand() string {
	return shell.Command("gcloud", "auth", "list", "--filter=status:ACTIVE", "--format=value(account)")
}

func projectNumberCommand(project string) string {
	return shell.Command("gcloud", "projects", "describe", shell.Name(project), "--format=value(projectNumber)")
}

func rolesCommand(project, member string) string {
	return shell.Command("gcloud", "projects", "get-iam-policy", shell.Name(project), "--flatten=bindings[].members",
		"--filter=bindings.members:"+strings.TrimPrefix(member, "serviceAccount:"), "--format=value(bindings.role)")
}

func grantCommand(project, member, role string) string {
	return shell.Command("gcloud", "projects", "add-iam-policy-binding", shell.Name(project), "--member="+member, "--role="+role, "--condition=None")
}
