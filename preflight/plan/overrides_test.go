package plan

import (
	"fmt"
	"strings"
	"testing"
)

// TestProjectFlags checks that a project given by the user is used only for
// provider configurations that can share it.
func TestProjectFlags(t *testing.T) {
	block := func(name, provider string) (change, config string) {
		return fmt.Sprintf(`{"address": "google_container_cluster.%s", "mode": "managed", "type": "google_container_cluster", "name": %[1]q,
			"change": {"actions": ["create"], "after": {"name": %[1]q}, "after_unknown": {"project": true}}}`, name),
			fmt.Sprintf(`{"address": "google_container_cluster.%s", "mode": "managed", "type": "google_container_cluster", "name": %[1]q, "provider_config_key": %q, "expressions": {}}`, name, provider)
	}
	change1, config1 := block("a", "google")
	two := func(providers, second string) string {
		change2, config2 := block("b", second)
		return fmt.Sprintf(`{"format_version": "1.2", "resource_changes": [%s, %s], "configuration": {"provider_config": {%s}, "root_module": {"resources": [%s, %s]}}}`,
			change1, change2, providers, config1, config2)
	}
	provider := func(key, name, alias, project string) string {
		return fmt.Sprintf(`%q: {"name": %q, "alias": %q, "expressions": {%s}}`, key, name, alias, project)
	}
	local := func(name string) string { return `"project": {"references": ["local.` + name + `"]}` }
	first := provider("google", "google", "", local("a"))
	for _, tt := range []struct {
		name, data string
		options    Options
		want       string
	}{
		{"one shared by two clusters", two(first, "google"), Options{Project: "acme-prod"}, "acme-prod acme-prod"},
		{"google and google-beta with the same reference", two(first+","+provider("google-beta", "google-beta", "", local("a")), "google-beta"), Options{Project: "acme-prod"}, "acme-prod acme-prod"},
		{"google and google-beta with different references", two(first+","+provider("google-beta", "google-beta", "", local("b")), "google-beta"), Options{Project: "acme-prod"}, " "},
		{"alias with the same reference, perhaps inside a template", two(first+","+provider("google.host", "google", "host", local("a")), "google.host"), Options{Project: "acme-prod"}, " "},
		{"each by its key", two(first+","+provider("google.host", "google", "host", local("b")), "google.host"), Options{Projects: map[string]string{"google": "acme-prod", "google.host": "acme-host"}}, "acme-prod acme-host"},
		{"one sets no project, the other one", two(provider("google", "google", "", "")+","+provider("google.host", "google", "host", local("b")), "google.host"), Options{Project: "acme-prod"}, "acme-prod "},
		{"for_each", two(first+","+provider("google.by", "google", "by", `"project": {"references": ["each.value"]}`), "google.by"), Options{Projects: map[string]string{"google": "acme-prod", "google.by": "acme-host"}}, "acme-prod "},
		{"for_each, by its key", two(provider("google", "google", "", `"project": {"references": ["local.projects", "each.key"]}`), "google"), Options{Project: "acme-prod"}, " "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, tt.data, tt.options)
			if got := p.Clusters[0].Project.ID + " " + p.Clusters[1].Project.ID; got != tt.want {
				t.Errorf("got projects %q, want %q", got, tt.want)
			}
		})
	}
	_, err := Read(strings.NewReader(two(first, "google")), Options{Deployers: map[string]string{"google.no": "x"}})
	if err == nil || !strings.Contains(err.Error(), "has no provider google.no") {
		t.Errorf("got error %v, want an unknown provider", err)
	}
}

// TestOrphanProviders checks that the provider of an object that is no longer
// configured is any configuration of the same provider.
func TestOrphanProviders(t *testing.T) {
	const name = "registry.terraform.io/hashicorp/google"
	config := func(key, alias, program, more string) string {
		return fmt.Sprintf(`%q: {"name": "google", "full_name": %q, "alias": %q, "expressions": {%s}}`, key, program, alias, more)
	}
	imp := `"impersonate_service_account": {"constant_value": "x@acme-ci.iam.gserviceaccount.com"}`
	for _, tt := range []struct {
		name, providers string
		unclear         bool
		impersonates    string
	}{
		{"one", config("google", "", name, imp), false, "x@acme-ci.iam.gserviceaccount.com"},
		{"two with the same account", config("google", "", name, imp) + "," + config("google.b", "b", name, imp), false, "x@acme-ci.iam.gserviceaccount.com"},
		{"two, one of which impersonates", config("google", "", name, "") + "," + config("google.b", "b", name, imp), true, ""},
		{"two that may have different accounts", config("google", "", name, `"credentials": {}`) + "," + config("google.b", "b", name, `"credentials": {}`), true, ""},
		{"an alias, and Terraform's empty default", config("google.b", "b", name, imp), true, ""},
		{"one of another provider program", config("google", "", name, imp) + "," + config("google.b", "b", name+"-beta", ""), false, "x@acme-ci.iam.gserviceaccount.com"},
		{"none", "", false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, fmt.Sprintf(`{"format_version": "1.2", "resource_changes": [{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c",
				"provider_name": %q, "change": {"actions": ["delete"], "before": {"name": "c", "project": "acme-prod"}}}],
				"configuration": {"provider_config": {%s}, "root_module": {}}}`, name, tt.providers), Options{})
			got := p.Clusters[0].Provider()
			if (got.UnknownReason != "") != tt.unclear || got.Impersonates.String() != tt.impersonates {
				t.Errorf("got unclear %q and impersonates %q, want unclear %t and %q", got.UnknownReason, got.Impersonates.String(), tt.unclear, tt.impersonates)
			}
		})
	}
}
