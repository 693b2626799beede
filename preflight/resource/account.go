package resource

import "strings"

// AccountEmail returns the email or the unique ID of a service account that is
// written as such, as projects/P/serviceAccounts/EMAIL, as a full resource name
// or as a member of a policy.
func AccountEmail(name string) string {
	return strings.TrimPrefix(name[strings.LastIndex(name, "/")+1:], "serviceAccount:")
}

// AccountProject returns the project in a service account's email: its ID, or
// its number if the email has that; empty if the email has neither.
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
	project, ok := strings.CutSuffix(domain, ".iam.gserviceaccount.com")
	if !ok {
		return ""
	}
	// The domain follows the ID of a domain-scoped project: p.example.com.
	if id, scope, scoped := strings.Cut(project, "."); scoped {
		return scope + ":" + id
	}
	return project
}

// IsDefaultComputeAccount reports whether email is that of a project's Compute
// Engine default service account.
func IsDefaultComputeAccount(email string) bool {
	return strings.HasSuffix(email, "-compute@developer.gserviceaccount.com")
}
