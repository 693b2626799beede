package iam

import "strings"

// A match says whether a member of a binding is, or holds, an identity.
type match int

const (
	never match = iota
	maybe
	surely
)

// matchAny is the best match among members, and which it is.
func matchAny(id Identity, members []string) (match, string) {
	best, which := never, ""
	for _, m := range members {
		if got := matchMember(id, m); got > best {
			best, which = got, m
		}
	}
	return best, which
}

func isGroup(member string) bool { return strings.HasPrefix(member, "group:") }

// matchMember knows the forms of
// https://docs.cloud.google.com/iam/docs/principal-identifiers
func matchMember(id Identity, member string) match {
	kind, name, ok := strings.Cut(member, ":")
	if !ok {
		return matchWord(member)
	}
	switch kind {
	case "user", "serviceAccount":
		return certain(strings.EqualFold(id.Member, member))
	case "maybe":
		return min(matchMember(id, name), maybe)
	case "deleted":
		// Dead, also for an account that was made anew under the same name.
		return never
	case "group":
		return maybe
	case "domain":
		return matchDomain(id, name)
	case "principal":
		return matchPrincipal(id, name)
	case "principalSet":
		return matchSet(id, name)
	}
	// projectOwner:, projectEditor:, projectViewer: and forms yet to come.
	return maybe
}

func certain(b bool) match {
	if b {
		return surely
	}
	return never
}

func matchWord(member string) match {
	if member == "allUsers" || member == "allAuthenticatedUsers" {
		return surely
	}
	return maybe
}

// matchDomain: a domain is its people; no service account is among them.
func matchDomain(id Identity, domain string) match {
	email, isUser := strings.CutPrefix(id.Member, "user:")
	_, of, _ := strings.Cut(email, "@")
	return certain(isUser && strings.EqualFold(of, domain))
}

// matchPrincipal: a single federated identity is no service account and no
// Google user, unless the name says so.
func matchPrincipal(id Identity, name string) match {
	_, email, _ := strings.Cut(id.Member, ":")
	if strings.HasSuffix(strings.ToLower(name), "/"+strings.ToLower(email)) {
		return maybe
	}
	return never
}

const resourceSets = "//cloudresourcemanager.googleapis.com/"

// matchSet: principalSet://cloudresourcemanager.googleapis.com/projects/N/type/ServiceAccount
// holds the accounts of a project, folder or organization. Pools of workforce
// and workload identities hold no account of Google's.
func matchSet(id Identity, name string) match {
	if !strings.HasPrefix(name, resourceSets) {
		if strings.HasPrefix(name, "//iam.googleapis.com/") && !strings.Contains(name, "serviceAccounts") {
			return never
		}
		return maybe
	}
	container, kind, ok := strings.Cut(strings.TrimPrefix(name, resourceSets), "/type/")
	if !ok {
		return maybe
	}
	if strings.HasPrefix(id.Member, "user:") || kind == "ServiceAccount" && id.ServiceAgent || kind == "ServiceAgent" && !id.ServiceAgent {
		return never
	}
	if id.Home == nil || kind != "ServiceAccount" && kind != "ServiceAgent" {
		return maybe
	}
	for _, home := range id.Home {
		if home == container {
			return surely
		}
	}
	return never
}
