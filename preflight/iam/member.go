package iam

import (
	"slices"
	"strings"
)

// A match says whether a member of a binding is, or includes, an identity.
type match int

const (
	never match = iota
	possible
	certain
)

// matchMembers returns the best match among members, and the member.
func matchMembers(id Identity, members []string) (match, string) {
	best, member := never, ""
	for _, m := range members {
		if got := matchMember(id, m); got > best {
			best, member = got, m
		}
	}
	return best, member
}

func isGroup(member string) bool { return strings.HasPrefix(member, "group:") }

// matchMember matches one member.
// https://docs.cloud.google.com/iam/docs/principal-identifiers
func matchMember(id Identity, member string) match {
	kind, name, ok := strings.Cut(member, ":")
	if !ok {
		return matchSpecialMember(member)
	}
	switch kind {
	case "user", "serviceAccount":
		return certainIf(strings.EqualFold(id.Member, member))
	case "maybe":
		return min(matchMember(id, name), possible)
	case "deleted":
		// The binding is ineffective, even if an account with the same email was
		// created again.
		return never
	case "group":
		return possible
	case "domain":
		return matchDomain(id, name)
	case "principal":
		return matchPrincipal(id, name)
	case "principalSet":
		return matchPrincipalSet(id, name)
	}
	// projectOwner:, projectEditor:, projectViewer: and forms not known yet.
	return possible
}

func certainIf(b bool) match {
	if b {
		return certain
	}
	return never
}

func matchSpecialMember(member string) match {
	if member == "allUsers" || member == "allAuthenticatedUsers" {
		return certain
	}
	return possible
}

// matchDomain matches the users of a domain. Service accounts are in no domain.
func matchDomain(id Identity, domain string) match {
	email, isUser := strings.CutPrefix(id.Member, "user:")
	_, host, _ := strings.Cut(email, "@")
	return certainIf(isUser && strings.EqualFold(host, domain))
}

// matchPrincipal matches a single federated identity. It is not a service account
// or a Google user, unless its name ends with the email.
func matchPrincipal(id Identity, name string) match {
	_, email, _ := strings.Cut(id.Member, ":")
	if strings.HasSuffix(strings.ToLower(name), "/"+strings.ToLower(email)) {
		return possible
	}
	return never
}

const resourceSetPrefix = "//cloudresourcemanager.googleapis.com/"

// matchPrincipalSet matches principalSet://NAME. The set
// //cloudresourcemanager.googleapis.com/projects/N/type/ServiceAccount includes
// the service accounts of a project, folder or organization. Workforce and
// workload identity pools include no Google accounts.
func matchPrincipalSet(id Identity, name string) match {
	if !strings.HasPrefix(name, resourceSetPrefix) {
		if strings.HasPrefix(name, "//iam.googleapis.com/") && !strings.Contains(name, "serviceAccounts") {
			return never
		}
		return possible
	}
	container, kind, ok := strings.Cut(strings.TrimPrefix(name, resourceSetPrefix), "/type/")
	if !ok {
		return possible
	}
	if strings.HasPrefix(id.Member, "user:") || kind == "ServiceAccount" && id.ServiceAgent || kind == "ServiceAgent" && !id.ServiceAgent {
		return never
	}
	if id.Containers == nil || kind != "ServiceAccount" && kind != "ServiceAgent" {
		return possible
	}
	return certainIf(slices.Contains(id.Containers, container))
}
