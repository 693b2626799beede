// Package fix writes how a need can be met: shell commands to paste, and
// Terraform configuration that does the same. It does not decide whether a need
// is met.
package fix

import (
	"slices"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/shell"
)

// For returns the commands and the Terraform configuration that meet a need; both
// are empty if nothing is known to help. A role is granted to member, as an allow
// policy names it; empty if it is not known.
func For(n need.Need, member string) (commands []string, terraform string) {
	commands, terraform = slices.Clone(n.Fix.Commands), n.Fix.Terraform
	switch {
	case n.Kind == need.SharedVPCAttachment:
		return append(commands, attachCommand(n)), attachBlock(n)
	case n.Kind == need.OrgPolicyNotEnforced:
		return append(commands, liftCommand(n)), terraform
	case n.Kind == need.Service:
		return append(commands, enableCommand(n)), enableBlock(n)
	case canImport(n):
		return append(commands, shell.Command("terraform", "import", shell.Name(n.Addresses[0]), shell.Name(n.Clusters[0]))), terraform
	case n.Fix.Role != "" && member != "":
		return append(commands, grantCommand(n, member)), grantBlock(n, member)
	}
	return commands, terraform
}

// canImport reports whether the one cluster of a need, which exists although its
// name has to be free, can be imported.
func canImport(n need.Need) bool {
	return n.Kind == need.ClusterNameFree && len(n.Addresses) == 1 && len(n.Fix.Commands) == 0 && !resource.InAnyLocation(n.Clusters[0])
}

// https://docs.cloud.google.com/sdk/gcloud/reference/compute/shared-vpc/associated-projects/add
func attachCommand(n need.Need) string {
	return shell.Command("gcloud", "compute", "shared-vpc", "associated-projects", "add", shell.Name(n.Project), "--host-project="+n.Expect)
}

// https://docs.cloud.google.com/sdk/gcloud/reference/resource-manager/org-policies/disable-enforce
func liftCommand(n need.Need) string {
	return shell.Command("gcloud", "resource-manager", "org-policies", "disable-enforce", shell.Name(n.Expect), "--project="+n.Project)
}

// https://docs.cloud.google.com/sdk/gcloud/reference/services/enable
func enableCommand(n need.Need) string {
	return shell.Command("gcloud", "services", "enable", shell.Name(n.Service), "--project="+n.Project)
}
