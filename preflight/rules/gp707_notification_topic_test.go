package rules

import "testing"

func TestNotificationTopic(t *testing.T) {
	runCases(t, "GP707", []testCase{
		{
			name: "a topic of its own project",
			plan: "features",
			want: []wantNeed{
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com pubsub.topics.publish on //pubsub.googleapis.com/projects/acme-prod/topics/gke-upgrades",
			},
		},
		{
			name: "a topic of another",
			plan: "features",
			changes: set{
				after + "notification_config.0.pubsub.0.topic": "projects/acme-shared/topics/t",
			},
			want: []wantNeed{
				"error: pubsub.googleapis.com on projects/acme-prod stating: topic projects/acme-shared/topics/t is in project acme-shared, but must be in the cluster's project, acme-prod",
			},
		},
		{
			name: "turned off",
			plan: "features",
			changes: set{
				after + "notification_config.0.pubsub.0.enabled": false,
			},
		},
		{
			name: "none",
			plan: "minimal",
		},
	})
}
