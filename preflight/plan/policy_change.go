package plan

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"gke-preflight/preflight/resource"
)

// A PolicyEffect says what a change does to an allow policy.
type PolicyEffect int

// The effects, by the resources that have them.
const (
	// AddsMembers: *_iam_member adds its members to the role.
	AddsMembers PolicyEffect = iota
	// RemovesMembers: an *_iam_member that is destroyed, and
	// google_project_iam_member_remove, remove their members from the role.
	RemovesMembers
	// SetsRole: *_iam_binding makes its members the only members of the role.
	SetsRole
	// SetsPolicy: *_iam_policy makes its bindings the only bindings.
	SetsPolicy
	// RemovesDefaultAccounts: google_project_default_service_accounts removes the default
	// accounts from every role.
	RemovesDefaultAccounts
)

// A PolicyChange is the effect of a resource change on one allow policy.
type PolicyChange struct {
	*Change
	// Resource is the resource that has the policy: a project, a folder, an account,
	// a subnetwork and so on; zero if it is only known after apply.
	Resource resource.Name
	Effect   PolicyEffect
	// Grants are the roles and members that the effect applies to.
	Grants []Grant
	// Unknown reports whether the policy of SetsPolicy is only known after
	// apply.
	Unknown bool
}

// A Grant gives a role to members.
type Grant struct {
	// Role is empty if it is only known after apply.
	Role string
	// Members are the known members.
	Members []string
	// HasUnknownMembers reports whether there are members that are only known after apply.
	HasUnknownMembers bool
	// Condition is nil for a grant without one.
	Condition *Condition
}

// A Condition is the IAM condition of a grant.
type Condition struct {
	// Title, Description and Expression are empty if they are only known after
	// apply. Expression is in CEL.
	Title, Description, Expression string
	// Unknown reports whether at least one of them is not known, or whether it
	// is not known if there is a condition at all.
	Unknown bool
}

// String returns the expression of a condition; empty if there is no condition.
func (c *Condition) String() string {
	switch {
	case c == nil:
		return ""
	case c.Expression == "" && c.Unknown:
		return "(known after apply)"
	}
	return c.Expression
}

// PolicyChanges returns the effects of apply on allow policies, in the order of
// the plan.
func (p *Plan) PolicyChanges() []PolicyChange { return slices.Clip(p.policyChanges) }

// A policyReader reads what a change does to allow policies.
type policyReader struct{ *Change }

// policyChanges returns the effects of c on allow policies.
func (r policyReader) policyChanges() []PolicyChange {
	switch {
	case r.Type == "google_project_iam_member_remove":
		if r.Creates() {
			return []PolicyChange{{Change: r.Change, Resource: r.policyResource(r.After), Effect: RemovesMembers, Grants: []Grant{r.grant(r.After, "member")}}}
		}
	case r.Type == "google_service_account":
		// The policy of the old account is destroyed with it.
		if on := resource.Parse(r.EmailBefore()); r.Replaces() && !on.IsZero() {
			return []PolicyChange{{Change: r.Change, Resource: on, Effect: SetsPolicy}}
		}
	case r.Type == "google_project_default_service_accounts":
		if action := r.After("action"); r.Creates() && (action.String() == "DEPRIVILEGE" || action.State == Unknown) {
			return []PolicyChange{{Change: r.Change, Resource: r.policyResource(r.After), Effect: RemovesDefaultAccounts}}
		}
	case strings.HasSuffix(r.Type, "_iam_member"):
		return r.memberChanges()
	case strings.HasSuffix(r.Type, "_iam_binding"):
		return r.bindingChanges()
	case strings.HasSuffix(r.Type, "_iam_policy") && r.Type != "google_iam_policy":
		return r.wholePolicyChanges()
	}
	return nil
}

