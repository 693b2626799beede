package iam

import "slices"

// A Role holds the permissions of a role, and its state.
type Role struct {
	Permissions []string
	// Stage is GA, BETA, DISABLED and so on. A disabled role grants nothing.
	// https://docs.cloud.google.com/iam/docs/reference/rest/v1/organizations.roles#RoleLaunchStage
	Stage string
	// Deleted reports that the role is deleted, and grants nothing.
	Deleted bool
	// Unknown reports that the permissions after apply are not known.
	Unknown bool
	// UnknownReason says why Unknown is set; empty for the usual reason.
	UnknownReason string
	// Source is what the plan makes or changes the role with; empty if it does
	// neither.
	Source string
}

// Roles are all roles that are known: the fetched ones, and those of the embedded
// table of predefined roles.
type Roles struct {
	Table   *Table          // nil for none
	Fetched map[string]Role // by name
}

// grants says whether a role grants a permission, and whether that is confirmed.
// A No that only the table knows is not, since Google adds permissions to roles
// every week.
func (r Roles) grants(role, permission string) (_ Verdict, confirmed bool) {
	if fetched, ok := r.Fetched[role]; ok {
		if fetched.Unknown {
			return Unknown, true
		}
		if fetched.Deleted || fetched.Stage == "DISABLED" || !slices.Contains(fetched.Permissions, permission) {
			return No, true
		}
		return Yes, true
	}
	if r.Table == nil {
		return Unknown, false
	}
	v := r.Table.Has(role, permission)
	return v, v == Yes
}
