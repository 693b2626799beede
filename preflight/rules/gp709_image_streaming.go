package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func imageStreaming() Rule {
	return Rule{
		ID:       "GP709",
		Name:     "image-streaming",
		Title:    "Node service accounts can use their project's services to stream images",
		Severity: need.Warning,
		Requires: []string{"GP301", "GP304"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachAssignedAccount(p, func(t target, a plan.Account) {
				if !streamsImages(t, a) {
					return
				}
				n := nodeAccountNeed(t, a)
				n.Service = "containerfilesystem.googleapis.com"
				n.Permissions = []string{"serviceusage.services.use"}
				n.Fix.Role = "roles/serviceusage.serviceUsageConsumer"
				needs = append(needs, n)
			})
			return needs
		},
	}
}

// streamsImages reports whether the nodes of account a stream images, by their own
// setting or by the default of their cluster.
// https://docs.cloud.google.com/kubernetes-engine/docs/how-to/image-streaming
func streamsImages(t target, a plan.Account) bool {
	own := t.After(a.SiblingPath("gcfs_config", 0, "enabled")...)
	if own.State != plan.Absent || t.cluster == nil {
		return isOn(own)
	}
	return isOn(t.cluster.After("node_pool_defaults", 0, "node_config_defaults", 0, "gcfs_config", 0, "enabled"))
}
