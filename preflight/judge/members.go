package judge

import (
	"strings"

	"gke-preflight/preflight/need"
)

// principalText returns a principal in words.
func principalText(p need.Principal) string {
	words := "the " + p.Kind.InWords()
	if email := emailOf(p.Member); email != "" {
		words += " " + email
	}
	return words
}

// emailOf returns the email in a member.
func emailOf(member string) string {
	_, email, _ := strings.Cut(member, ":")
	return email
}

// memberOf returns a user's or service account's email as policies name it.
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
func isUserManaged(kind need.PrincipalKind) bool {
	return kind == need.NodeServiceAccount || kind == need.ComputeDefaultServiceAccount || kind == need.Delegate
}
