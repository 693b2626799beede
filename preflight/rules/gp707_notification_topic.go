package rules

import (
	"fmt"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func notificationTopic() Rule {
	return Rule{
		ID:       "GP707",
		Name:     "notification-topic",
		Title:    "Cluster notification topic is in the cluster project, and the GKE service agent can publish to it",
		Severity: need.Warning,
		Requires: []string{"GP401"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range changing(p) {
				topic := t.After("notification_config", 0, "pubsub", 0, "topic")
				if topic.State != plan.Absent && isOn(t.After("notification_config", 0, "pubsub", 0, "enabled")) {
					needs = append(needs, publishNeeds(t, topic)...)
				}
			}
			return needs
		},
	}
}

// publishNeeds returns the needs for a notification topic. The provider accepts
// only topics of the cluster's own project.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/r/container_cluster.html.markdown
func publishNeeds(t target, topic plan.Value) []need.Need {
	n := t.agentNeed(need.GKEServiceAgent)
	n.Attribute = "notification_config[0].pubsub[0].topic"
	n.Service = "pubsub.googleapis.com"
	n.Permissions = []string{"pubsub.topics.publish"}
	n.Fix.Role = "roles/pubsub.publisher"
	project := plan.ProjectOfName(topic.String())
	is := compareProjects(project, t.project.ID)
	foreign := n
	foreign.Kind, foreign.Severity, foreign.Principal, foreign.Permissions = need.PlanOnly, need.Error, need.Principal{}, nil
	foreign.Message = fmt.Sprintf("topic %s is in project %s, but must be in the cluster's project, %s", topic.String(), project, t.project.ID)
	foreign.Fix.Role = ""
	switch {
	case topic.State == plan.Unknown:
		n.UndeterminedReason = n.Attribute + " is not known before apply"
		return []need.Need{n}
	case is == resource.Different && project != "" && t.project.ID != "":
		return []need.Need{foreign}
	case n.UndeterminedReason == "":
		n.Resource = "//pubsub.googleapis.com/" + topic.String()
	}
	if is != resource.MaybeSame {
		return []need.Need{n}
	}
	n.OnlyIfProjectIn, foreign.OnlyIfNotProject = []string{project}, project
	return []need.Need{n, foreign}
}
