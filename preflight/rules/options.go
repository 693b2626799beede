package rules

import "gke-preflight/preflight/plan"

// optionPaths returns the paths at which t may set an option. A node pool sets it
// in its own block. A cluster sets it for its default node pool, and in the
// node_pool blocks inside the cluster.
func (t target) optionPaths(option []any) [][]any {
	out := [][]any{option}
	if t.isNodePool || option[0] != "node_config" && option[0] != "placement_policy" {
		return out
	}
	for i := range t.cluster.InlinePools() {
		out = append(out, append([]any{"node_pool", i}, option...))
	}
	return out
}

// isOn reports whether an option is, or may be, enabled.
func isOn(v plan.Value) bool {
	switch v.String() {
	case "DISABLED", "PROVIDER_UNSPECIFIED", "PLATFORM_DEFAULT", "KUBE_DNS", "false":
		return false
	}
	switch raw := v.Raw.(type) {
	case bool:
		return raw
	case []any:
		return len(raw) > 0
	case map[string]any:
		return len(raw) > 0
	}
	return v.State != plan.Absent
}
