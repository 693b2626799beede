package plan

import (
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// A ClusterAuth is how a provider configuration logs in to a Kubernetes cluster.
type ClusterAuth struct {
	// Key is the name of the configuration in the plan, such as
	// kubernetes.token.
	Key string
	// Command is the program of an exec block; empty without one, or if it is
	// only known after apply.
	Command string
	// Exec reports whether there is an exec block.
	Exec bool
	// ClientConfig reports whether the token is that of
	// data.google_client_config, which is valid for at most an hour.
	ClientConfig bool
	// Credentials reports whether any credentials are configured: exec, a
	// token, a client certificate, a password, or a kubeconfig.
	Credentials bool
	// Clusters are the addresses of the planned clusters that the configuration
	// refers to.
	Clusters []string
}

// ClusterAuths returns the configurations of the kubernetes, helm and kubectl
// providers that are in use, in the order of their keys.
func (p *Plan) ClusterAuths() []ClusterAuth { return slices.Clip(p.logins) }

// An authReader reads how providers log in to Kubernetes clusters.
type authReader struct{ *Plan }

// findClusterAuths returns the result of ClusterAuths.
func (r authReader) findClusterAuths() []ClusterAuth {
	var out []ClusterAuth
	for _, key := range sortedKeys(r.config.providers) {
		config := r.config.providers[key]
		if slices.Contains([]string{"kubernetes", "helm", "kubectl", "kubernetes-alpha"}, config.Name) && r.isProviderUsed(key) {
			out = append(out, r.newClusterAuth(key, config))
		}
	}
	return out
}

// isProviderUsed reports whether a block of the configuration uses a provider.
func (r authReader) isProviderUsed(key string) bool {
	for _, b := range r.config.blocks {
		if b.provider == key {
			return true
		}
	}
	return false
}

// sortedKeys returns the keys of m in order.
func sortedKeys(m map[string]*tfjson.ProviderConfig) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// newClusterAuth returns how a provider configuration logs in.
func (r authReader) newClusterAuth(key string, config *tfjson.ProviderConfig) ClusterAuth {
	module := withoutKeys(config.ModuleAddress)
	l := ClusterAuth{Key: key, Clusters: r.referencedClusters(module, referencesInAll(config.Expressions))}
	settings := config.Expressions
	if nested := settings["kubernetes"]; nested != nil && nested.ExpressionData != nil {
		// helm has the same settings one level deeper: as a block, or, from its
		// version 3 on, as an attribute, of which a plan shows the references.
		if len(nested.NestedBlocks) == 0 {
			l.Credentials = true
			l.ClientConfig = r.refersToClientConfig(module, referencesIn(nested))
			return l
		}
		settings = nested.NestedBlocks[0]
	}
	if exec := settings["exec"]; exec != nil && exec.ExpressionData != nil {
		l.Exec = true
		if len(exec.NestedBlocks) > 0 {
			l.Command = r.likelyValue(module, exec.NestedBlocks[0]["command"]).String()
		}
	}
	l.ClientConfig = r.refersToClientConfig(module, referencesIn(settings["token"]))
	for _, name := range []string{"exec", "token", "client_certificate", "client_key", "username", "password", "config_path", "config_paths", "config_context", "load_config_file"} {
		if e := settings[name]; e != nil && e.ExpressionData != nil {
			l.Credentials = true
		}
	}
	return l
}

// refersToClientConfig reports whether references lead, through variables and
// outputs, to the token of data.google_client_config.
func (r authReader) refersToClientConfig(module string, refs []string) bool {
	return r.refersTo(module, refs, maxHops, func(t target) bool {
		return strings.Contains("."+t.name, ".data.google_client_config.") && t.attribute == "access_token"
	})
}

// referencedClusters returns the planned clusters that references lead to.
func (r authReader) referencedClusters(module string, refs []string) []string {
	var out []string
	r.refersTo(module, refs, maxHops, func(t target) bool {
		for _, c := range r.changesByBlock[t.name] {
			if c.Type == "google_container_cluster" && !slices.Contains(out, c.Address) {
				out = append(out, c.Address)
			}
		}
		return false
	})
	slices.Sort(out)
	return out
}
