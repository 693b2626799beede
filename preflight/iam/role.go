package iam

import "slices"

// A Role is what roles.get says about a role.
type Role struct {
	Permissions []string
	// Stage is GA, BETA, DISABLED and so on. A disabled role gives nothing.
	// https://docs.cloud.google.com/iam/docs/reference/rest/v1/organizations.roles#RoleLaunchStage
	Stage string
	// Deleted roles give nothing.
	Deleted bool
	// Unknown reports that what it will contain is not known.
	Unknown bool
	// Doubt says why; empty for the usual reason, that nobody could tell.
	Doubt string
	// Source names what is about to make or change the role; usually empty.
	Source string
}

// Roles are what is known about what roles contain: what was fetched, and what
// the embedded table of predefined roles says.
type Roles struct {
	Table   *Table
	Fetched map[string]Role
}

// has says whether a role gives a permission, and whether that is confirmed:
// roles grow every week, so a lack that only the table knows is not.
func (r Roles) has(role, permission string) (_ Verdict, confirmed bool) {
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
