package finding

// Says is what a level says about permissions.
type Says string

// What levels say.
const (
	// Grants: a binding of Role to Member gives them.
	Grants Says = "grants"
	// Plans: a binding that the plan makes gives them; Detail is its address.
	Plans Says = "plans"
	// Unmet: a binding would give them, but its condition, Detail, is false.
	Unmet Says = "unmet"
	// Denies: the deny policy that Detail names takes them.
	Denies Says = "denies"
	// Doubts: a binding or a deny policy may decide; Detail says what is not
	// known about it.
	Doubts Says = "doubts"
	// Unread: its policies could not be read; Detail says why.
	Unread Says = "unread"
	// Lacks: no binding gives them.
	Lacks Says = "lacks"
)

// A Level is what the policies of one resource say about some of a finding's
// permissions. One that says several things stands several times.
type Level struct {
	// Resource is the full resource name that the policies are attached to;
	// empty for what lies above a project and is not known.
	Resource    string   `json:"resource,omitempty"`
	Says        Says     `json:"says"`
	Permissions []string `json:"permissions"`
	// Role and Member are those of the binding, where there is one.
	Role   string `json:"role,omitempty"`
	Member string `json:"member,omitempty"`
	Detail string `json:"detail,omitempty"`
}
