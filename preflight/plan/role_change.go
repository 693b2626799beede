package plan

import (
	"slices"
	"strings"
)

// A RoleChange is what a resource change does to one custom role.
type RoleChange struct {
	*Change
	// Role is its name, such as projects/p/roles/r or organizations/1/roles/r;
	// empty where it is not known before apply.
	Role string
	// Goes reports that the role is no longer there after apply: it is destroyed, or
	// replaced by one of another name.
	Goes bool
	// Before and After are the permissions that it has; nil for one that is not
	// there. Unknown reports that After is not known before apply.
	Before, After []string
	Unknown       bool
}

// RoleChanges are what apply does to custom roles, in the order of the plan.
func (p *Plan) RoleChanges() []RoleChange { return slices.Clip(p.roleChanges) }

func (c *Change) isCustomRole() bool {
	return c.Type == "google_project_iam_custom_role" || c.Type == "google_organization_iam_custom_role"
}

// roleChanges returns what a change does: one that is replaced by a role of another
// name, or in another project, ends the old one.
func (c *Change) roleChanges() []RoleChange {
	was := RoleChange{Change: c, Goes: true, Role: c.customRoleBefore(), Before: c.Before("permissions").Strings()}
	if c.Goes() {
		return []RoleChange{was}
	}
	r := c.roleChange()
	if !c.Replaces() || r.Role == was.Role {
		return []RoleChange{r}
	}
	r.Before = nil
	return []RoleChange{was, r}
}

func (c *Change) roleChange() RoleChange {
	r := RoleChange{Change: c, Role: c.customRole(), Before: c.Before("permissions").Strings()}
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

// customRole is the name of the custom role that c is about; empty where it is
// not known before apply, or c is about something else.
func (c *Change) customRole() string {
	id := c.Now("role_id").String()
	if !c.isCustomRole() || id == "" {
		return ""
	}
	if c.Type == "google_organization_iam_custom_role" {
		return wrapNonEmpty("organizations/", lastSegment(c.Now("org_id").String()), "/roles/"+id)
	}
	return wrapNonEmpty("projects/", c.Project().ID, "/roles/"+id)
}

// customRoleBefore is customRole as the state has it.
func (c *Change) customRoleBefore() string {
	id := c.Before("role_id").String()
	if id == "" {
		return ""
	}
	if c.Type == "google_organization_iam_custom_role" {
		return wrapNonEmpty("organizations/", lastSegment(c.Before("org_id").String()), "/roles/"+id)
	}
	return wrapNonEmpty("projects/", c.projectID(c.projectBefore().ID), "/roles/"+id)
}

// RoleParent is the project or the organization that the custom role of a change
// belongs to, as a relative name; empty where it is not known before apply, or
// the change is about something else.
func (c *Change) RoleParent() string {
	parent, _, _ := strings.Cut(c.customRole(), "/roles/")
	return parent
}
