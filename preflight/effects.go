package preflight

import (
	"slices"
	"strings"

	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/rules"
)

// changed looks at a finding again in the light of what the plan itself
// changes. What Google Cloud says is about now; where the plan gives what is
// missing, or may take away what is there, now is not enough to tell.
func (j *judge) changed(n rules.Need, f Finding) Finding {
	switch f.Outcome {
	case Fail, Undetermined:
		f.PlannedBy = addresses(j.plan, n, gives)
		if len(f.PlannedBy) > 0 && n.Kind != rules.Statement {
			return f.hereafter("the plan itself changes this (" + list(f.PlannedBy) + "): whether that comes in time is not judged")
		}
	case Pass:
		f.TakenAwayBy = addresses(j.plan, n, takes)
		if len(f.TakenAwayBy) > 0 {
			return f.hereafter("it is so now, but the plan itself may take it away (" + list(f.TakenAwayBy) + ")")
		}
	}
	return f
}

// hereafter is a finding whose answer of now does not count.
func (f Finding) hereafter(reason string) Finding {
	if f.Permissions != nil {
		f.Permissions = &PermissionSet{Needed: f.Permissions.Needed}
	}
	f.Message, f.ExpectedError, f.Fix = "", "", nil
	return f.undetermined(reason)
}

// addresses are those of the changes that have an effect on a need, sorted.
func addresses(p *plan.Plan, n rules.Need, effect func(*plan.Change, rules.Need) bool) []string {
	var out []string
	for _, c := range p.Changes {
		if c.Mode == "managed" && effect(c, n) {
			out = union(out, c.Address)
		}
	}
	slices.Sort(out)
	return out
}

// gives reports whether a change may provide what a need asks for.
func gives(c *plan.Change, n rules.Need) bool {
	if !c.Creates() && !c.Updates() {
		return false
	}
	if c.Type == "google_project" {
		return concerns(c.After("project_id"), n.Project)
	}
	switch n.Kind {
	case rules.Service:
		return c.Type == "google_project_service" && inProject(c, n.Project) && concerns(c.After("service"), n.Service)
	case rules.Account:
		return c.Type == "google_service_account" && concernsAccount(c, emailOf(n.Principal.Member))
	case rules.Permissions:
		return c.Type == "google_service_account" && concernsAccount(c, emailOf(n.Principal.Member)) ||
			c.Type == "google_project_service" && !isUserManaged(n.Principal.Kind) && n.Principal.Kind != rules.Deployer && inProject(c, n.Project) ||
			bearsOn(c, n)
	}
	return false
}

// takes reports whether a change may take away what a need asks for.
func takes(c *plan.Change, n rules.Need) bool {
	switch n.Kind {
	case rules.Service:
		return c.Type == "google_project_service" && c.Goes() && inProject(c, n.Project) &&
			concerns(c.Before("service"), n.Service) && c.Before("disable_on_destroy").True()
	case rules.Account:
		return c.Type == "google_service_account" && (c.Goes() || c.After("disabled").True()) && concernsAccount(c, emailOf(n.Principal.Member)) ||
			c.Type == "google_project_default_service_accounts" && c.Creates() && inProject(c, n.Project)
	case rules.Permissions:
		return bearsOn(c, n) && !onlyAdds(c)
	}
	return false
}

// onlyAdds reports whether an IAM change leaves every other grant alone.
func onlyAdds(c *plan.Change) bool {
	return strings.HasSuffix(c.Type, "_iam_member") && !c.Deletes()
}

// bearsOn reports whether a change is one of policies, roles or denials that
// decide about the resource of a need.
func bearsOn(c *plan.Change, n rules.Need) bool {
	if !c.Creates() && !c.Updates() && !c.Deletes() {
		return false
	}
	switch {
	case strings.HasPrefix(c.Type, "google_folder_iam_"), strings.HasPrefix(c.Type, "google_organization_iam_"), c.Type == "google_iam_deny_policy":
		return !strings.HasSuffix(c.Type, "_audit_config")
	case c.Type == "google_project_iam_audit_config":
		return false
	case strings.HasPrefix(c.Type, "google_project_iam_"), c.Type == "google_project_default_service_accounts":
		return inProject(c, n.Project)
	case strings.HasPrefix(c.Type, "google_service_account_iam_"):
		account := accountName(n.Resource)
		return account != "" && concerns(c.Now("service_account_id"), account)
	}
	return false
}

// inProject reports whether a change is, or may be, in a project.
func inProject(c *plan.Change, project string) bool {
	p := c.Project()
	return p.ID == project || p.ID == ""
}

// concerns reports whether a value is, or may be, the given one.
func concerns(v plan.Value, want string) bool {
	return v.State == plan.Unknown || v.String() == want || strings.HasSuffix(v.String(), "/"+want)
}

func concernsAccount(c *plan.Change, email string) bool {
	known := c.AccountEmail()
	return known == "" || strings.EqualFold(known, email)
}
