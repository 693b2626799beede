package rules

import "testing"

func TestLoginCredentials(t *testing.T) {
	runCases(t, "GP908", []testCase{
		{
			name: "exec block and token",
			plan: "kubernetes-provider",
		},
		{
			name: "no credentials",
			plan: "kubernetes-provider",
			changes: set{
				"configuration.provider_config.kubernetes.expressions.exec": nil,
			},
			want: []wantNeed{
				"warning: on finding: provider kubernetes has no token, exec block, certificate or kubeconfig: unless KUBE_* variables are set for apply, its requests are anonymous and fail",
			},
		},
		{
			name: "kubeconfig",
			plan: "kubernetes-provider",
			changes: set{
				"configuration.provider_config.kubernetes.expressions": map[string]any{"config_path": map[string]any{"constant_value": "~/.kube/config"}},
			},
		},
	})
}
