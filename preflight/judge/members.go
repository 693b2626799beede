package judge

import (
	"strings"

	"gke-preflight/preflight/need"
)

// principalText returns a principal as messages name it: the GKE service agent
// EMAIL.
func principalText(p need.Principal) string {
	words := "the " + p.Kind.InWords()
	if email := emailOf(p.Member); email != "" {
		words += " " + email
	}
	return words
}

// emailOf returns the email of a member.
func emailOf(member string) string {
	_, email, _ := strings.Cut(member, ":")
	return email
}

// memberOf returns an email as IAM policies name it; empty if email is.
func memberOf(email string) string {
	switch {
	case email == "":
		return ""
	case strings.HasSuffix(email, ".gserviceaccount.com"):
		return "serviceAccount:" + email
	}
	return "user:" + email
}

// isUniqueID reports whether a service account is given by its unique ID.
func isUniqueID(account string) bool {
	return account != "" && strings.Trim(account, "0123456789") == ""
}

// isUserManaged reports whether users own service accounts of a kind, so that they
// can be impersonated. Google owns the others.
func isUserManaged(kind need.PrincipalKind) bool {
	return kind == need.NodeServiceAccount || kind == need.ComputeDefaultServiceAccount || kind == need.Delegate
}
