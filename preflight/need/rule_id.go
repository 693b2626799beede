package need

// The IDs of rules without needs of their own, whose findings package preflight
// derives.
const (
	// RuleRemoved fails if a need of another rule is met now, and the plan
	// removes what meets it.
	RuleRemoved = "GP801"
	// RuleUnordered fails if the plan provides what a need of another rule
	// requires, but Terraform may do so too late.
	RuleUnordered = "GP802"
	// RuleWaivers fails if a waiver of the configuration has expired, or suppresses
	// nothing.
	RuleWaivers = "GP805"
)
