package access

import (
	"strings"

	"gke-preflight/preflight/shell"
)

// getCredentials writes the kubeconfig's entry of a cluster anew.
func getCredentials(r Ref, flags ...string) string {
	words := []string{"gcloud", "container", "clusters", "get-credentials", shell.Name(r.Name), "--location=" + r.Location, "--project=" + r.Project}
	return shell.Command(append(words, flags...)...)
}

// refresh is getCredentials for the same kind of endpoint as now.
func (c *course) refresh() string {
	if c.site != nil && c.site.dns {
		return getCredentials(c.Ref, "--dns-endpoint")
	}
	if c.site != nil && c.plane != nil && c.site.private(c.plane) {
		return getCredentials(c.Ref, "--internal-ip")
	}
	return getCredentials(c.Ref)
}

func update(r Ref, flags ...string) string {
	words := []string{"gcloud", "container", "clusters", "update", shell.Name(r.Name), "--location=" + r.Location, "--project=" + r.Project}
	return shell.Command(append(words, flags...)...)
}

// grant gives a role to a member, or shows first who that is.
func grant(project, member, role string) []string {
	if member == "" {
		return []string{"gcloud auth list"}
	}
	return []string{shell.Command("gcloud", "projects", "add-iam-policy-binding", shell.Name(project), "--member="+member, "--role="+role, "--condition=None")}
}

// memberOf is the IAM member with an email address; empty for none.
// https://docs.cloud.google.com/iam/docs/principal-identifiers
func memberOf(email string) string {
	switch {
	case email == "":
		return ""
	case strings.HasSuffix(email, ".gserviceaccount.com"):
		return "serviceAccount:" + email
	}
	return "user:" + email
}
