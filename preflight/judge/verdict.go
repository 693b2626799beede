package judge

import (
	"slices"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/fix"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
)

// A Verdict is the outcome of a need and everything that it depends on, as data.
// Explain writes the text of a report from it.
type Verdict struct {
	// Need is the judged need with resolved names. If the verdict is a failure, its fix
	// and expected error are for this failure.
	Need need.Need
	// Rule is need.RuleRemoved or need.RuleUnordered if the plan itself causes the
	// failure; otherwise empty.
	Rule    string
	Outcome finding.Outcome
	// Severity is that of the need, unless the facts lower it, or the plan itself
	// causes the failure.
	Severity need.Severity
	// Principal is nil if the need has none.
	Principal *need.Principal
	// Permissions is nil if the need requires none.
	Permissions *finding.PermissionSet
	// PlannedBy are the addresses of the changes that provide what the need requires;
	// RemovedBy are those of the changes that remove it.
	PlannedBy, RemovedBy []string
	// Message says what is met or not. Reason says why the verdict is undetermined or
	// skipped, or adds a hint.
	Message, Reason Statement
	Evidence        []finding.Evidence
	Levels          []finding.Level
	// Terraform is the fix of a failure that the plan itself causes.
	Terraform string
}

// Explain returns the finding for a verdict on n. It is the only place that writes
// expected errors and fixes, so that only failures have them.
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
		// A warning or note does not stop apply, so apply prints no error.
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

// missingDependency returns a failure for what the plan provides, but dependents
// do not depend on.
func (v Verdict) missingDependency(n need.Need, what any, dependents []string) Verdict {
	v.Rule, v.Need, v.Outcome = need.RuleUnordered, n, finding.Fail
	v.Message = say(missingDependency, what, joinNames(dependents), n.Rule)
	v.Terraform = fix.DependsOn(blocksOf(dependents), blocksOf(v.PlannedBy))
	return v
}

// selfInflicted returns a failure that the plan itself causes. It is an error even
// if a missing permission would only be a warning, since nobody removes on purpose
// what a cluster needs.
func (v Verdict) selfInflicted(n need.Need) Verdict {
	v.Rule, v.Need, v.Outcome = need.RuleRemoved, n, finding.Fail
	if n.Severity != need.Note {
		v.Severity = need.Error
	}
	return v
}

// pass returns v as met.
func (v Verdict) pass(message Statement) Verdict {
	v.Outcome, v.Message = finding.Pass, message
	return v
}

// undetermined returns v as undetermined. It drops the message of what was found
// before, such as that another cluster passes, and no permission is known to be
// missing.
func (v Verdict) undetermined(reason Statement) Verdict {
	v.Outcome, v.Message, v.Reason = finding.Undetermined, Statement{}, reason
	if p := v.Permissions; p != nil {
		unsure := union(slices.Clone(p.Missing), p.Undetermined...)
		if len(unsure) == 0 {
			unsure = p.Needed
		}
		v.Permissions = &finding.PermissionSet{Needed: p.Needed, Undetermined: unsure}
	}
	return v
}

// fail returns v as failed. Its fix and expected error are those of n.
func (v Verdict) fail(n need.Need, message Statement) Verdict {
	v.Outcome, v.Message, v.Need = finding.Fail, message, n
	return v
}

// withEvidence returns v with another piece of evidence.
func (v Verdict) withEvidence(method, resource, detail string) Verdict {
	v.Evidence = append(v.Evidence, finding.Evidence{Method: method, Resource: resource, Detail: detail})
	return v
}

// unlessPoliciesChange returns v if by is empty. Otherwise the plan changes
// policies that v depends on, and since the principal is not known, the verdict is
// undetermined.
func (v Verdict) unlessPoliciesChange(by []string) Verdict {
	if len(by) == 0 {
		return v
	}
	return v.undetermined(say(policiesChanged, joinNames(by)))
}

// newVerdict returns an empty verdict on n.
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
