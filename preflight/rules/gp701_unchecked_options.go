package rules

import (
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func uncheckedOptions() Rule {
	return Rule{
		ID:       "GP701",
		Name:     "unchecked-options",
		Title:    "Clusters use no options with undocumented requirements",
		Severity: need.Warning,
		Outcomes: []string{"undetermined"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range changing(p) {
				if used := usedUncheckedOptions(t); len(used) > 0 {
					n := t.projectNeed()
					n.Kind = need.PlanOnly
					n.UndeterminedReason = "these options may require grants or APIs that are not checked: " + strings.Join(used, ", ")
					needs = append(needs, n)
				}
			}
			return needs
		},
	}
}

// usedUncheckedOptions returns the options of t whose required permissions Google
// does not document and no rule checks.
// https://docs.cloud.google.com/kubernetes-engine/docs/how-to/service-accounts
func usedUncheckedOptions(t target) []string {
	var out []string
	for _, path := range [][]any{
		{"node_config", 0, "reservation_affinity", 0, "values"},
		{"node_config", 0, "sole_tenant_config"},
		{"addons_config", 0, "parallelstore_csi_driver_config", 0, "enabled"},
		{"addons_config", 0, "lustre_csi_driver_config", 0, "enabled"},
		{"mesh_certificates", 0, "enable_certificates"},
		{"node_config", 0, "windows_node_config"},
	} {
		for _, at := range t.optionPaths(path) {
			if v := t.After(at...); isOn(v) && !isOwnProjectOnly(v, t.project.ID) {
				out = append(out, plan.Path(at...))
			}
		}
	}
	return out
}

// isOwnProjectOnly reports whether everything that a list names is in project. A
// name without a project is.
func isOwnProjectOnly(v plan.Value, project string) bool {
	for _, name := range v.Strings() {
		if p := plan.ProjectOfName(name); p != "" && compareProjects(p, project) != resource.Same {
			return false
		}
	}
	return v.State == plan.Known && len(v.Strings()) > 0
}
