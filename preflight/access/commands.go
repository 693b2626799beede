package access

import (
	"strings"

	"gke-preflight/preflight/shell"
)

// getCredentialsCommand returns the command that writes the kubeconfig entry of a
// cluster.
func getCredentialsCommand(r Ref, flags ...string) string {
	words := []string{"gcloud", "container", "clusters", "get-credentials", shell.Name(r.Name), "--location=" + r.Location, "--project=" + r.Project}
	return shell.Command(append(words, flags...)...)
}

// refreshCommand is getCredentialsCommand for the kind of endpoint that the
// kubeconfig has now.
func (c *state) refreshCommand() string {
	if c.endpoint != nil && c.endpoint.dns {
		return getCredentialsCommand(c.Ref, "--dns-endpoint")
	}
	if c.endpoint != nil && c.controlPlane != nil && c.endpoint.isPrivate(c.controlPlane) {
		return getCredentialsCommand(c.Ref, "--internal-ip")
	}
	return getCredentialsCommand(c.Ref)
}

func updateCommand(r Ref, flags ...string) string {
	words := []string{"gcloud", "container", "clusters", "update", shell.Name(r.Name), "--location=" + r.Location, "--project=" + r.Project}
	return shell.Command(append(words, flags...)...)
}

// grantCommands returns the command that grants a role to a member or, if the
// member is unknown, the one that shows who is logged in.
func grantCommands(project, member, role string) []string {
	if member == "" {
		return []string{"gcloud auth list"}
	}
	return []string{shell.Command("gcloud", "projects", "add-iam-policy-binding", shell.Name(project), "--member="+member, "--role="+role, "--condition=None")}
}

// memberOf returns the IAM member with an email address; empty if there is none.
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
