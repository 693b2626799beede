package rules

import (
	"fmt"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func hostAttachment() Rule {
	return Rule{
		ID:       "GP504",
		Name:     "host-attachment",
		Title:    "Cluster project is attached to the Shared VPC host project",
		Severity: need.Error,
		Requires: []string{"GP102", "GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range sharedVPCTargets(p) {
				needs = append(needs, attachmentNeed(t))
			}
			return needs
		},
	}
}

// attachmentNeed returns the need that the cluster's project is attached to the
// project of its network. The error is from
// https://github.com/GoogleCloudPlatform/gke-enterprise-mt/issues/20
func attachmentNeed(t target) need.Need {
	host := t.hostProjectNeed()
	n := t.projectNeed()
	n.Kind = need.SharedVPCAttachment
	n.Attribute = host.Attribute
	n.NetworkCluster = host.NetworkCluster
	n.Service = "compute.googleapis.com"
	n.Expect = host.Project
	if host.OnlyIfNotProject != "" {
		n.OnlyIfNotProject = host.Project
	}
	if n.UndeterminedReason == "" {
		n.UndeterminedReason = host.UndeterminedReason
	}
	n.ExpectedError = fmt.Sprintf("Error 400: Project %q does not have an associated Shared-VPC host project., badRequest", t.project.ID)
	return n
}
