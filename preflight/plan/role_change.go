package plan

import (
	"slices"
	"strings"
)

// A RoleChange is the effect of a resource change on one custom role.
type RoleChange struct {
	*Change
	// Role is the name of the role, such as projects/p/roles/r or
	// organizations/1/roles/r; empty if it is only known after apply.
	Role string
	// Destroyed reports whether the role does not exist after apply: it is
	// destroyed, or replaced by one with another name.
	Destroyed bool
	// Before and After are its permissions; nil if the role does not exist.
	// Unknown reports whether After is only known after apply.
	Before, After []string
	Unknown       bool
}

// RoleChanges returns the effects of apply on custom roles, in the order of the
// plan.
func (p *Plan) RoleChanges() []RoleChange { return slices.Clip(p.roleChanges) }

// isCustomRole reports whether c is a custom role.
func isCustomRole(c *Change) bool {
	return c.Type == "google_project_iam_custom_role" || c.Type == "google_organization_iam_custom_role"
}

// roleChanges returns the effects of c on custom roles. Replacing a role by one
// with another name, or in another project, destroys the old one.
func roleChanges(c *Change) []RoleChange {
	was := RoleChange{Change: c, Destroyed: true, Role: customRoleBefore(c), Before: c.Before("permissions").Strings()}
	if c.IsDestroyed() {
		return []RoleChange{was}
	}
	r := roleChange(c)
	if !c.Replaces() || r.Role == was.Role {
		return []RoleChange{r}
	}
	r.Before = nil
	return []RoleChange{was, r}
}

// roleChange returns the role after apply.
func roleChange(c *Change) RoleChange {
	r := RoleChange{Change: c, Role: customRole(c), Before: c.Before("permissions").Strings()}
	after := c.After("permissions")
	r.After = after.Strings()
	if r.After == nil {
		r.After = []string{}
	}
	r.Unknown = after.State == Unknown || len(r.After) != after.Len()
	stage := c.After("stage")
	r.Unknown = r.Unknown || stage.State == Unknown
	if stage.String() == "DISABLED" {
		r.After, r.Unknown = []string{}, false
	}
	return r
}

// customRole returns the name of a custom role; empty if it is only known after
// apply, or if c is something else.
func customRole(c *Change) string {
	id := c.Latest("role_id").String()
	if !isCustomRole(c) || id == "" {
		return ""
	}
	if c.Type == "google_organization_iam_custom_role" {
		return wrapNonEmpty("organizations/", lastSegment(c.Latest("org_id").String()), "/roles/"+id)
	}
	return wrapNonEmpty("projects/", c.Project().ID, "/roles/"+id)
}

// customRoleBefore returns customRole as the state has it.
func customRoleBefore(c *Change) string {
	id := c.Before("role_id").String()
	if id == "" {
		return ""
	}
	if c.Type == "google_organization_iam_custom_role" {
		return wrapNonEmpty("organizations/", lastSegment(c.Before("org_id").String()), "/roles/"+id)
	}
	return wrapNonEmpty("projects/", projectID(c, projectBefore(c).ID), "/roles/"+id)
}

// RoleParent returns the project or the organization that a custom role belongs
// to, as a relative name; empty if it is only known after apply, or if c is
// something else.
func (c *Change) RoleParent() string {
	parent, _, _ := strings.Cut(customRole(c), "/roles/")
	return parent
}
