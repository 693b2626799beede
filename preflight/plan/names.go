package plan

import (
	"strings"

	"gke-preflight/preflight/resource"
)

// ProjectOfName returns the project in a self link, a full URL or a relative
// name, such as acme in projects/acme/global/networks/n; empty for a short
// name.
func ProjectOfName(name string) string { return resource.Parse(name).Project().String() }

// AccountEmail returns the email of a service account that is written as an
// email, as projects/P/serviceAccounts/EMAIL or as a full resource name.
func AccountEmail(name string) string { return resource.AccountEmail(name) }

// AccountProject returns the project in a service account's email: its ID, or
// its number if the email has that; empty if the email has neither.
func AccountProject(email string) string { return resource.AccountProject(email) }

// IsDefaultComputeAccount reports whether email is that of a project's Compute
// Engine default service account.
func IsDefaultComputeAccount(email string) bool { return resource.IsDefaultComputeAccount(email) }

// isDigits reports whether s consists of digits only.
func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// locationPath returns projects/PROJECT/KIND/WHERE/REST; empty if a part is not
// known.
func locationPath(project, kind, where, rest string) string {
	if project == "" || where == "" {
		return ""
	}
	return "projects/" + project + "/" + kind + "/" + where + "/" + rest
}

// wrapNonEmpty returns before + middle + after, or "" if middle is empty.
func wrapNonEmpty(before, middle, after string) string {
	if middle == "" {
		return ""
	}
	return before + middle + after
}

// prefixNonEmpty returns prefix + s, or "" if s is empty.
func prefixNonEmpty(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// lastSegment returns the part of a path after the last slash.
func lastSegment(name string) string { return name[strings.LastIndex(name, "/")+1:] }
