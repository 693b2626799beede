package rules

import (
	"fmt"

	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func notificationTopic() Rule {
	return Rule{
		ID:       "GP707",
		Name:     "notification-topic",
		Title:    "The topic of cluster notifications is in the clusters' project, and the GKE service agent may publish to it",
		Severity: Warning,
		Requires: []string{"GP401"},
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, s := range building(p) {
				topic := s.After("notification_config", 0, "pubsub", 0, "topic")
				if topic.State != plan.Absent && isOn(s.After("notification_config", 0, "pubsub", 0, "enabled")) {
					needs = append(needs, s.publishes(topic)...)
				}
			}
			return needs
		},
	}
}

// publishes needs a topic of the cluster's own project: the provider takes no
// other.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/r/container_cluster.html.markdown
func (s subject) publishes(topic plan.Value) []Need {
	n := s.ofAgent(GKEServiceAgent)
	n.Attribute = "notification_config[0].pubsub[0].topic"
	n.Service = "pubsub.googleapis.com"
	n.Permissions = []string{"pubsub.topics.publish"}
	n.Fix.Role = "roles/pubsub.publisher"
	project := plan.ProjectOfName(topic.String())
	is := compare(project, s.project.ID)
	foreign := n
	foreign.Kind, foreign.Severity, foreign.Principal, foreign.Permissions = Statement, Error, Principal{}, nil
	foreign.Message = fmt.Sprintf("the topic %s is in project %s, and must be in that of the cluster, %s", topic.String(), project, s.project.ID)
	foreign.Fix.Role = ""
	switch {
	case topic.State == plan.Unknown:
		n.Unknown = n.Attribute + " is not known before apply"
		return []Need{n}
	case is == resource.Different && project != "" && s.project.ID != "":
		return []Need{foreign}
	case n.Unknown == "":
		n.Resource = "//pubsub.googleapis.com/" + topic.String()
	}
	if is != resource.MaybeSame {
		return []Need{n}
	}
	n.Among, foreign.Elsewhere = []string{project}, project
	return []Need{n, foreign}
}
