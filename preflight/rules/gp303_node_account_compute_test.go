package rules

import (
	"testing"

	"gke-preflight/preflight/need"
)

func TestNodeAccountCompute(t *testing.T) {
	runCases(t, "GP303", []testCase{
		{
			name: "default",
			plan: "minimal",
			want: []wantNeed{
				"note: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com compute.regions.get on projects/acme-prod",
			},
		},
		{
			name:     "configured permissions",
			plan:     "minimal",
			settings: Settings{Canaries: map[need.PrincipalKind][]string{need.NodeServiceAccount: {"compute.zones.get"}}},
			want: []wantNeed{
				"note: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com compute.zones.get on projects/acme-prod",
			},
		},
	})
}
