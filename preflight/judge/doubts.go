package judge

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/resource"
)

// doubtsText says what kept policies from giving an answer: each doubt once, and
// policies that the caller may not read together.
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
		texts = append(texts, "the allow policies of "+strings.Join(unread, ", ")+" cannot be read (403 "+message+"): "+
			strings.Join(permissions, ", ")+" would tell, which roles/iam.securityReviewer gives")
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	if more := len(texts) - maxDoubts; more > 0 {
		texts = append(texts[:maxDoubts], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, "; ")
}

// maxDoubts is how many doubts are written out: who reads more than ten?
const maxDoubts = 10

// doubtText is one of them, with what would settle it.
func doubtText(d iam.Doubt) string {
	bound := d.Role + " on " + resource.Describe(d.Resource)
	switch d.Kind {
	case iam.DoubtPolicy:
		if d.Denied {
			return "403 " + d.Detail
		}
		return d.Detail
	case iam.DoubtAncestors:
		return "what lies above the project is not known, and a grant may stand there: resourcemanager.projects.get (roles/browser) would tell"
	case iam.DoubtRole:
		if d.Detail != "" {
			return d.Detail
		}
		return "what " + bound + " contains is not known: iam.roles.get (roles/iam.roleViewer) would tell"
	case iam.DoubtCondition:
		return d.Member + " has " + bound + " under a condition that cannot be judged before apply: " + d.Detail
	case iam.DoubtDeny:
		return "the deny policy " + d.Policy + " of " + resource.Describe(d.Resource) + " may take it away: " + d.Detail
	case iam.DoubtGroup:
		return "the group " + emailOf(d.Member) + " has " + bound + " and may hold the account: who is in a group cannot be read here"
	}
	if address, ok := iam.UnknownMemberSource(d.Member); ok {
		return address + " sets members of " + bound + " that are not known before apply, and the account may be among them"
	}
	if member, ok := iam.UncertainMember(d.Member); ok {
		return "the plan may remove " + member + " from " + bound + ": the members or the condition that it sets are not known before apply"
	}
	return d.Member + " has " + bound + " and may stand for the account"
}

// limitText says what a limit is, and what would settle it.
func limitText(d iam.Doubt) string {
	grant := d.Member + " has " + d.Role + " on " + resource.Describe(d.Resource) + " only if " + d.Detail
	if d.Limit == iam.LimitRoles {
		return grant + ", and which roles apply grants or revokes is not known"
	}
	return grant + ", which does not stay true for the next hour: renew the grant before apply"
}
