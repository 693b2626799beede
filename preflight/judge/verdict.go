package judge

import (
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/fix"
	"gke-preflight/preflight/need"
)

// A Verdict is the outcome of a need and all that it depends on, as data. What a
// report says of it, Explain writes.
type Verdict struct {
	// Need is what was judged, with all its names resolved. Its fix and its expected
	// error are those of this failure, if it is one.
	Need need.Need
	// Rule is the rule of the plan against itself that the need fails by, such as
	// need.RuleRemoved; empty if the need fails or passes by itself.
	Rule    string
	Outcome finding.Outcome
	// Severity is that of the need, unless the facts make it less severe, or the plan
	// itself is at fault.
	Severity need.Severity
	// Principal is nil if the need is about no identity.
	Principal *need.Principal
	// Permissions is nil if the need is about no permission.
	Permissions *finding.PermissionSet
	// PlannedBy are the addresses of the changes that provide what is needed, and
	// TakenAwayBy of those that remove it.
	PlannedBy, TakenAwayBy []string
	// Message says what is so, and Reason why that is known or could not be found
	// out.
	Message, Reason Statement
	Evidence        []finding.Evidence
	Levels          []finding.Level
	// Terraform fixes a failure by one of the rules of the plan against itself.
	Terraform string
}

// Explain returns what a report says of a verdict on a need. It is the only place
// that writes expected errors and fixes: nothing but a failure has them.
func Explain(n need.Need, v Verdict) finding.Finding {
	f := finding.Finding{
		Rule: n.Rule, Severity: v.Severity, Outcome: v.Outcome,
		Addresses: n.Addresses, Attribute: n.Attribute, Principal: v.Principal, Resource: v.Need.Resource, Service: n.Service,
		Permissions: v.Permissions, PlannedBy: v.PlannedBy, TakenAwayBy: v.TakenAwayBy,
		Message: v.Message.String(), Reason: v.Reason.String(), Evidence: v.Evidence, Levels: v.Levels,
		Need: &n,
	}
	if v.Rule != "" {
		f.Rule, f.Answers = v.Rule, n.Rule
	}
	if v.Outcome != finding.Fail {
		return f
	}
	if v.Need.Severity == need.Error {
		// What does not stop apply prints nothing.
		f.ExpectedError = v.Need.ExpectedError
	}
	f.Fix = fixOf(v)
	return f
}

// fixOf returns how to meet the need of a verdict; nil if nothing is known to help.
func fixOf(v Verdict) *finding.Fix {
	commands, terraform := []string(nil), v.Terraform
	if v.Rule == "" {
		commands, terraform = fix.For(v.Need, memberToGrant(v))
	}
	if len(commands) == 0 && terraform == "" {
		return nil
	}
	return &finding.Fix{Commands: commands, Terraform: terraform}
}

// memberToGrant returns the member of the verdict's principal; empty if it is not
// known.
func memberToGrant(v Verdict) string {
	if v.Principal == nil || strings.Contains(v.Principal.Member, "{number:") {
		return ""
	}
	return v.Principal.Member
}
