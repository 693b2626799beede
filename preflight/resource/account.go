package resource

import "strings"

// AccountEmail returns the email or the unique ID of a service account that may
// be written as such, as projects/P/serviceAccounts/EMAIL, as a full resource
// name or as a member of a policy.
func AccountEmail(name string) string {
	return strings.TrimPrefix(name[strings.LastIndex(name, "/")+1:], "serviceAccount:")
}

// AccountProject returns the project in a service account's email: its ID, its
// number where the email has that, or empty where the email does not tell.
// https://docs.cloud.google.com/iam/docs/service-account-types
func AccountProject(email string) string {
	name, domain, ok := strings.Cut(email, "@")
	if !ok {
		return ""
	}
	switch domain {
	case "developer.gserviceaccount.com":
		return strings.TrimSuffix(name, "-compute")
	case "appspot.gserviceaccount.com":
		return name
	}
	home, ok := strings.CutSuffix(domain, ".iam.gserviceaccount.com")
	if !ok {
		return ""
	}
	// In a domain-scoped project the domain follows: p.example.com.
	if project, scope, scoped := strings.Cut(home, "."); scoped {
		return scope + ":" + project
	}
	return home
}

// IsDefaultComputeAccount reports whether email is that of a project's Compute
// Engine default service account.
func IsDefaultComputeAccount(email string) bool {
	return strings.HasSuffix(email, "-compute@developer.gserviceaccount.com")
}
