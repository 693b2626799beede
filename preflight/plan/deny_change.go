package plan

import (
	"net/url"
	"slices"
	"strings"

	"gke-preflight/preflight/resource"
)

// A DenyChange is what a resource change does to one deny policy.
type DenyChange struct {
	*Change
	// On is the project, the folder or the organization that the policy is
	// attached to; zero where that is not known before apply.
	On resource.Name
	// ID is the last part of the policy's name; empty where it is not known.
	ID string
	// Lifts reports that the rules that the policy has now are no longer there
	// after apply, unless they are among Rules.
	Lifts bool
	// Rules are those that the policy has after apply; none for one that goes.
	Rules []DenyRule
}

// A DenyRule is a rule of a deny policy, with names as deny policies have them.
type DenyRule struct {
	Denied, Except                 []string
	Permissions, ExceptPermissions []string
	// Condition is a CEL expression; may be empty.
	Condition string
	// Unknown reports that a part of the rule is not known before apply.
	Unknown bool
}

// DenyChanges are what apply does to deny policies, in the order of the plan.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/r/iam_deny_policy.html.markdown
func (p *Plan) DenyChanges() []DenyChange { return slices.Clip(p.denyChanges) }

// denyChanges returns what a change does: one that is replaced lifts the old
// policy and makes another, perhaps of another name or on another resource.
func (c *Change) denyChanges() []DenyChange {
	var out []DenyChange
	if c.Deletes() {
		out = append(out, DenyChange{Change: c, On: parseAttachmentPoint(c.Before("parent").String()), ID: c.Before("name").String(), Lifts: true})
	}
	if !c.Goes() {
		out = append(out, c.denyChange())
	}
	return out
}

func (c *Change) denyChange() DenyChange {
	d := DenyChange{Change: c, On: parseAttachmentPoint(c.After("parent").String()), ID: c.After("name").String(), Lifts: c.Updates()}
	rules := c.After("rules")
	if rules.State != Known {
		d.Rules = []DenyRule{{Unknown: true}}
	}
	for i := range rules.Len() {
		d.Rules = append(d.Rules, c.denyRule("rules", i, "deny_rule", 0))
	}
	return d
}

// DenyPolicyOn returns what the deny policy of c is attached to, as DenyChange.On;
// zero if c is about something else, or if that is not known.
func (c *Change) DenyPolicyOn() resource.Name {
	if c.Type != "google_iam_deny_policy" {
		return resource.Name{}
	}
	return parseAttachmentPoint(c.Now("parent").String())
}

// parseAttachmentPoint is what a URL-encoded attachment point stands for.
func parseAttachmentPoint(parent string) resource.Name {
	name, err := url.PathUnescape(parent)
	if err != nil || !strings.HasPrefix(name, "cloudresourcemanager.googleapis.com/") {
		return resource.Name{}
	}
	return resource.Parse(name)
}

func (c *Change) denyRule(path ...any) DenyRule {
	var r DenyRule
	list := func(name string) []string {
		v := c.After(append(append([]any{}, path...), name)...)
		known := v.Strings()
		if v.State == Unknown || len(known) != v.Len() {
			r.Unknown = true
		}
		return known
	}
	r.Denied, r.Except = list("denied_principals"), list("exception_principals")
	r.Permissions, r.ExceptPermissions = list("denied_permissions"), list("exception_permissions")
	condition := c.After(append(append([]any{}, path...), "denial_condition", 0, "expression")...)
	r.Condition = condition.String()
	if condition.State == Unknown && c.After(append(append([]any{}, path...), "denial_condition")...).Len() > 0 {
		r.Unknown = true
	}
	return r
}
