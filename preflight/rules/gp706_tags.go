package rules

import (
	"slices"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func tags() Rule {
	return Rule{
		ID:       "GP706",
		Name:     "tags",
		Title:    "Service agents can bind the resource manager tags of clusters and nodes",
		Severity: need.Error,
		Requires: []string{"GP401", "GP404"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range changing(p) {
				for _, path := range append(t.optionPaths([]any{"node_config", 0, "resource_manager_tags"}), []any{"node_pool_auto_config", 0, "resource_manager_tags"}) {
					for _, value := range tagValues(t.After(path...)) {
						needs = append(needs, tagNeeds(t, plan.Path(path...), value)...)
					}
				}
			}
			return needs
		},
	}
}

// tagValues returns the values of a map of tags, sorted. An empty one stands for
// values that are not known before apply.
func tagValues(v plan.Value) []string {
	var out []string
	if v.IsUnknown() {
		out = append(out, "")
	}
	all, _ := v.Raw.(map[string]any)
	for _, value := range all {
		name, _ := value.(string)
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tagNeeds returns the needs on the cluster's project and on a tag value.
// https://docs.cloud.google.com/kubernetes-engine/docs/how-to/tags-firewall-policies
func tagNeeds(t target, attribute, value string) []need.Need {
	bind := func(kind need.PrincipalKind) need.Need {
		n := t.projectNeed()
		n.Kind, n.Attribute, n.Service = need.Permissions, attribute, "cloudresourcemanager.googleapis.com"
		n.Principal = serviceAgent(kind, t.project.ID)
		n.Permissions = []string{"resourcemanager.tagValueBindings.create"}
		n.Fix.Role = "roles/resourcemanager.tagUser"
		return n
	}
	onValue := func(kind need.PrincipalKind, permission, role string) need.Need {
		n := bind(kind)
		n.Permissions, n.Fix.Role = []string{permission}, role
		n.Resource = "//cloudresourcemanager.googleapis.com/" + value
		if !strings.HasPrefix(value, "tagValues/") {
			n.UndeterminedReason = attribute + " names a tag that cannot be looked up before apply: write it as tagValues/NUMBER"
			n.Resource = ""
		}
		return n
	}
	const use, hold = "resourcemanager.tagValueBindings.create", "resourcemanager.tagHolds.create"
	return []need.Need{
		bind(need.GKEServiceAgent), bind(need.GoogleAPIsServiceAgent),
		onValue(need.GKEServiceAgent, use, "roles/resourcemanager.tagUser"),
		onValue(need.GoogleAPIsServiceAgent, use, "roles/resourcemanager.tagUser"),
		onValue(need.GKEServiceAgent, hold, "roles/resourcemanager.tagHoldAdmin"),
	}
}
