package preflight

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/rules"
)

// names are the kinds of principal in words.
func (j *judge) who(p rules.Principal) string {
	email := emailOf(p.Member)
	switch p.Kind {
	case rules.Deployer:
		if email == "" {
			return "the deployer"
		}
		return "the deployer " + email
	case rules.NodeServiceAccount:
		return "the node service account " + email
	case rules.GKEServiceAgent:
		return "the GKE service agent " + email
	case rules.GKENodeServiceAgent:
		return "the GKE node service agent " + email
	case rules.GoogleAPIsServiceAgent:
		return "the Google APIs service agent " + email
	case rules.ComputeServiceAgent:
		return "the Compute Engine service agent " + email
	case rules.ComputeDefaultServiceAccount:
		return "the Compute Engine default service account " + email
	}
	return email
}

// inWords is a full resource name for people.
func inWords(resource string) string {
	if project, ok := strings.CutPrefix(resource, "//cloudresourcemanager.googleapis.com/projects/"); ok {
		return "project " + project
	}
	if account := accountName(resource); account != "" {
		return "service account " + account[strings.LastIndex(account, "/")+1:]
	}
	if above, ok := strings.CutPrefix(resource, "//cloudresourcemanager.googleapis.com/"); ok {
		return strings.Replace(strings.TrimSuffix(above, "/"), "s/", " ", 1)
	}
	return resource
}

// list joins names; long lists keep their beginning.
func list(names []string) string {
	const most = 6
	if len(names) == 0 {
		return "nothing"
	}
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// because says why something could not be found out, and what would help.
func because(err error, what, permission, role string) string {
	e := asError(err)
	reason := "could not find out " + what + ": " + e.Error()
	switch {
	case e.Unauthorized():
		return reason + "; the credentials are not accepted: gcloud auth application-default login"
	case e.Unreachable():
		return reason + "; check the network and ask again"
	}
	if service, consumer, off := e.ServiceDisabled(); off {
		return reason + "; turn that API on where requests are billed: " + command("gcloud", "services", "enable", service, "--project="+strings.TrimPrefix(consumer, "projects/"))
	}
	if e.UserProjectDenied() {
		return reason + "; the quota project needs serviceusage.services.use (roles/serviceusage.serviceUsageConsumer)"
	}
	if e.Denied() || e.NotFound() {
		return reason + "; " + permission + " (" + role + ") would tell, if the project exists under that name"
	}
	return reason
}

// whyUnread says why an allow policy is not at hand.
func whyUnread(err error, resource string) string {
	kind, _, _ := strings.Cut(resource, "/")
	role, permission := "roles/iam.securityReviewer", "resourcemanager."+kind+".getIamPolicy"
	if strings.Contains(resource, "/serviceAccounts/") {
		permission = "iam.serviceAccounts.getIamPolicy"
	}
	return because(err, "the allow policy of "+resource, permission, role)
}

// describe says which binding gives something.
func describe(g iam.Grant) string {
	return fmt.Sprintf("%s has %s on %s", g.Member, g.Role, inWords(g.Resource))
}

// inDoubt says what kept policies from giving an answer: each doubt once.
func inDoubt(doubts []iam.Doubt) string {
	var texts []string
	for _, d := range doubts {
		texts = union(texts, d.Text)
	}
	slices.Sort(texts)
	return strings.Join(texts, "; ")
}

// levelsInWords are the resources whose policies decide about a need.
func (j *judge) levelsInWords(n rules.Need) string {
	levels, _ := j.levels(n.Project)
	var names []string
	if accountName(n.Resource) != "" {
		names = append(names, inWords(n.Resource))
	}
	for _, l := range levels {
		names = append(names, inWords(l.Resource))
	}
	return strings.Join(names, ", ")
}

// emailOf is the email in a member.
func emailOf(member string) string {
	_, email, _ := strings.Cut(member, ":")
	return email
}

// memberOf is a user's or service account's email as policies name it.
func memberOf(email string) string {
	switch {
	case email == "":
		return ""
	case strings.HasSuffix(email, ".gserviceaccount.com"):
		return "serviceAccount:" + email
	}
	return "user:" + email
}

func isUniqueID(account string) bool {
	return account != "" && strings.Trim(account, "0123456789") == ""
}

// isUserManaged reports whether accounts of a kind belong to a project's
// users, so that they can be impersonated; those of Google cannot.
func isUserManaged(kind rules.PrincipalKind) bool {
	return kind == rules.NodeServiceAccount || kind == rules.ComputeDefaultServiceAccount
}

func without(list, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(gone, s) })
}

func intersect(list, with []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !slices.Contains(with, s) })
}
