package plan

import (
	"net/url"
	"strings"
)

// segment is what follows name in a slash-separated path, such as the project
// in projects/P/global/networks/N.
func segment(path, name string) string {
	parts := strings.Split(path, "/")
	for i := 0; i+1 < len(parts); i++ {
		if parts[i] == name {
			return parts[i+1]
		}
	}
	return ""
}

// ProjectOfName is the project in a self link, a full URL or a relative name,
// such as acme in projects/acme/global/networks/n; empty in a short name.
func ProjectOfName(name string) string {
	if u, err := url.Parse(name); err == nil && u.Scheme != "" && u.Host != "" {
		name = u.Path
	}
	return segment(name, "projects")
}

// AccountEmail is the email of a service account that may be written as an
// email, as projects/P/serviceAccounts/EMAIL or as a full resource name.
func AccountEmail(name string) string {
	return strings.TrimPrefix(name[strings.LastIndex(name, "/")+1:], "serviceAccount:")
}

// AccountProject is the project in a service account's email: its ID, its
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
