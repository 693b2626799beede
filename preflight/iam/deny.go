package iam

import (
	"slices"
	"strings"
)

// A DenyRule is a rule of a deny policy: it takes permissions from principals,
// whatever allow policies give.
// https://docs.cloud.google.com/iam/docs/deny-overview
type DenyRule struct {
	// Policy names the policy that the rule stands in.
	Policy string
	// Denied and Except are principals as deny policies write them, such as
	// principalSet://goog/public:all.
	Denied, Except []string
	// Permissions and ExceptPermissions are as deny policies write them, such as
	// container.googleapis.com/clusters.create or container.googleapis.com/*.*.
	Permissions, ExceptPermissions []string
	Condition                      *Condition
	// Unknown says why it is not known what the rule denies; usually empty.
	Unknown string
}

// A Denial is a deny rule that takes, or may take, the permission.
type Denial struct {
	Policy, Resource string
	// Detail says why it is not certain; empty where it is.
	Detail string
}

func (d Denial) doubt() Doubt {
	return Doubt{Kind: DoubtDeny, Policy: d.Policy, Resource: d.Resource, Detail: d.Detail}
}

// denials are the deny rules of all levels that are about a question.
func denials(q Question) (sure, possible []Denial) {
	for _, level := range q.Levels {
		for _, rule := range level.Denies {
			m, why := rule.matches(q)
			switch m {
			case surely:
				sure = append(sure, Denial{Policy: rule.Policy, Resource: level.Resource})
			case maybe:
				possible = append(possible, Denial{Policy: rule.Policy, Resource: level.Resource, Detail: why})
			}
		}
	}
	return sure, possible
}

// matches says whether a rule takes the permission, and what is in doubt.
func (d DenyRule) matches(q Question) (match, string) {
	if d.Unknown != "" {
		return maybe, d.Unknown
	}
	permission := deniesPermission(d.Permissions, d.ExceptPermissions, q.Permission)
	who, member := matchDenied(q.Identity, d.Denied)
	except, exempt := matchDenied(q.Identity, d.Except)
	condition := d.Condition.Holds(q.Request)
	switch {
	case permission == never || who == never || except == surely || condition == No:
		return never, ""
	case who == maybe:
		return maybe, member + " may hold the account"
	case except == maybe:
		return maybe, exempt + ", which it excepts, may hold the account"
	case condition == Unknown:
		return maybe, "its condition cannot be judged here: " + d.Condition.Expression
	case permission == maybe:
		return maybe, "whether its wildcard covers " + q.Permission + " is not known"
	}
	return surely, ""
}

// deniesPermission says whether patterns cover a permission. A wildcard covers
// only what can be denied at all, and that is not known of every permission.
func deniesPermission(patterns, except []string, permission string) match {
	name := DenyName(permission)
	if slices.ContainsFunc(except, func(p string) bool { return covers(p, name) }) {
		return never
	}
	switch {
	case slices.Contains(patterns, name):
		return surely
	case !slices.ContainsFunc(patterns, func(p string) bool { return covers(p, name) }):
		return never
	case slices.Contains(deniable(), permission):
		return surely
	}
	return maybe
}

// DenyName is a permission as deny policies write it: container.clusters.get is
// container.googleapis.com/clusters.get there.
// https://docs.cloud.google.com/iam/docs/deny-permissions-support
func DenyName(permission string) string {
	service, rest, _ := strings.Cut(permission, ".")
	if service == "resourcemanager" {
		service = "cloudresourcemanager"
	}
	return service + ".googleapis.com/" + rest
}

// covers reports whether a pattern, such as SERVICE/*.* or SERVICE/clusters.*,
// is or stands for a permission.
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

func cutLast(s string) (before, after string) {
	i := strings.LastIndex(s, ".")
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i+1:]
}

// deniable are permissions that are known to be deniable, of those that rules
// ask for.
// https://docs.cloud.google.com/iam/docs/deny-permissions-support
func deniable() []string {
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

// matchDenied is the best match among principals as deny policies write them.
func matchDenied(id Identity, principals []string) (match, string) {
	best, which := never, ""
	for _, p := range principals {
		if got := matchDeniedOne(id, p); got > best {
			best, which = got, p
		}
	}
	return best, which
}

// matchDeniedOne knows the forms of
// https://docs.cloud.google.com/iam/docs/principal-identifiers#deny
func matchDeniedOne(id Identity, principal string) match {
	if principal == "principalSet://goog/public:all" {
		return surely
	}
	if subject, ok := strings.CutPrefix(principal, "principal://goog/subject/"); ok {
		return matchMember(id, "user:"+subject)
	}
	if account, ok := strings.CutPrefix(principal, "principal://iam.googleapis.com/projects/-/serviceAccounts/"); ok {
		return matchMember(id, "serviceAccount:"+account)
	}
	if strings.HasPrefix(principal, "principalSet://goog/group/") {
		return maybe
	}
	return matchMember(id, principal)
}
