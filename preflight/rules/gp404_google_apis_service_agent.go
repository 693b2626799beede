package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func googleAPIsServiceAgent() Rule {
	return Rule{
		ID:       "GP404",
		Name:     "google-apis-service-agent",
		Title:    "Google APIs service agent can create the VMs of node pools",
		Severity: need.Error,
		Requires: []string{"GP102"},
		Needs: func(p *plan.Plan, set Settings) []need.Need {
			var needs []need.Need
			for _, t := range afterApply(p) {
				n := t.agentNeed(need.GoogleAPIsServiceAgent)
				n.Service = "compute.googleapis.com"
				n.Permissions = set.probePermissions(need.GoogleAPIsServiceAgent, instanceGroupPermissions(t)...)
				n.ExpectedError = "Not all instances running in IGM: Required '" + n.Permissions[0] + "' permission for 'projects/" + t.project.ID + "'"
				n.Fix.Role = "roles/compute.instanceGroupManagerServiceAgent"
				needs = append(needs, n)
			}
			return needs
		},
	}
}

// instanceGroupPermissions returns the permissions with which managed instance
// groups create VMs. Older projects grant them with roles/editor, newer ones with
// roles/compute.instanceGroupManagerServiceAgent.
// https://docs.cloud.google.com/iam/docs/service-account-types#google-managed
func instanceGroupPermissions(t target) []string {
	out := []string{
		"compute.instances.create",
		"compute.disks.create",
		"compute.instances.setServiceAccount",
		"iam.serviceAccounts.actAs",
	}
	if !t.mayUseOwnNetwork() {
		return out
	}
	return append(out, "compute.subnetworks.use")
}
