package rules

import "testing"

func TestLoginPlugin(t *testing.T) {
	runCases(t, "GP906", []testCase{
		{
			name: "exec block",
			plan: "kubernetes-provider",
			want: []wantNeed{
				"error: on expecting gke-gcloud-auth-plugin",
			},
		},
		{
			name: "exec block of helm, nested",
			plan: "kubernetes-provider",
			changes: set{
				"configuration.provider_config.kubernetes.name":        "helm",
				"configuration.provider_config.kubernetes.expressions": map[string]any{"kubernetes": []any{map[string]any{"exec": []any{map[string]any{"command": map[string]any{"constant_value": "aws"}}}}}},
			},
			want: []wantNeed{
				"error: on expecting aws",
			},
		},
		{
			name: "command not known before apply",
			plan: "kubernetes-provider",
			changes: set{
				"configuration.provider_config.kubernetes.expressions.exec": []any{map[string]any{"command": map[string]any{"references": []any{"local.command"}}}},
			},
			want: []wantNeed{
				"error: on unknown: the command of provider kubernetes is not known before apply",
			},
		},
		{
			name: "no such provider",
			plan: "minimal",
		},
	})
}
