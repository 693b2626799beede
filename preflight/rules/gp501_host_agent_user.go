package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func hostAgentUser() Rule {
	return Rule{
		ID:       "GP501",
		Name:     "host-agent-user",
		Title:    "The GKE service agent may use the host project of a Shared VPC",
		Severity: need.Error,
		Requires: []string{"GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, s := range nodesOnSharedVPC(p) {
				n := s.inHost()
				n.Kind = need.Permissions
				n.Principal = agent(need.GKEServiceAgent, s.project.ID)
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
		if !s.pool && s.mayUseHost() {
			out = append(out, s)
		}
	}
	return out
}

// nodesOnSharedVPC are onSharedVPC, and the new node pools of clusters that
// apply does not build.
func nodesOnSharedVPC(p *plan.Plan) []subject {
	out := onSharedVPC(p)
	for _, s := range building(p) {
		if s.pool && s.Creates() && !s.ofNewCluster && (s.cluster == nil || s.cluster.Standing() && s.mayUseHost()) {
			out = append(out, s)
		}
	}
	return out
}

// mayUseHost reports whether the network of the cluster of s is in another
// project, or may be.
func (s subject) mayUseHost() bool {
	return s.cluster.HostProject() != "" || s.cluster.NetworkProject == ""
}

// inHost is a need of s in the project of its network.
func (s subject) inHost() need.Need {
	if s.cluster == nil {
		return s.inHostOfNamed()
	}
	host := s.cluster.NetworkProject
	n := s.in(host, "the project of the network of "+s.cluster.Address+" is not known before apply")
	n.Attribute = "network"
	if host != "" && s.cluster.NetworkMatch() == resource.MaybeSame {
		n.Elsewhere = s.project.ID
	}
	return n
}

// inHostOfNamed is a need of a node pool in the project of the network of a
// cluster that the plan only names: the cluster itself tells.
func (s subject) inHostOfNamed() need.Need {
	name := s.place.Name()
	if name == "" {
		n := s.in("", "the cluster of "+s.Address+" is not known before apply, and so not the project of its network")
		n.Attribute = "cluster"
		return n
	}
	n := s.in(need.HostProject, "")
	n.Attribute, n.NetworkOf = "cluster", name
	return n
}

// compare says whether two IDs or numbers are of one project.
func compare(project, other string) resource.Match {
	return resource.ParseProject(project).Compare(resource.ParseProject(other))
}

func isNumber(project string) bool { return resource.ParseProject(project).IsNumber() }
