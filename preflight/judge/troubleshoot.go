package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
)

// troubleshoot lets Policy Troubleshooter settle what the policies at hand
// leave open, and what deny policies that were not read might take away. What
// the plan changes it knows nothing of: that stays as it is.
func (tl *timelines) troubleshoot(n need.Need, identity iam.Identity, t *turns, permissions []string) {
	if !tl.of.Troubleshooter || identity.Member == "" || tl.isPending() {
		return
	}
	doubted := slices.DeleteFunc(slices.Clone(permissions), func(p string) bool { return !tl.doubtful(t, p) })
	for _, p := range doubted {
		access, err := ask[facts.AccessState](tl.reader, facts.Question{Kind: facts.KindAccess, On: n.Resource, Item: p, Member: identity.Member})
		if err != nil {
			t.unasked = union(t.unasked, because(err, "from Policy Troubleshooter", "policytroubleshooter.iam.troubleshoot", "roles/iam.securityReviewer on the organization").String())
			continue
		}
		t.settle(p, access)
	}
}

// doubtful reports whether an answer of now is one to ask about, and the plan
// leaves it as it is.
func (tl *timelines) doubtful(t *turns, p string) bool {
	now, then := t.held[p], t.then[p]
	if now.Verdict != then.Verdict || !slices.Equal(now.Doubts, then.Doubts) || !slices.Equal(now.Grants, then.Grants) {
		return false
	}
	return now.Verdict == iam.Unknown || now.Verdict == iam.Yes && !tl.denials().complete()
}

// settle puts what Policy Troubleshooter says in place of a doubt.
func (t *turns) settle(p string, access facts.AccessState) {
	var answer iam.Answer
	switch access {
	case facts.CanAccess:
		answer = iam.Answer{Verdict: iam.Yes, Grants: t.held[p].Grants, Levels: t.held[p].Levels}
	case facts.CannotAccess:
		answer = iam.Answer{Verdict: iam.No, Levels: t.held[p].Levels}
	default:
		return
	}
	t.troubleshot = append(t.troubleshot, p+": "+strings.ReplaceAll(strings.ToLower(string(access)), "_", " "))
	t.held[p], t.then[p], t.someday[p] = answer, answer, answer
}
