package judge

import (
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/fix"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
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
	// RemovedBy of those that remove it.
	PlannedBy, RemovedBy []string
	// Message says what is so, and Reason why that is known or are unknown.
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
		Permissions: v.Permissions, PlannedBy: v.PlannedBy, TakenAwayBy: v.RemovedBy,
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
	if v.Principal == nil {
		return ""
	}
	if _, isUnresolved := resource.UnresolvedProject(v.Principal.Member); isUnresolved {
		return ""
	}
	return v.Principal.Member
}

// missingDependency returns the verdict on what the plan provides, and those that need it do not
// wait for.
func (v Verdict) missingDependency(n need.Need, what any, impatient []string) Verdict {
	v.Rule, v.Need, v.Outcome = need.RuleUnordered, n, finding.Fail
	v.Message = say(missingDependency, what, joinNames(impatient), n.Rule)
	v.Terraform = fix.DependsOn(blocksOf(impatient), blocksOf(v.PlannedBy))
	return v
}

// selfInflicted makes f a finding of the plan against itself. Removing what is
// there is never meant, so it is an error even where its lack would only be
// worth a warning.
func (v Verdict) selfInflicted(n need.Need) Verdict {
	v.Rule, v.Need, v.Outcome = need.RuleRemoved, n, finding.Fail
	if n.Severity != need.Note {
		v.Severity = need.Error
	}
	return v
}

// pass returns a verdict that a need is met.
func (v Verdict) pass(message Statement) Verdict {
	v.Outcome, v.Message = finding.Pass, message
	return v
}

// undetermined returns a verdict that could not be reached. What was found on the
// way, such as that another cluster passes, is no message of it.
func (v Verdict) undetermined(reason Statement) Verdict {
	v.Outcome, v.Message, v.Reason = finding.Undetermined, Statement{}, reason
	if v.Permissions != nil && len(v.Permissions.Missing)+len(v.Permissions.Undetermined) == 0 {
		v.Permissions = &finding.PermissionSet{Needed: v.Permissions.Needed, Undetermined: v.Permissions.Needed}
	}
	return v
}

// fail returns a verdict that a need is not met. How to fix that, and the error
// that apply would print, are those of n.
func (v Verdict) fail(n need.Need, message Statement) Verdict {
	v.Outcome, v.Message, v.Need = finding.Fail, message, n
	return v
}

func (v Verdict) withEvidence(method, resource, detail string) Verdict {
	v.Evidence = append(v.Evidence, finding.Evidence{Method: method, Resource: resource, Detail: detail})
	return v
}

// downgrade turns a failed finding into one that could not be decided.
func (v Verdict) downgrade(reason Statement) Verdict {
	v.Permissions = &finding.PermissionSet{Needed: v.Permissions.Needed, Undetermined: v.Permissions.Missing}
	v.Message = Statement{}
	return v.undetermined(reason)
}

// unlessPoliciesChange is f where the plan changes nothing that bears on it. Where it
// does, and nobody knows whose identity it is about, it cannot be told.
func (v Verdict) unlessPoliciesChange(by []string) Verdict {
	if len(by) == 0 {
		return v
	}
	return v.undetermined(say(policiesChanged, joinNames(by)))
}

// newVerdict returns the verdict on a need before it is judged.
func newVerdict(n need.Need) Verdict {
	v := Verdict{Need: n, Severity: n.Severity}
	if n.Principal.Kind != "" {
		v.Principal = &n.Principal
	}
	if n.Kind == need.Permissions {
		v.Permissions = &finding.PermissionSet{Needed: n.Permissions}
	}
	return v
}
