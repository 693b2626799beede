package rules

import (
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func nodeSecrets() Rule {
	return Rule{
		ID:       "GP710",
		Name:     "node-secrets",
		Title:    "Node service accounts can read the secrets with registry certificates",
		Severity: need.Warning,
		Outcomes: []string{"pass", "undetermined"},
		Requires: []string{"GP301", "GP304"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachAssignedAccount(p, func(t target, a plan.Account) {
				for _, path := range registrySecrets(t, a) {
					needs = append(needs, secretNeed(t, a, path))
				}
			})
			return needs
		},
	}
}

// registrySecrets returns the paths of the attributes that name secrets for
// containerd.
// https://docs.cloud.google.com/kubernetes-engine/docs/how-to/access-private-registries-private-certificates
func registrySecrets(t target, a plan.Account) [][]any {
	domains := a.SiblingPath("containerd_config", 0, "private_registry_access_config", 0, "certificate_authority_domain_config")
	var out [][]any
	all := t.After(domains...)
	if all.State == plan.Unknown {
		out = append(out, domains)
	}
	for i := range all.Len() {
		path := append(append([]any{}, domains...), i, "gcp_secret_manager_certificate_config", 0, "secret_uri")
		if t.After(path...).State != plan.Absent {
			out = append(out, path)
		}
	}
	return out
}

// secretNeed returns the need of account a for access to a secret, tested on the
// secret's project. A grant on the secret itself is not visible, which is one
// reason to only warn.
func secretNeed(t target, a plan.Account, path []any) need.Need {
	secret := t.After(path...).String()
	n := t.needIn(plan.ProjectOfName(secret), plan.Path(path...)+" is not known before apply")
	n.Kind = need.Permissions
	n.Attribute = plan.Path(path...)
	n.Service = "secretmanager.googleapis.com"
	n.Permissions = []string{"secretmanager.versions.access"}
	n.Fix.Role = "roles/secretmanager.secretAccessor"
	var why string
	if n.Principal, why = nodePrincipal(a, t.project.ID); why != "" {
		n.UndeterminedReason = why
	}
	if n.UndeterminedReason == "" {
		name, _, _ := strings.Cut(secret, "/versions/")
		n.Resource = "//secretmanager.googleapis.com/" + name
	}
	return n
}
