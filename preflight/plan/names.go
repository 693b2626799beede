package plan

import (
	"strings"

	"gke-preflight/preflight/resource"
)

// ProjectOfName is the project in a self link, a full URL or a relative name,
// such as acme in projects/acme/global/networks/n; empty in a short name.
func ProjectOfName(name string) string { return resource.Parse(name).Project().String() }

// AccountEmail is the email of a service account that may be written as an
// email, as projects/P/serviceAccounts/EMAIL or as a full resource name.
func AccountEmail(name string) string { return resource.AccountEmail(name) }

// AccountProject is the project in a service account's email: its ID, its
// number where the email has that, or empty where the email does not tell.
func AccountProject(email string) string { return resource.AccountProject(email) }

// IsDefaultComputeAccount reports whether email is that of a project's Compute
// Engine default service account.
func IsDefaultComputeAccount(email string) bool { return resource.IsDefaultComputeAccount(email) }

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// within is projects/P/KIND/WHERE/REST; empty where a part is not known.
func locationPath(project, kind, where, rest string) string {
	if project == "" || where == "" {
		return ""
	}
	return "projects/" + project + "/" + kind + "/" + where + "/" + rest
}

// between is empty where its middle is.
func wrapNonEmpty(before, middle, after string) string {
	if middle == "" {
		return ""
	}
	return before + middle + after
}

func prefixNonEmpty(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func lastSegment(name string) string { return name[strings.LastIndex(name, "/")+1:] }
