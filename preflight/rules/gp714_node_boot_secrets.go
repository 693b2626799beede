package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func nodeBootSecrets() Rule {
	return Rule{
		ID:       "GP714",
		Name:     "node-boot-secrets",
		Title:    "Node service accounts can read the secrets that nodes use at boot",
		Severity: need.Warning,
		Outcomes: []string{"pass", "undetermined"},
		Requires: []string{"GP301", "GP304"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachAssignedAccount(p, func(t target, a plan.Account) {
				for _, path := range bootSecrets(t, a) {
					needs = append(needs, secretNeed(t, a, path))
				}
			})
			return needs
		},
	}
}

// bootSecrets returns the paths of the attributes that name secrets which a node
// reads while it starts: init scripts, and the certificates of registry hosts.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/r/container_cluster.html.markdown
func bootSecrets(t target, a plan.Account) [][]any {
	const uri = "gcp_secret_manager_secret_uri"
	out := setPaths(t, a.SiblingPath("linux_node_config", 0, "custom_node_init", 0, "init_script", 0, uri))
	registries := a.SiblingPath("containerd_config", 0, "registry_hosts")
	out = append(out, unknownPaths(t, registries)...)
	for i := range t.After(registries...).Len() {
		hosts := pathBelow(registries, i, "hosts")
		out = append(out, unknownPaths(t, hosts)...)
		for k := range t.After(hosts...).Len() {
			out = append(out, setPaths(t, pathBelow(hosts, k, "ca", 0, uri), pathBelow(hosts, k, "client", 0, "cert", 0, uri), pathBelow(hosts, k, "client", 0, "key", 0, uri))...)
		}
	}
	return out
}

// unknownPaths returns path if its attribute is not known before apply: it may hold
// anything.
func unknownPaths(t target, path []any) [][]any {
	if t.After(path...).State == plan.Unknown {
		return [][]any{path}
	}
	return nil
}

// setPaths returns the paths whose attributes are set.
func setPaths(t target, paths ...[]any) [][]any {
	var out [][]any
	for _, path := range paths {
		if t.After(path...).State != plan.Absent {
			out = append(out, path)
		}
	}
	return out
}

// pathBelow returns a path that goes on from another.
func pathBelow(path []any, more ...any) []any { return append(append([]any{}, path...), more...) }
