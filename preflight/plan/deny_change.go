package plan

import (
	"net/url"
	"slices"
	"strings"

	"gke-preflight/preflight/resource"
)

// A DenyChange is the effect of a resource change on one deny policy.
type DenyChange struct {
	*Change
	// Parent is the project, the folder or the organization that the policy is
	// attached to; zero if it is only known after apply.
	Parent resource.Name
	// ID is the last part of the policy's name; empty if it is not known.
	ID string
	// RemovesRules reports whether apply removes the current rules of the policy,
	// except for those in Rules.
	RemovesRules bool
	// Rules are the rules after apply; none if the policy is destroyed.
	Rules []DenyRule
}

// A DenyRule is a rule of a deny policy, with names in the format of deny
// policies.
type DenyRule struct {
	Principals, ExceptPrincipals   []string
	Permissions, ExceptPermissions []string
	// Condition is a CEL expression; may be empty.
	Condition string
	// Unknown reports whether a part of the rule is only known after apply.
	Unknown bool
}

// DenyChanges returns the effects of apply on deny policies, in the order of
// the plan.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/r/iam_deny_policy.html.markdown
func (p *Plan) DenyChanges() []DenyChange { return slices.Clip(p.denyChanges) }

// denyChanges returns the effects of c on deny policies. A replacement lifts
// the old policy and creates another, possibly with another name or on another
// resource.
func denyChanges(c *Change) []DenyChange {
	var out []DenyChange
	if c.Deletes() {
		out = append(out, DenyChange{Change: c, Parent: parseAttachmentPoint(c.Before("parent").String()), ID: c.Before("name").String(), RemovesRules: true})
	}
	if !c.IsDestroyed() {
		out = append(out, denyChange(c))
	}
	return out
}

// denyChange returns the deny policy after apply.
func denyChange(c *Change) DenyChange {
	d := DenyChange{Change: c, Parent: parseAttachmentPoint(c.After("parent").String()), ID: c.After("name").String(), RemovesRules: c.Updates()}
	rules := c.After("rules")
	if rules.State != Known {
		d.Rules = []DenyRule{{Unknown: true}}
	}
	for i := range rules.Len() {
		d.Rules = append(d.Rules, denyRule(c, "rules", i, "deny_rule", 0))
	}
	return d
}

// DenyPolicyParent returns the resource that the deny policy of c is attached to,
// as in DenyChange.On; zero if c is not a deny policy, or if the resource is
// not known.
func (c *Change) DenyPolicyParent() resource.Name {
	if c.Type != "google_iam_deny_policy" {
		return resource.Name{}
	}
	return parseAttachmentPoint(c.Latest("parent").String())
}

// parseAttachmentPoint returns the resource of a URL-encoded attachment point.
func parseAttachmentPoint(parent string) resource.Name {
	name, err := url.PathUnescape(parent)
	if err != nil || !strings.HasPrefix(name, "cloudresourcemanager.googleapis.com/") {
		return resource.Name{}
	}
	return resource.Parse(name)
}

// denyRule returns the deny rule at path.
func denyRule(c *Change, path ...any) DenyRule {
	var r DenyRule
	list := func(name string) []string {
		v := c.After(append(append([]any{}, path...), name)...)
		known := v.Strings()
		if v.State == Unknown || len(known) != v.Len() {
			r.Unknown = true
		}
		return known
	}
	r.Principals, r.ExceptPrincipals = list("denied_principals"), list("exception_principals")
	r.Permissions, r.ExceptPermissions = list("denied_permissions"), list("exception_permissions")
	condition := c.After(append(append([]any{}, path...), "denial_condition", 0, "expression")...)
	r.Condition = condition.String()
	if condition.State == Unknown && c.After(append(append([]any{}, path...), "denial_condition")...).Len() > 0 {
		r.Unknown = true
	}
	return r
}
