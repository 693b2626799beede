package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// A Rule is something that GKE requires.
type Rule struct {
	// ID is GP and three digits. It is never reused.
	ID string
	// Name is in kebab-case. The rule's files are named for ID and Name, such as
	// gp401_gke_service_agent.go.
	Name string
	// Title names what is checked, as a statement that is true if the rule passes.
	Title string
	// Severity is the severity of the rule's needs that set none.
	Severity need.Severity
	// Requires holds the IDs of the rules that this one depends on: if one of them
	// fails for the same project, this rule is skipped.
	Requires []string
	// Needs returns what the rule requires for a plan. Rule and Severity of the
	// needs may be empty: Needs of this package sets them. Nil if Derived is true.
	Needs func(*plan.Plan, Settings) []need.Need
	// Outcomes are the outcomes that a need of the rule can have, if not all of pass,
	// fail and undetermined: a rule that reads only the plan may report nothing but
	// failures, and one without a complete view never fails.
	Outcomes []string
	// Derived reports that the rule has no needs of its own: package preflight
	// derives its findings from needs of other rules together with what the plan
	// changes, or from the configuration.
	Derived bool
}
