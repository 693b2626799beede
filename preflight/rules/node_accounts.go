package rules

import (
	"fmt"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// assignsAccount reports whether apply assigns account a to nodes: it creates
// nodes, or changes the attribute that names a.
func (t target) assignsAccount(a plan.Account) bool {
	return t.Creates() || t.Updates() && a.Explicit && !t.hasSameAccount(a)
}

// hasSameAccount reports whether the nodes of t already run as a.
func (t target) hasSameAccount(a plan.Account) bool {
	before := t.AccountBefore(a)
	return before != "" && before == a.Email
}

// forEachAssignedAccount calls f for each account that apply assigns to nodes.
func forEachAssignedAccount(p *plan.Plan, f func(target, plan.Account)) {
	forEachAccountOf(changing(p), f)
}

// forEachNodeAccount calls f for each account that nodes run as after apply:
// assigned accounts, and those of unchanged clusters and node pools that lose
// something they depend on.
func forEachNodeAccount(p *plan.Plan, f func(target, plan.Account)) {
	forEachAccountOf(changing(p), f)
	for _, t := range unchanged(p) {
		for _, a := range t.accounts {
			f(t, a)
		}
	}
}

// forEachAccountOf calls f for each account that apply assigns to nodes of the
// given targets.
func forEachAccountOf(of []target, f func(target, plan.Account)) {
	for _, t := range of {
		for _, a := range t.accounts {
			if t.assignsAccount(a) {
				f(t, a)
			}
		}
	}
}

// nodeAccountNeed returns a need of node service account a for permissions in the
// project of t.
func nodeAccountNeed(t target, a plan.Account) need.Need {
	n := t.projectNeed()
	n.Kind = need.Permissions
	n.Attribute = a.Attribute
	var why string
	n.Principal, why = nodePrincipal(a, t.project.ID)
	if why != "" {
		n.UndeterminedReason = why
	}
	return n
}

// accountNeed returns a need of t on its node service account a.
func (t target) accountNeed(a plan.Account) need.Need {
	project := accountProject(a, t.project.ID)
	n := t.needIn(project, t.project.Source)
	n.Attribute = a.Attribute
	account, why := nodePrincipal(a, t.project.ID)
	if why != "" {
		n.UndeterminedReason, n.Resource = why, ""
		return n
	}
	if project != "" {
		n.Resource = resource.AccountFullName(project, accountEmail(account))
	}
	return n
}

// usableAccountNeed returns the need that node service account a exists and is
// enabled.
func usableAccountNeed(t target, a plan.Account) need.Need {
	n := t.accountNeed(a)
	n.Kind = need.Account
	n.Principal, _ = nodePrincipal(a, t.project.ID)
	if n.UndeterminedReason == "" {
		n.ExpectedError = fmt.Sprintf("Service account %s does not exist", accountEmail(n.Principal))
	}
	return n
}

// defaultNodePermissions returns the permissions of
// roles/container.defaultNodeServiceAccount.
// https://docs.cloud.google.com/kubernetes-engine/docs/how-to/service-accounts
func defaultNodePermissions() []string {
	return []string{
		"autoscaling.sites.writeMetrics",
		"logging.logEntries.create",
		"monitoring.metricDescriptors.create",
		"monitoring.metricDescriptors.list",
		"monitoring.timeSeries.create",
		"monitoring.timeSeries.list",
	}
}

// accountProjectMatch reports whether a belongs to project, the project of its
// nodes. An implicit default account always does.
func accountProjectMatch(a plan.Account, project string) resource.Match {
	home := plan.AccountProject(a.Email)
	if home == "" || project == "" {
		return resource.Same
	}
	return compareProjects(home, project)
}

// onlyInOtherProject returns n as a need that arises only if a belongs to another
// project than its nodes.
func onlyInOtherProject(n need.Need, a plan.Account, project string) need.Need {
	if accountProjectMatch(a, project) == resource.MaybeSame {
		n.OnlyIfNotProject = project
	}
	return n
}
