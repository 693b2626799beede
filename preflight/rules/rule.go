package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// A Rule is something that GKE needs, as a value.
type Rule struct {
	// ID is GP and three digits; never reused.
	ID string
	// Name is in kebab-case. The rule's files are named for ID and Name, such as
	// gp401_gke_service_agent.go.
	Name string
	// Title is a statement that is true when the rule passes.
	Title string
	// Severity is that of the rule's needs, unless they say otherwise.
	Severity need.Severity
	// Requires lists the IDs of rules that must not fail for the same project
	// before this one is worth judging.
	Requires []string
	// Needs derives what the rule asks for from a plan. The needs' Rule and
	// Severity may be left empty: they are filled in.
	Needs func(*plan.Plan, Settings) []need.Need
}
