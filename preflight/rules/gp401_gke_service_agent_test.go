package rules

import (
	"testing"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func TestGKEServiceAgent(t *testing.T) {
	runCases(t, "GP401", []testCase{
		{
			name: "new cluster",
			plan: "minimal",
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.instanceGroupManagers.create compute.networks.get compute.regions.get on projects/acme-prod",
			},
		},
		{
			name: "Shared VPC",
			plan: "shared-vpc",
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-service}@container-engine-robot.iam.gserviceaccount.com compute.instanceGroupManagers.create compute.regions.get on projects/acme-service",
			},
		},
		{
			name: "project number",
			plan: "minimal",
			changes: set{
				"configuration.provider_config.google.expressions.project": map[string]any{"constant_value": "111111111111"},
			},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com compute.instanceGroupManagers.create compute.networks.get compute.regions.get on projects/111111111111",
			},
		},
		{
			name:     "configured permissions",
			plan:     "minimal",
			settings: Settings{Canaries: map[need.PrincipalKind][]string{need.GKEServiceAgent: {"compute.zones.get"}}},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.zones.get on projects/acme-prod",
			},
		},
		{
			name: "destroyed cluster",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"delete"},
				"resource_changes.0.change.before":  map[string]any{"name": "main", "project": "acme-prod", "location": "europe-west1"},
			},
		},
		{
			name: "updated cluster, and unchanged cluster that loses something",
			plan: "existing",
			changes: set{
				"resource_changes.3.change.actions": []any{"no-op"},
			},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.instanceGroupManagers.create compute.networks.get compute.regions.get on projects/acme-prod",
			},
		},
		{
			name: "node pool of a cluster outside the plan",
			plan: "hostile-names",
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.instanceGroupManagers.create compute.regions.get on projects/acme-prod",
			},
		},
		{
			name: "network project not known before apply",
			plan: "shared-vpc",
			changes: set{
				"resource_changes.1.change.after.network":                      nil,
				"resource_changes.1.change.after.subnetwork":                   nil,
				"resource_changes.1.change.after_unknown.network":              true,
				"resource_changes.1.change.after_unknown.subnetwork":           true,
				"configuration.root_module.resources.1.expressions.network":    map[string]any{"references": []any{"local.network"}},
				"configuration.root_module.resources.1.expressions.subnetwork": map[string]any{"references": []any{"local.subnetwork"}},
			},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-service}@container-engine-robot.iam.gserviceaccount.com compute.instanceGroupManagers.create compute.regions.get on projects/acme-service",
			},
		},
		{
			name: "unknown project",
			plan: "minimal",
			changes: set{
				"configuration.provider_config.google.expressions": map[string]any{},
			},
			want: []wantNeed{
				"error: gke-service-agent compute.instanceGroupManagers.create compute.networks.get compute.regions.get on unknown: neither the plan nor the environment names the project of google_container_cluster.main; pass --project ID",
			},
		},
	})
}

// TestRetryBudgetError: the text is the one that apply prints and users search for.
func TestRetryBudgetError(t *testing.T) {
	for location, want := range map[string]string{
		"europe-west1":   "projects/p-prod/regions/europe-west1",
		"europe-west1-b": "projects/p-prod/regions/europe-west1",
		"":               "projects/p-prod",
	} {
		got := retryBudgetError("compute.regions.get", target{project: plan.Project{ID: "p-prod"}, location: location})
		if want := "Error 403: Retry budget exhausted: Google Compute Engine: Required permission 'compute.regions.get' for '" + want + "'."; got != want {
			t.Errorf("in location %q: got %s, want %s", location, got, want)
		}
	}
}
