package diagnose

import (
	"regexp"
	"strings"

	"gke-preflight/preflight/shell"
)

// What stands in commands where the text does not tell.
const (
	projectID     = "PROJECT_ID"
	projectNumber = "PROJECT_NUMBER"
	hostProject   = "HOST_PROJECT_ID"
	anyMember     = "MEMBER"
)

// Forms of names. What a log holds goes into a command only if it has the form
// of what it should be: a log may have been written to be pasted.
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

// fit is s where it has a form, else what stands for it.
func fit(form *regexp.Regexp, s, otherwise string) string {
	if form.MatchString(s) {
		return s
	}
	return otherwise
}

// inProject is the project for a flag.
func (f *finding) inProject() string {
	if numberForm.MatchString(f.Project) {
		return f.Project
	}
	return fit(projectForm, f.Project, projectID)
}

// number is the project's number for the name of a service agent.
func (f *finding) number() string { return fit(numberForm, f.Project, projectNumber) }

// agent is the member of an agent of the cluster's project, as far as the text
// tells.
func (f *finding) agent(kind, number string) string {
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

// caller is the member that the text names as the one that asked.
func (f *finding) caller() string {
	if f.Principal != nil && memberForm.MatchString(f.Principal.Member) {
		return f.Principal.Member
	}
	return anyMember
}

func whoAmI() string {
	return shell.Command("gcloud", "auth", "list", "--filter=status:ACTIVE", "--format=value(account)")
}

func numberOf(project string) string {
	return shell.Command("gcloud", "projects", "describe", shell.Name(project), "--format=value(projectNumber)")
}

func rolesOf(project, member string) string {
	return shell.Command("gcloud", "projects", "get-iam-policy", shell.Name(project), "--flatten=bindings[].members",
		"--filter=bindings.members:"+strings.TrimPrefix(member, "serviceAccount:"), "--format=value(bindings.role)")
}

func grant(project, member, role string) string {
	return shell.Command("gcloud", "projects", "add-iam-policy-binding", shell.Name(project), "--member="+member, "--role="+role, "--condition=None")
}