// memberChanges returns the effects of an *_iam_member. If it is replaced, the
// old member is removed and the new one added.
func (r policyReader) memberChanges() []PolicyChange {
	var out []PolicyChange
	if r.Deletes() {
		out = append(out, PolicyChange{Change: r.Change, Resource: r.policyResource(r.Before), Effect: RemovesMembers, Grants: []Grant{r.grant(r.Before, "member")}})
	}
	if r.Creates() {
		out = append(out, PolicyChange{Change: r.Change, Resource: r.policyResource(r.After), Effect: AddsMembers, Grants: []Grant{r.grant(r.After, "member")}})
	}
	return out
}

// bindingChanges returns the effects of an *_iam_binding. Destroying one
// removes all members of its role.
func (r policyReader) bindingChanges() []PolicyChange {
	var out []PolicyChange
	if r.Deletes() {
		g := r.grant(r.Before, "members")
		g.Members, g.HasUnknownMembers = nil, false
		out = append(out, PolicyChange{Change: r.Change, Resource: r.policyResource(r.Before), Effect: SetsRole, Grants: []Grant{g}})
	}
	if !r.IsDestroyed() {
		out = append(out, PolicyChange{Change: r.Change, Resource: r.policyResource(r.After), Effect: SetsRole, Grants: []Grant{r.grant(r.After, "members")}})
	}
	return out
}

// wholePolicyChanges returns the effects of an *_iam_policy. If it is
// destroyed, or replaced by one on another resource, its resource is left
// without a policy.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/tpgiamresource/resource_iam_policy.go (ResourceIamPolicyDelete)
func (r policyReader) wholePolicyChanges() []PolicyChange {
	var out []PolicyChange
	if r.Deletes() {
		out = append(out, PolicyChange{Change: r.Change, Resource: r.policyResource(r.Before), Effect: SetsPolicy})
	}
	if !r.IsDestroyed() {
		out = append(out, r.wholePolicyChange())
	}
	return out
}

// wholePolicyChange returns the effect of the policy after apply.
func (r policyReader) wholePolicyChange() PolicyChange {
	change := PolicyChange{Change: r.Change, Resource: r.policyResource(r.After), Effect: SetsPolicy}
	data := r.After("policy_data")
	var policy struct {
		Bindings []struct {
			Role      string
			Members   []string
			Condition *Condition
		}
	}
	if data.State != Known || json.Unmarshal([]byte(data.String()), &policy) != nil {
		change.Unknown = true
		return change
	}
	for _, b := range policy.Bindings {
		change.Grants = append(change.Grants, Grant{Role: b.Role, Members: b.Members, Condition: b.Condition})
	}
	return change
}

// grant returns role, members and condition as get, which is After or Before,
// has them.
func (r policyReader) grant(get func(...any) Value, attribute string) Grant {
	g := Grant{Role: r.roleName(get("role")), Condition: condition(get)}
	if attribute == "member" {
		member := r.memberName(get("member"))
		g.HasUnknownMembers = member == ""
		if member != "" {
			g.Members = []string{member}
		}
		return g
	}
	members := get("members")
	g.Members = members.Strings()
	g.HasUnknownMembers = members.State != Known || len(g.Members) != members.Len()
	return g
}

// condition returns the condition of a grant; nil if it has none.
func condition(get func(...any) Value) *Condition {
	block := get("condition")
	if block.State == Absent || block.State == Known && block.Len() == 0 {
		return nil
	}
	title, description, expression := get("condition", 0, "title"), get("condition", 0, "description"), get("condition", 0, "expression")
	return &Condition{
		Title: title.String(), Description: description.String(), Expression: expression.String(),
		// Title and expression are required, so an empty one is unknown.
		Unknown: title.State != Known || expression.State != Known || description.State == Unknown,
	}
}

// roleName returns a role that is known, or that follows from a planned custom
// role.
func (r policyReader) roleName(v Value) string {
	if v.State == Known || r.block == nil {
		return v.String()
	}
	f := r.plan.resolveExpression(r.block.module, expressionOf(r.block.expressions["role"]))
	if role := f.plannedObject("name", "id"); role != nil {
		return customRole(role)
	}
	return ""
}

