package rules

import "testing"

func TestLoginToken(t *testing.T) {
	runCases(t, "GP907", []testCase{
		{
			name: "token of the google provider",
			plan: "kubernetes-provider",
			want: []wantNeed{
				"error: on",
			},
		},
		{
			name: "other token",
			plan: "kubernetes-provider",
			changes: set{
				"configuration.provider_config": map[string]any{"kubernetes.token": map[string]any{"name": "kubernetes", "alias": "token", "expressions": map[string]any{"token": map[string]any{"references": []any{"var.token"}}}}},
			},
		},
		{
			name: "token of helm, as an attribute",
			plan: "kubernetes-provider",
			changes: set{
				"configuration.provider_config": map[string]any{"kubernetes.token": map[string]any{"name": "helm", "alias": "token", "expressions": map[string]any{"kubernetes": map[string]any{"references": []any{"data.google_client_config.current.access_token", "data.google_client_config.current"}}}}},
			},
			want: []wantNeed{
				"error: on",
			},
		},
	})
}
