package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// clusterPlan returns a plan of one cluster with the given planned attributes
// and configuration. More is a second resource.
func clusterPlan(after, unknown, expressions, providers, more string) string {
	return fmt.Sprintf(`{"format_version": "1.2",
		"resource_changes": [
			{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c",
			 "change": {"actions": ["create"], "after": {"name": "c"%s}, "after_unknown": {"project": true%s}}}%s],
		"configuration": {"provider_config": {%s}, "root_module": {
			"variables": {"project": {"default": "acme-var"}, "null": {"default": null}, "given": {}},
			"resources": [{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c",
				"provider_config_key": "google", "expressions": {%s}}%s]}}}`,
		after, unknown, change(more), providers, expressions, blockOf(more))
}

// change and blockOf return the two halves of a second resource, its change and its
// block, which a bar separates.
func change(more string) string  { return half(more, 0) }
func blockOf(more string) string { return half(more, 1) }

func half(more string, i int) string {
	for k, c := range more {
		if c == '|' {
			return []string{more[:k], more[k+1:]}[i]
		}
	}
	return more
}

const google = `"google": {"name": "google", "expressions": {"project": %s}}`

func providerSets(expression string) string { return fmt.Sprintf(google, expression) }

// TestProject checks the sources of a resource's project and their precedence.
func TestProject(t *testing.T) {
	sibling := func(project, configured string) string {
		return `,{"address": "google_pubsub_topic.t", "mode": "managed", "type": "google_pubsub_topic", "name": "t", "change": {"actions": ["create"], "after": {"project": "` + project + `"}}}` +
			`|,{"address": "google_pubsub_topic.t", "mode": "managed", "type": "google_pubsub_topic", "name": "t", "provider_config_key": "google", "expressions": {` + configured + `}}`
	}
	planned := func(typ, attribute, value string) string {
		return `,{"address": "` + typ + `.x", "mode": "managed", "type": "` + typ + `", "name": "x", "change": {"actions": ["create"], "after": {"` + attribute + `": "` + value + `"}, "after_unknown": {"number": true, "project": true}}}` +
			`|,{"address": "` + typ + `.x", "mode": "managed", "type": "` + typ + `", "name": "x", "provider_config_key": "google", "expressions": {"` + attribute + `": {"constant_value": "` + value + `"}}}`
	}
	env := func(name, value string) Options {
		return Options{Getenv: func(s string) string { return map[string]string{name: value}[s] }}
	}
	for _, tt := range []struct {
		name    string
		data    string
		options Options
		want    Project
	}{
		{"attribute", clusterPlan(`, "project": "acme-prod"`, "", "", providerSets(`{"constant_value": "acme-other"}`), ""), Options{},
			Project{ID: "acme-prod", Source: "attribute project of google_container_cluster.c"}},
		{"provider's constant", clusterPlan("", "", "", providerSets(`{"constant_value": "acme-prod"}`), ""), Options{},
			Project{ID: "acme-prod", Source: "provider google"}},
		{"provider's variable, perhaps inside a template", clusterPlan("", "", "", providerSets(`{"references": ["var.project"]}`), ""), Options{},
			Project{Source: "provider google sets project from var.project, whose value a plan's JSON does not show: check the binary plan, or name its configuration with --source DIR, or the project with --project ID"}},
		{"provider's variable, confirmed by a sibling", clusterPlan("", "", "", providerSets(`{"references": ["var.project"]}`), sibling("acme-var", "")), Options{},
			Project{ID: "acme-var", Source: "provider google (var.project)"}},
		{"constant that a sibling contradicts", clusterPlan("", "", "", providerSets(`{"constant_value": "acme-prod"}`), sibling("acme-old", "")), Options{},
			Project{ID: "acme-prod", Source: "provider google"}},
		{"provider's variable, with --project", clusterPlan("", "", "", providerSets(`{"references": ["var.project"]}`), ""), Options{Project: "acme-flag"},
			Project{ID: "acme-flag", Source: "--project"}},
		{"a domain-scoped ID", clusterPlan("", "", "", providerSets(`{"constant_value": "example.com:acme-prod"}`), ""), Options{},
			Project{ID: "example.com:acme-prod", Source: "provider google"}},
		{"a number", clusterPlan("", "", "", providerSets(`{"constant_value": "111111111111"}`), ""), Options{},
			Project{ID: "111111111111", Source: "provider google"}},
		{"template that a sibling contradicts", clusterPlan("", "", "", providerSets(`{"references": ["var.project"]}`), sibling("acme-var-gke", "")), Options{},
			Project{ID: "acme-var-gke", Source: "other resources of provider google"}},
		{"sibling of a provider without project", clusterPlan("", "", "", `"google": {"name": "google"}`, sibling("acme-prod", "")), env("GOOGLE_PROJECT", "acme-env"),
			Project{ID: "acme-prod", Source: "other resources of provider google"}},
		{"sibling with its own project", clusterPlan("", "", "", `"google": {"name": "google"}`, sibling("acme-own", `"project": {"constant_value": "acme-own"}`)), env("GOOGLE_PROJECT", "acme-env"),
			Project{ID: "acme-env", Source: "environment variable GOOGLE_PROJECT"}},
		{"environment", clusterPlan("", "", "", `"google": {"name": "google"}`, ""), env("CLOUDSDK_CORE_PROJECT", "acme-env"),
			Project{ID: "acme-env", Source: "environment variable CLOUDSDK_CORE_PROJECT"}},
		{"provider's hidden project, not the environment", clusterPlan("", "", "", providerSets(`{"references": ["local.project"]}`), ""), env("GOOGLE_PROJECT", "acme-env"),
			Project{Source: "provider google sets project from local.project, whose value a plan's JSON does not show: check the binary plan, or name its configuration with --source DIR, or the project with --project ID"}},
		{"null variable, perhaps inside a template", clusterPlan("", "", "", providerSets(`{"references": ["var.null"]}`), ""), env("GOOGLE_PROJECT", "acme-env"),
			Project{Source: "provider google sets project from var.null, whose value a plan's JSON does not show: check the binary plan, or name its configuration with --source DIR, or the project with --project ID"}},
		{"null project", clusterPlan("", "", "", providerSets(`{"constant_value": null}`), ""), env("GOOGLE_PROJECT", "acme-env"),
			Project{ID: "acme-env", Source: "environment variable GOOGLE_PROJECT"}},
		{"--project last", clusterPlan("", "", "", `"google": {"name": "google"}`, ""), Options{Project: "acme-flag"},
			Project{ID: "acme-flag", Source: "--project"}},
		{"reference to another resource, perhaps inside a template", clusterPlan("", "", `"project": {"references": ["google_project_service.x.number", "google_project_service.x"]}`, providerSets(`{"constant_value": "acme-prod"}`), planned("google_project_service", "project", "acme-tenant")), Options{},
			Project{Source: "project of google_container_cluster.c is not known before apply"}},
		{"a planned project", clusterPlan("", "", `"project": {"references": ["google_project.x.id", "google_project.x"]}`, "", planned("google_project", "project_id", "acme-tenant")), Options{},
			Project{ID: "acme-tenant", Source: "google_project.x.id: attribute project_id of google_project.x"}},
		{"unknown number of a planned project", clusterPlan("", "", `"project": {"references": ["google_project.x.number", "google_project.x"]}`, providerSets(`{"constant_value": "acme-prod"}`), planned("google_project", "project_id", "acme-tenant")), Options{},
			Project{Source: "project of google_container_cluster.c is not known before apply"}},
		{"null variable falls back to the provider", clusterPlan("", "", `"project": {"references": ["var.null"]}`, providerSets(`{"constant_value": "acme-prod"}`), ""), Options{},
			Project{ID: "acme-prod", Source: "provider google"}},
		{"invalid project ID", clusterPlan("", "", "", providerSets(`{"constant_value": "not a project"}`), ""), Options{},
			Project{Source: "provider google sets project to an invalid project ID"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, tt.data, tt.options)
			if diff := cmp.Diff(tt.want, p.Clusters[0].Project); diff != "" {
				t.Errorf("project (-want +got):\n%s", diff)
			}
		})
	}
}

