package plan

import "slices"

// A Move is a change of the parent of a project or a folder.
type Move struct {
	*Change
	// Resource is the project or folder, such as projects/p or folders/1.
	Resource string
	// NewParent is its new parent, such as folders/2 or organizations/3; empty if it
	// is only known after apply.
	NewParent string
}

// Moves returns the moves of all changes, in the order of the plan.
func (p *Plan) Moves() []Move { return slices.Clip(p.moves) }

// findMoves returns the result of Moves.
func (b builder) findMoves() []Move {
	var out []Move
	for _, c := range b.Changes {
		if c.Mode == "managed" {
			out = append(out, c.Moves()...)
		}
	}
	return out
}

// Moves returns the move that c makes; nil for every other change. The provider
// moves a project if folder_id or org_id changes, and a folder if parent does.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/resourcemanager/resource_google_project.go
func (c *Change) Moves() []Move {
	if !c.Updates() {
		return nil
	}
	var what, before, after string
	unknown := false
	switch c.Type {
	case "google_project":
		what = prefixNonEmpty("projects/", c.Before("project_id").String())
		folder, org := c.After("folder_id"), c.After("org_id")
		unknown = folder.State == Unknown || org.State == Unknown
		before, after = folderOrOrganization(c.Before("folder_id"), c.Before("org_id")), folderOrOrganization(folder, org)
	case "google_folder":
		what = c.Before("name").String()
		before, after = c.Before("parent").String(), c.After("parent").String()
		unknown = c.After("parent").State == Unknown
	}
	switch {
	case what == "" || before == after && !unknown:
		return nil
	case unknown:
		after = ""
	}
	return []Move{{Change: c, Resource: what, NewParent: after}}
}

// folderOrOrganization returns the parent of a project.
func folderOrOrganization(folder, org Value) string {
	if id := lastSegment(folder.String()); id != "" {
		return "folders/" + id
	}
	return prefixNonEmpty("organizations/", lastSegment(org.String()))
}
