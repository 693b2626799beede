package rules

import "testing"

func TestNotificationTopic(t *testing.T) {
	runCases(t, "GP707", []testCase{
		{
			name: "topic of the cluster project",
			plan: "features",
			want: []wantNeed{
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com pubsub.topics.publish on //pubsub.googleapis.com/projects/acme-prod/topics/gke-upgrades",
			},
		},
		{
			name: "topic of another project",
			plan: "features",
			changes: set{
				after + "notification_config.0.pubsub.0.topic": "projects/acme-shared/topics/t",
			},
			want: []wantNeed{
				"error: pubsub.googleapis.com on projects/acme-prod finding: topic projects/acme-shared/topics/t is in project acme-shared, but must be in the cluster's project, acme-prod",
			},
		},
		{
			name: "notifications disabled",
			plan: "features",
			changes: set{
				after + "notification_config.0.pubsub.0.enabled": false,
			},
		},
		{
			name: "no notifications",
			plan: "minimal",
		},
	})
}
