package finding

// A Says is what the policies of a level say about permissions.
type Says string

// The statements of levels.
const (
	// Grants means that a binding of Role to Member grants them.
	Grants Says = "grants"
	// Plans means that a planned binding grants them; Detail is its address.
	Plans Says = "plans"
	// Unmet means that a binding would grant them, but its condition, Detail, is
	// false.
	Unmet Says = "unmet"
	// Denies means that the deny policy Detail denies them.
	Denies Says = "denies"
	// Doubts means that a binding or a deny policy may apply; Detail says what is
	// unknown about it.
	Doubts Says = "doubts"
	// Unread means that the policies could not be read; Detail says why.
	Unread Says = "unread"
	// Lacks means that no binding grants them.
	Lacks Says = "lacks"
)

// A Level is a statement of the policies of one resource about some permissions of a
// finding. If the policies say several things, there are several levels of the same
// resource.
type Level struct {
	// Resource is the full resource name that the policies are attached to; empty
	// for an unknown folder or organization.
	Resource    string   `json:"resource,omitempty"`
	Says        Says     `json:"says"`
	Permissions []string `json:"permissions"`
	// Role and Member are those of the binding; empty if there is none.
	Role   string `json:"role,omitempty"`
	Member string `json:"member,omitempty"`
	Detail string `json:"detail,omitempty"`
}
