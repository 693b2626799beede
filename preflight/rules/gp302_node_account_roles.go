package rules

import (
	"strconv"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func nodeAccountRoles() Rule {
	return Rule{
		ID:       "GP302",
		Name:     "node-account-roles",
		Title:    "The service accounts that nodes run as hold what nodes need to log, to measure and to scale",
		Severity: need.Warning,
		Requires: []string{"GP301", "GP304"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			accountsOnNodes(p, func(s subject, a plan.Account) {
				if agentReports(s.version) {
					return
				}
				n := onNodes(s, a)
				n.Permissions = nodePermissions()
				n.Fix.Role = "roles/container.defaultNodeServiceAccount"
				needs = append(needs, n)
			})
			return needs
		},
	}
}

// onNodes is a need of an account of s's nodes on the project of the cluster.
func onNodes(s subject, a plan.Account) need.Need {
	n := s.inProject()
	n.Kind = need.Permissions
	n.Attribute = a.Attribute
	var why string
	n.Principal, why = node(a, s.project.ID)
	if why != "" {
		n.Unknown = why
	}
	return n
}

// nodePermissions are those of roles/container.defaultNodeServiceAccount.
// https://docs.cloud.google.com/kubernetes-engine/docs/how-to/service-accounts
func nodePermissions() []string {
	return []string{
		"autoscaling.sites.writeMetrics",
		"logging.logEntries.create",
		"monitoring.metricDescriptors.create",
		"monitoring.metricDescriptors.list",
		"monitoring.timeSeries.create",
		"monitoring.timeSeries.list",
	}
}

// agentReports reports whether nodes of a version surely log and measure as
// the GKE node service agent. Google's pages disagree about 1.33 itself, so it
// does not count.
// https://docs.cloud.google.com/kubernetes-engine/docs/troubleshooting/service-accounts
func agentReports(version plan.Value) bool {
	major, minor, ok := majorMinor(version.String())
	return ok && (major > 1 || minor >= 34)
}

// agentMayReport reports whether nodes of a version may log and measure as the
// GKE node service agent: from 1.33 on, and wherever Google picks the version.
func agentMayReport(version plan.Value) bool {
	major, minor, ok := majorMinor(version.String())
	return !ok || major > 1 || minor >= 33
}

// majorMinor reads 1 and 33 from 1.33, 1.33.2 or 1.33.2-gke.100.
func majorMinor(version string) (major, minor int, ok bool) {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return 0, 0, false
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return major, minor, err1 == nil && err2 == nil
}
