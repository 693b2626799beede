package judge

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/resource"
)

// doubtsText says why policies do not give an answer. It mentions each doubt once,
// and combines all policies that the caller may not read.
func doubtsText(doubts []iam.Doubt) string {
	var texts, unread, permissions []string
	message := ""
	for _, d := range doubts {
		if !d.Denied {
			texts = append(texts, doubtText(d))
			continue
		}
		message = d.Detail
		unread = union(unread, resource.Describe(d.Resource))
		permissions = union(permissions, resource.PolicyPermission(d.Resource))
	}
	if len(unread) > 0 {
		texts = append(texts, "could not read the allow policies of "+strings.Join(unread, ", ")+" (403 "+message+"): grant roles/iam.securityReviewer ("+
			strings.Join(permissions, ", ")+") to check them")
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	if more := len(texts) - maxDoubts; more > 0 {
		texts = append(texts[:maxDoubts], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, "; ")
}

// maxDoubts is how many doubts are written out.
const maxDoubts = 10

// doubtText says what is in doubt, and what would resolve it.
func doubtText(d iam.Doubt) string {
	bound := d.Role + " on " + resource.Describe(d.Resource)
	switch d.Kind {
	case iam.DoubtPolicy:
		if d.Denied {
			return "403 " + d.Detail
		}
		return d.Detail
	case iam.DoubtAncestors:
		return "the folders and the organization above the project are not known, and their policies may grant it: grant roles/browser (resourcemanager.projects.get) to check them"
	case iam.DoubtRole:
		if d.Detail != "" {
			return d.Detail
		}
		return "the permissions of " + bound + " are not known: grant roles/iam.roleViewer (iam.roles.get) to check this"
	case iam.DoubtCondition:
		return d.Member + " has " + bound + " on a condition that cannot be evaluated before apply: " + d.Detail
	case iam.DoubtDeny:
		return "deny policy " + d.Policy + " of " + resource.Describe(d.Resource) + " may deny it: " + d.Detail
	case iam.DoubtGroup:
		return "group " + emailOf(d.Member) + " has " + bound + ", and the account may be a member: group membership is not checked"
	}
	if address, ok := iam.UnknownMemberSource(d.Member); ok {
		return address + " sets members of " + bound + " that are not known before apply, and the account may be one of them"
	}
	if member, ok := iam.UncertainMember(d.Member); ok {
		return "the plan may remove " + member + " from " + bound + ": the members or the condition that it sets are not known before apply"
	}
	return d.Member + " has " + bound + ", which may include the account"
}

// limitText says how a condition limits a grant, and what would resolve it.
func limitText(d iam.Doubt) string {
	grant := d.Member + " has " + d.Role + " on " + resource.Describe(d.Resource) + " only if " + d.Detail
	if d.Limit == iam.LimitRoles {
		return grant + ", and it is not known which roles apply grants or revokes"
	}
	return grant + ", which does not hold for the next hour: renew the grant before apply"
}