// TestProviderKeys checks how a resource in a module finds its provider.
func TestProviderKeys(t *testing.T) {
	inModule := func(key, providers string) string {
		return fmt.Sprintf(`{"format_version": "1.2",
			"resource_changes": [{"address": "module.m.google_container_cluster.c", "module_address": "module.m", "mode": "managed", "type": "google_container_cluster", "name": "c",
				"change": {"actions": ["create"], "after": {"name": "c"}, "after_unknown": {"project": true}}}],
			"configuration": {"provider_config": {%s}, "root_module": {"module_calls": {"m": {"module": {
				"resources": [{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c", "provider_config_key": %q}]}}}}}}`, providers, key)
	}
	one := `"google": {"name": "google", "expressions": {"project": {"constant_value": "acme-root"}}}`
	two := one + `, "google.prod": {"name": "google", "alias": "prod", "expressions": {"project": {"constant_value": "acme-alias"}}}`
	own := `"module.m:google": {"name": "google", "module_address": "module.m", "expressions": {"project": {"constant_value": "acme-module"}}}`
	for _, tt := range []struct{ name, key, providers, want string }{
		{"caller's key", "google.prod", two, "acme-alias"},
		{"module's own", "module.m:google", one + "," + own, "acme-module"},
		{"inherited from the root", "module.m:google", one, "acme-root"},
		{"inherited, in the format of old Terraform", "m:google", one, "acme-root"},
		{"passed under another name, which old plans do not show", "m:google", two, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, inModule(tt.key, tt.providers), Options{})
			if got := p.Clusters[0].Project.ID; got != tt.want {
				t.Errorf("got project %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		"default":                              "",
		"projects/acme-host/global/networks/n": "acme-host",
		"https://www.googleapis.com/compute/v1/projects/acme-host/regions/r/subnetworks/s": "acme-host",
		"//compute.googleapis.com/projects/acme-host/global/networks/n":                    "acme-host",
		"projects/example.com:acme/global/networks/n":                                      "example.com:acme",
		"regions/r/subnetworks/s":                                                          "",
	} {
		if got := ProjectOfName(in); got != want {
			t.Errorf("project of %s: got %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"gke@acme-prod.iam.gserviceaccount.com":        "acme-prod",
		"gke@acme.example.com.iam.gserviceaccount.com": "example.com:acme",
		"111-compute@developer.gserviceaccount.com":    "111",
		"acme-prod@appspot.gserviceaccount.com":        "acme-prod",
		"alice@example.com":                            "",
		"":                                             "",
	} {
		if got := AccountProject(in); got != want {
			t.Errorf("project of %s: got %q, want %q", in, got, want)
		}
	}
}

// TestProvenProject checks that a project that is resolved through a reference
// is used only if the plan proves it.
func TestProvenProject(t *testing.T) {
	plan := func(typ, actions, before, expression string) string {
		return `{"format_version": "1.2", "resource_changes": [
			{"address": "google_container_cluster.main", "mode": "managed", "type": "google_container_cluster", "name": "main",
				"change": {"actions": ["create"], "after": {"name": "main"}, "after_unknown": {"project": true, "id": true}}},
			{"address": "google_project.new", "mode": "managed", "type": "google_project", "name": "new",
				"change": {"actions": ["create"], "after": {"project_id": "acme-new"}, "after_unknown": {"id": true, "number": true}}},
			{"address": "` + typ + `.x", "mode": "managed", "type": "` + typ + `", "name": "x",
				"change": {"actions": [` + actions + `], "before": ` + before + `, "after": {"name": "x", "cluster": "main"}, "after_unknown": {"project": true}}}],
			"configuration": {"provider_config": {"google": {"name": "google", "expressions": {"project": {"constant_value": "acme-prod"}}}}, "root_module": {"resources": [
				{"address": "google_container_cluster.main", "mode": "managed", "type": "google_container_cluster", "name": "main", "provider_config_key": "google", "expressions": {}},
				{"address": "google_project.new", "mode": "managed", "type": "google_project", "name": "new", "provider_config_key": "google", "expressions": {}},
				{"address": "` + typ + `.x", "mode": "managed", "type": "` + typ + `", "name": "x", "provider_config_key": "google", "expressions": {` + expression + `}}]}}}`
	}
	refs := func(list string) string { return `"project": {"references": [` + list + `]}` }
	const (
		cluster, pool  = "google_container_cluster", "google_container_node_pool"
		ofCluster      = `"google_container_cluster.main.project", "google_container_cluster.main"`
		ofProject      = `"google_project.new.id", "google_project.new"`
		create, update = `"create"`, `"update"`
		replace        = `"delete", "create"`
		old            = `{"name": "x", "project": "acme-old"}`
	)
	for _, tt := range []struct{ name, typ, actions, before, expression, want string }{
		{"node pool refers to its cluster", pool, create, "null", refs(ofCluster), "acme-prod"},
		{"cluster refers to another cluster", cluster, create, "null", refs(ofCluster), ""},
		{"ID of a planned project", cluster, create, "null", refs(ofProject), "acme-new"},
		{"unknown number of a planned project", cluster, create, "null", refs(`"google_project.new.number", "google_project.new"`), ""},
		{"resource of an irrelevant type", cluster, create, "null", refs(`"terraform_data.t.output", "terraform_data.t"`), ""},
		{"each.value", cluster, create, "null", refs(`"each.value.project", "each.value"`), ""},
		{"update stays in its project", cluster, update, old, refs(`"local.project"`), "acme-old"},
		{"replacement with an unknown project", cluster, replace, old, refs(`"local.project"`), ""},
		{"replacement in the provider's project", cluster, replace, old, "", "acme-prod"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, plan(tt.typ, tt.actions, tt.before, tt.expression), Options{})
			for _, c := range p.Changes {
				if c.Address == tt.typ+".x" && c.Project().ID != tt.want {
					t.Errorf("got project %q (%s), want %q", c.Project().ID, c.Project().Source, tt.want)
				}
			}
		})
	}
}

// TestReplacedProject checks that a replaced cluster is created in the
// provider's default project, which may differ from the one in the state.
func TestReplacedProject(t *testing.T) {
	data := clusterPlan("", "", "", providerSets(`{"references": ["local.project"]}`), "|")
	replaced := strings.Replace(data, `"actions": ["create"]`, `"actions": ["delete", "create"], "before": {"name": "c", "project": "acme-old"}`, 1)
	p := mustRead(t, replaced, Options{})
	if got := p.Clusters[0].Project; got.ID != "" {
		t.Errorf("got project %q (%s), want an unknown one", got.ID, got.Source)
	}
}

// TestNetworkProject checks the project of a network, which decides whether a
// cluster uses a Shared VPC.
func TestNetworkProject(t *testing.T) {
	planned := func(typ, after, unknown string) string {
		return `,{"address": "` + typ + `.x", "mode": "managed", "type": "` + typ + `", "name": "x", "change": {"actions": ["create"], "after": {` + after + `}, "after_unknown": {` + unknown + `}}}` +
			`|,{"address": "` + typ + `.x", "mode": "managed", "type": "` + typ + `", "name": "x", "provider_config_key": "google", "expressions": {}}`
	}
	refs := func(attribute, reference string) string {
		return `"` + attribute + `": {"references": ["` + reference + `"]}`
	}
	project := planned("google_project", `"name": "host"`, `"project_id": true, "id": true`)
	network := planned("google_compute_network", `"name": "n", "project": "acme-host"`, `"id": true, "self_link": true`)
	subnetwork := planned("google_compute_subnetwork", `"name": "s", "region": "europe-west1", "project": "acme-host"`, `"id": true, "network": true`)
	for _, tt := range []struct{ name, after, unknown, expressions, more, want string }{
		{"not set", "", `, "network": true`, "", "|", "acme-prod"},
		{"short name", `, "network": "n"`, "", "", "|", "acme-prod"},
		{"path", `, "network": "projects/acme-host/global/networks/n"`, "", "", "|", "acme-host"},
		{"template around a planned project", "", `, "network": true`, refs("network", "google_project.x.project_id"), project, ""},
		{"a planned network", "", `, "network": true`, refs("network", "google_compute_network.x.id"), network, "acme-host"},
		{"a planned subnetwork", "", `, "subnetwork": true`, refs("subnetwork", "google_compute_subnetwork.x.id"), subnetwork, "acme-host"},
		{"the network of a planned subnetwork", "", `, "network": true`, refs("network", "google_compute_subnetwork.x.network"), subnetwork, "acme-host"},
		{"each.value", "", `, "network": true`, refs("network", "each.value"), "|", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, clusterPlan(tt.after, tt.unknown, tt.expressions, providerSets(`{"constant_value": "acme-prod"}`), tt.more), Options{})
			if got := p.Clusters[0].NetworkProject; got != tt.want {
				t.Errorf("got network project %q, want %q", got, tt.want)
			}
		})
	}
}
