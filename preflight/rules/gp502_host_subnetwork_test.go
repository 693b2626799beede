package rules

import "testing"

func TestHostSubnetwork(t *testing.T) {
	runCases(t, "GP502", []testCase{
		{
			name: "Shared VPC",
			plan: "shared-vpc",
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-service}@container-engine-robot.iam.gserviceaccount.com compute.subnetworks.get compute.subnetworks.use on //compute.googleapis.com/projects/acme-host/regions/europe-west1/subnetworks/gke",
				"error: google-apis-service-agent serviceAccount:{number:acme-service}@cloudservices.gserviceaccount.com compute.subnetworks.use on //compute.googleapis.com/projects/acme-host/regions/europe-west1/subnetworks/gke",
			},
		},
		{
			name: "subnetwork as a URL",
			plan: "shared-vpc",
			changes: set{
				"resource_changes.1.change.after.subnetwork": "https://www.googleapis.com/compute/v1/projects/acme-host/regions/europe-west1/subnetworks/gke",
			},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-service}@container-engine-robot.iam.gserviceaccount.com compute.subnetworks.get compute.subnetworks.use on //compute.googleapis.com/projects/acme-host/regions/europe-west1/subnetworks/gke",
				"error: google-apis-service-agent serviceAccount:{number:acme-service}@cloudservices.gserviceaccount.com compute.subnetworks.use on //compute.googleapis.com/projects/acme-host/regions/europe-west1/subnetworks/gke",
			},
		},
		{
			name: "no subnetwork set",
			plan: "shared-vpc",
			changes: set{
				"resource_changes.1.change.after.subnetwork": nil,
			},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-service}@container-engine-robot.iam.gserviceaccount.com compute.subnetworks.get compute.subnetworks.use on projects/acme-host",
				"error: google-apis-service-agent serviceAccount:{number:acme-service}@cloudservices.gserviceaccount.com compute.subnetworks.use on projects/acme-host",
			},
		},
		{
			name: "subnetwork as a short name",
			plan: "shared-vpc",
			changes: set{
				"resource_changes.1.change.after.subnetwork": "gke",
			},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-service}@container-engine-robot.iam.gserviceaccount.com compute.subnetworks.get compute.subnetworks.use on projects/acme-host",
				"error: google-apis-service-agent serviceAccount:{number:acme-service}@cloudservices.gserviceaccount.com compute.subnetworks.use on projects/acme-host",
			},
		},
		{
			name: "network of the cluster project",
			plan: "minimal",
		},
	})
}
