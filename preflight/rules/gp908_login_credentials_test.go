package rules

import "testing"

func TestLoginCredentials(t *testing.T) {
	runCases(t, "GP908", []testCase{
		{
			name: "exec and a token",
			plan: "kubernetes-provider",
		},
		{
			name: "nothing",
			plan: "kubernetes-provider",
			changes: set{
				"configuration.provider_config.kubernetes.expressions.exec": nil,
			},
			want: []wantNeed{
				"warning: on stating: provider kubernetes has no token, exec block, certificate or kubeconfig: unless KUBE_* variables are set for apply, its requests are anonymous and fail",
			},
		},
		{
			name: "a kubeconfig",
			plan: "kubernetes-provider",
			changes: set{
				"configuration.provider_config.kubernetes.expressions": map[string]any{"config_path": map[string]any{"constant_value": "~/.kube/config"}},
			},
		},
	})
}
