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
				"warning: on stating: provider kubernetes has neither a token nor an exec block nor a certificate nor a kubeconfig: without KUBE_* variables where apply runs it is anonymous, and refused",
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
