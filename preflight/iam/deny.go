package iam

import (
	"slices"
	"strings"
)

// A DenyRule is a rule of a deny policy. It denies permissions to principals, even
// if allow policies grant them.
// https://docs.cloud.google.com/iam/docs/deny-overview
type DenyRule struct {
	// Policy is the ID of the rule's policy.
	Policy string
	// Denied and Except are principals in the form of deny policies, such as
	// principalSet://goog/public:all.
	Denied, Except []string
	// Permissions and ExceptPermissions are permissions in the form of deny
	// policies, such as container.googleapis.com/clusters.create or
	// container.googleapis.com/*.*.
	Permissions, ExceptPermissions []string
	// Condition is nil if the rule always applies.
	Condition *Condition
	// Unknown says why it is not known what the rule denies; empty if it is known.
	Unknown string
}

// A MatchedDenyRule is a deny rule that denies, or may deny, a permission.
type MatchedDenyRule struct {
	Policy, Resource string
	// Detail says why it is uncertain; empty if it is certain.
	Detail string
}

func (d MatchedDenyRule) doubt() Doubt {
	return Doubt{Kind: DoubtDeny, Policy: d.Policy, Resource: d.Resource, Detail: d.Detail}
}

// denials returns the deny rules of all levels that deny the permission, and
// those that may deny it.
func denials(q Question) (sure, unsure []MatchedDenyRule) {
	for _, level := range q.Levels {
		for _, rule := range level.DenyRules {
			m, why := rule.match(q)
			switch m {
			case certain:
				sure = append(sure, MatchedDenyRule{Policy: rule.Policy, Resource: level.Resource})
			case possible:
				unsure = append(unsure, MatchedDenyRule{Policy: rule.Policy, Resource: level.Resource, Detail: why})
			}
		}
	}
	return sure, unsure
}

// match says whether a rule denies the permission, and why that is uncertain.
func (d DenyRule) match(q Question) (match, string) {
	if d.Unknown != "" {
		return possible, d.Unknown
	}
	permission := matchDeniedPermission(d.Permissions, d.ExceptPermissions, q.Permission)
	denied, principal := matchDenyPrincipals(q.Identity, d.Denied)
	excepted, exception := matchDenyPrincipals(q.Identity, d.Except)
	condition := d.Condition.Eval(q.Request)
	switch {
	case permission == never || denied == never || excepted == certain || condition == No:
		return never, ""
	case denied == possible:
		return possible, principal + " may include the account"
	case excepted == possible:
		return possible, "its exception for " + exception + " may include the account"
	case condition == Unknown:
		return possible, "its condition cannot be evaluated: " + d.Condition.Expression
	case permission == possible:
		return possible, "its wildcard may not cover " + q.Permission
	}
	return certain, ""
}

// matchDeniedPermission says whether patterns cover a permission. A wildcard
// covers only permissions that can be denied at all, and that is not known of
// every permission.
func matchDeniedPermission(patterns, except []string, permission string) match {
	name := DenyPermission(permission)
	if slices.ContainsFunc(except, func(p string) bool { return covers(p, name) }) {
		return never
	}
	switch {
	case slices.Contains(patterns, name):
		return certain
	case !slices.ContainsFunc(patterns, func(p string) bool { return covers(p, name) }):
		return never
	case slices.Contains(deniablePermissions(), permission):
		return certain
	}
	return possible
}

// DenyPermission returns a permission in the form of deny policies:
// container.clusters.get is container.googleapis.com/clusters.get there.
// https://docs.cloud.google.com/iam/docs/deny-permissions-support
func DenyPermission(permission string) string {
	service, rest, _ := strings.Cut(permission, ".")
	if service == "resourcemanager" {
		service = "cloudresourcemanager"
	}
	return service + ".googleapis.com/" + rest
}

// covers reports whether a pattern, such as SERVICE/*.* or SERVICE/clusters.*,
// matches a permission.
func covers(pattern, name string) bool {
	patternService, pattern, _ := strings.Cut(pattern, "/")
	service, name, _ := strings.Cut(name, "/")
	if patternService != service {
		return false
	}
	patternKind, patternVerb := cutLast(pattern)
	kind, verb := cutLast(name)
	return (patternKind == "*" || patternKind == kind) && (patternVerb == "*" || patternVerb == verb)
}

// cutLast splits s around its last dot.
func cutLast(s string) (before, after string) {
	i := strings.LastIndex(s, ".")
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i+1:]
}

// deniablePermissions returns the permissions of rules that can be denied.
// https://docs.cloud.google.com/iam/docs/deny-permissions-support
func deniablePermissions() []string {
	return []string{
		"cloudkms.cryptoKeyVersions.useToDecrypt",
		"cloudkms.cryptoKeyVersions.useToEncrypt",
		"compute.firewalls.create",
		"compute.instanceGroupManagers.create",
		"compute.instances.create",
		"compute.networks.updatePolicy",
		"compute.subnetworks.use",
		"container.clusters.create",
		"container.clusters.delete",
		"container.clusters.get",
		"container.clusters.getCredentials",
		"container.clusters.list",
		"container.clusters.update",
		"container.operations.get",
		"container.operations.list",
		"iam.serviceAccounts.actAs",
		"iam.serviceAccounts.getAccessToken",
		"resourcemanager.projects.get",
		"serviceusage.services.enable",
		"serviceusage.services.use",
	}
}

// matchDenyPrincipals returns the best match among principals in the form of deny
// policies, and the principal.
func matchDenyPrincipals(id Identity, principals []string) (match, string) {
	best, principal := never, ""
	for _, p := range principals {
		if got := matchDenyPrincipal(id, p); got > best {
			best, principal = got, p
		}
	}
	return best, principal
}

// matchDenyPrincipal matches one principal.
// https://docs.cloud.google.com/iam/docs/principal-identifiers#deny
func matchDenyPrincipal(id Identity, principal string) match {
	if principal == "principalSet://goog/public:all" {
		return certain
	}
	if subject, ok := strings.CutPrefix(principal, "principal://goog/subject/"); ok {
		return matchMember(id, "user:"+subject)
	}
	if account, ok := strings.CutPrefix(principal, "principal://iam.googleapis.com/projects/-/serviceAccounts/"); ok {
		return matchMember(id, "serviceAccount:"+account)
	}
	if strings.HasPrefix(principal, "principalSet://goog/group/") {
		return possible
	}
	return matchMember(id, principal)
}
