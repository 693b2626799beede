package rules

import (
	"strings"

	"gke-preflight/preflight/plan"
)

func hostAgentUser() Rule {
	return Rule{
		ID:       "GP501",
		Name:     "host-agent-user",
		Title:    "The GKE service agent may use the host project of a Shared VPC",
		Severity: Error,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, s := range onSharedVPC(p) {
				n := s.inHost()
				n.Kind = Permissions
				n.Principal = agent(GKEServiceAgent, s.project.ID)
				n.Service = "container.googleapis.com"
				n.Permissions = []string{"container.hostServiceAgent.use"}
				n.ExpectedError = "Error 403: Kubernetes Engine Service Agent is missing required permissions on this project. required \"container.hostServiceAgent.use\" permission(s) for \"projects/" + n.Project + "\"., forbidden"
				n.Fix.Role = "roles/container.hostServiceAgentUser"
				needs = append(needs, n)
			}
			return needs
		},
	}
}

// onSharedVPC are the clusters that apply builds on a network of another
// project, and those that stand there and that it endangers.
func onSharedVPC(p *plan.Plan) []subject {
	var out []subject
	for _, s := range living(p) {
		if !s.pool && (s.cluster.HostProject() != "" || s.cluster.NetworkProject == "") {
			out = append(out, s)
		}
	}
	return out
}

// inHost is a need of s in the project of its network.
func (s subject) inHost() Need {
	host := s.cluster.NetworkProject
	n := s.in(host, "the project of the network of "+s.Address+" is not known before apply")
	n.Attribute = "network"
	if isNumber(host) != isNumber(s.project.ID) && host != "" {
		n.Unknown = "the network is in project " + host + " and the cluster in " + s.project.ID + ": whether that is one project cannot be told from a number and an ID; write both the same way"
	}
	return n
}

func isNumber(project string) bool {
	return project != "" && strings.Trim(project, "0123456789") == ""
}