// memberName returns a member that is known, or that follows from a planned
// account or service agent.
func (r policyReader) memberName(v Value) string {
	if v.State == Known || r.block == nil {
		return v.String()
	}
	f := r.plan.resolveExpression(r.block.module, expressionOf(r.block.expressions["member"]))
	account := f.plannedObject("member", "email")
	if account == nil {
		return ""
	}
	if email := account.AccountEmail(); email != "" {
		return "serviceAccount:" + email
	}
	return serviceAgent(account)
}

// serviceAgent returns the IAM member of a google_project_service_identity,
// which is the primary service agent of its service. It has a placeholder for the
// project number if that is not known, and is empty for services that are not
// listed here.
// https://docs.cloud.google.com/iam/docs/service-agents
func serviceAgent(c *Change) string {
	domain := map[string]string{
		"container.googleapis.com":           "container-engine-robot",
		"compute.googleapis.com":             "compute-system",
		"gkehub.googleapis.com":              "gcp-sa-gkehub",
		"gkebackup.googleapis.com":           "gcp-sa-gkebackup",
		"binaryauthorization.googleapis.com": "gcp-sa-binaryauthorization",
		"pubsub.googleapis.com":              "gcp-sa-pubsub",
		"privateca.googleapis.com":           "gcp-sa-privateca",
	}[c.Latest("service").String()]
	project := c.Project().ID
	if c.Type != "google_project_service_identity" || domain == "" || project == "" {
		return ""
	}
	return "serviceAccount:service-" + resource.ProjectNumberOrPlaceholder(project) + "@" + domain + ".iam.gserviceaccount.com"
}

// PolicyResource returns the resource whose allow policy c changes, as in
// PolicyChange.On; zero if c changes none, or if the resource is not known.
func (c *Change) PolicyResource() resource.Name {
	return policyReader{c}.policyResource(c.Latest)
}

// ChangedAccount returns the name of the service account that c changes itself, by
// its keys or in its own attributes; zero if there is none, or if the name is
// not known.
func (c *Change) ChangedAccount() resource.Name {
	switch c.Type {
	case "google_service_account":
		return resource.Parse(c.AccountEmail())
	case "google_service_account_key":
		return policyReader{c}.accountName(c.Latest("service_account_id"))
	}
	return resource.Name{}
}

// policyResource returns the resource whose policy c changes; zero if it is not
// known.
func (r policyReader) policyResource(get func(...any) Value) resource.Name {
	kind := resource.KindOfPolicyType(r.Type)
	attribute := kind.Terraform.Attribute
	switch {
	case kind.Collection == "":
		return resource.Name{}
	case kind.Collection == resource.Projects:
		// A replaced one may have been in another project.
		return resource.ParseProject(cmp.Or(projectID(r.Change, get(attribute).String()), r.Project().ID)).Name()
	case kind.Collection == resource.ServiceAccounts:
		return r.accountName(get(attribute))
	case kind.InProject():
		return r.namedResource(kind, get)
	}
	return resource.Parse(prefixNonEmpty(kind.Collection+"/", lastSegment(get(attribute).String())))
}

// accountName returns the service account that v names, or that a planned
// account gives.
func (r policyReader) accountName(v Value) resource.Name {
	if v.String() != "" || r.block == nil {
		return resource.Parse(v.String())
	}
	f := r.plan.resolveExpression(r.block.module, expressionOf(r.block.expressions["service_account_id"]))
	account := f.plannedObject("name", "id", "email")
	if account == nil {
		return resource.Name{}
	}
	return resource.Parse(account.AccountEmail())
}

// namedResource returns the resource of a kind that an IAM resource names,
// possibly in short, or refers to.
func (r policyReader) namedResource(kind resource.Kind, get func(...any) Value) resource.Name {
	location := ""
	if attribute := kind.Terraform.Location; attribute != "" {
		location = lastSegment(get(attribute).String())
	}
	attribute := kind.Terraform.Attribute
	name := resource.ParseAs(kind.Collection, get(attribute).String(), r.Project().Name().Project(), location)
	if name.IsZero() {
		return resource.Parse(referencedResourceName(r.Change, attribute, kind.Terraform.Type, maxHops))
	}
	return name
}
