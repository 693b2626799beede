package judge

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/shell"
)

// who is a principal in words.
func who(p need.Principal) string {
	words := "the " + p.Kind.InWords()
	if email := emailOf(p.Member); email != "" {
		words += " " + email
	}
	return words
}

// list joins names; long lists keep their beginning.
func list(names []string) string {
	const most = 6
	if len(names) == 0 {
		return "nothing"
	}
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// because says why something could not be found out, and what would help.
func because(err error, what, permission, role string) Statement {
	e := facts.AsError(err)
	if e.Unreachable() {
		return say(noAnswer, e.NoAnswerReason())
	}
	if q, ok := e.QuotaError(); ok {
		return say(outOfQuota, what, q.Error())
	}
	if e.Unauthorized() {
		return say(credentialsRefused, what, e.Error())
	}
	if service, consumer, off := e.ServiceDisabled(); off {
		return say(askedServiceOff, what, e.Error(), shell.Command("gcloud", "services", "enable", shell.Name(service), "--project="+strings.TrimPrefix(consumer, "projects/")))
	}
	if e.UserProjectDenied() {
		return say(quotaProjectDenied, what, e.Error())
	}
	if e.Denied() || e.NotFound() {
		return say(readDenied, what, e.Error(), permission, role)
	}
	return say(notFoundOut, what, e.Error())
}

// whyUnread says why an allow policy is not at hand. A plain refusal stays
// short: inDoubt says what would help, once for all that was refused.
func whyUnread(err error, name string) string {
	if e := facts.AsError(err); e.Denied() && e.Method != facts.MethodGenerateAccessToken {
		return refused + e.Message
	}
	return because(err, "the allow policy of "+name, resource.PolicyPermission(name), "roles/iam.securityReviewer").String()
}

// refused begins the reason of a policy that the caller may not read.
const refused = "403 "

// unmet says which bindings do not count, because of their conditions.
func unmet(a iam.Answer) []finding.Evidence {
	var out []finding.Evidence
	for _, u := range a.Unmet {
		out = saying(out, u.Resource, fmt.Sprintf("%s has %s on %s only where %s", u.Member, u.Role, resource.Describe(u.Resource), u.Expression))
	}
	return out
}

// deniedBy says which deny policies take something.
func deniedBy(a iam.Answer) []finding.Evidence {
	var out []finding.Evidence
	for _, d := range a.Denied {
		out = saying(out, d.Resource, "the deny policy "+d.Policy+" of "+resource.Describe(d.Resource)+" takes it")
	}
	return out
}

// saying adds what the policies of a resource say to what they said already.
func saying(list []finding.Evidence, on, text string) []finding.Evidence {
	i := slices.IndexFunc(list, func(e finding.Evidence) bool { return e.Resource == on })
	if i < 0 {
		return append(list, finding.Evidence{Method: "getIamPolicy", Resource: on, Detail: text})
	}
	if !strings.Contains("; "+list[i].Detail+"; ", "; "+text+"; ") {
		list[i].Detail += "; " + text
	}
	return list
}

// describe says which binding gives something.
func describe(g iam.Grant) finding.Evidence {
	text := fmt.Sprintf("%s has %s on %s", g.Member, g.Role, resource.Describe(g.Resource))
	if g.Conditional {
		text += ", and its condition is true"
	}
	return finding.Evidence{Method: "getIamPolicy", Resource: g.Resource, Detail: text}
}

// inDoubt says what kept policies from giving an answer: each doubt once, and
// policies that the caller may not read together.
func inDoubt(doubts []iam.Doubt) string {
	var texts, unread, permissions []string
	message := ""
	for _, d := range doubts {
		why, isRefused := strings.CutPrefix(d.Detail, refused)
		if d.Kind != iam.DoubtPolicy || !isRefused {
			texts = append(texts, doubtInWords(d))
			continue
		}
		message = why
		unread = union(unread, resource.Describe(d.Resource))
		permissions = union(permissions, resource.PolicyPermission(d.Resource))
	}
	if len(unread) > 0 {
		texts = append(texts, "the allow policies of "+strings.Join(unread, ", ")+" cannot be read ("+refused+message+"): "+
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

// doubtInWords is one of them, with what would settle it.
func doubtInWords(d iam.Doubt) string {
	bound := d.Role + " on " + resource.Describe(d.Resource)
	switch d.Kind {
	case iam.DoubtPolicy:
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
	if address, ok := strings.CutPrefix(d.Member, "unknown:"); ok {
		return address + " sets members of " + bound + " that are not known before apply, and the account may be among them"
	}
	if member, ok := strings.CutPrefix(d.Member, "maybe:"); ok {
		return "the plan may remove " + member + " from " + bound + ": the members or the condition that it sets are not known before apply"
	}
	return d.Member + " has " + bound + " and may stand for the account"
}

// levelsInWords are the resources whose policies decide about a need.
func (ev *evaluator) levelsInWords(n need.Need) string {
	var names []string
	for _, l := range ev.deciding(n).levels {
		names = append(names, resource.Describe(l.Resource))
	}
	return strings.Join(names, ", ")
}

// emailOf is the email in a member.
func emailOf(member string) string {
	_, email, _ := strings.Cut(member, ":")
	return email
}

// memberOf is a user's or service account's email as policies name it.
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

func without(list, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(gone, s) })
}

func intersect(list, with []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !slices.Contains(with, s) })
}
