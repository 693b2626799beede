package plan

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEvaluate checks what the text of a configuration proves about the project
// of a provider, and what stays unknown.
func TestEvaluate(t *testing.T) {
	const plan = `{"format_version": "1.2", "variables": {"project": {"value": "acme-prod"}, "null": {}, "n": {"value": 7}, "tags": {"value": {"env": "prod"}}, "list": {"value": ["a", "b"]}},
		"resource_changes": [{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c",
			"change": {"actions": ["create"], "after": {"name": "c"}, "after_unknown": {"project": true}}}],
		"configuration": {"provider_config": {"google": {"name": "google", "expressions": {"project": {%s}}}}, "root_module": {
			"variables": {"project": {}, "null": {}, "n": {}, "tags": {}, "list": {}},
			"resources": [{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c", "provider_config_key": "google", "expressions": {}}]}}}`
	const declared = `
variable "project" {}
variable "null" { default = null }
variable "n" { type = number }
variable "tags" { type = map(string) }
variable "list" {}
`
	growing := "locals {\n  g0 = \"0123456789012345678901234567890123456789\"\n"
	for i := 1; i < 40; i++ {
		growing += fmt.Sprintf("  g%d = \"${local.g%d}${local.g%d}\"\n", i, i-1, i-1)
	}
	for _, tt := range []struct{ name, expression, references, more, want string }{
		{"a variable", `var.project`, `"var.project"`, "", "acme-prod"},
		{"a template", `"${var.project}-gke"`, `"var.project"`, "", "acme-prod-gke"},
		{"nested local values", `local.a`, `"local.a"`, "locals {\n a = \"${local.b}-${var.n}\"\n}\nlocals {\n b = upper(\"ACME\") == \"ACME\" ? lower(\"ACME\") : \"x\"\n}", "acme-7"},
		{"functions", `join("-", [element(var.list, 1), lookup(var.tags, "env", "x"), trimspace(" abc ")])`, `"var.list", "var.tags"`, "", "b-prod-abc"},
		{"coalesce skips null and empty strings", `coalesce(var.null, "", var.project)`, `"var.null", "var.project"`, "", "acme-prod"},
		{"try", `try(var.tags.missing, var.tags["env"])`, `"var.tags.missing", "var.tags[\"env\"]", "var.tags"`, "", "prod"},
		{"unsupported function", `try(cidrhost(var.project, 1), var.project)`, `"var.project"`, "", ""},
		{"file function", `file("${path.module}/${var.project}")`, `"path.module", "var.project"`, "", ""},
		{"a cycle", `local.a`, `"local.a"`, "locals {\n a = local.b\n b = local.a\n}", ""},
		{"doubling text", `local.g39`, `"local.g39"`, growing, ""},
		{"wide format verb", `format("%99999999d", var.n)`, `"var.n"`, "", ""},
		{"large replacement", `replace(var.project, "", local.g8)`, `"var.project", "local.g8"`, growing, ""},
		{"a regular expression", `replace(var.project, "/[a-z]/", "x")`, `"var.project"`, "", ""},
		{"a loop", `join("", [for x in var.list : x])`, `"var.list"`, "", ""},
		{"reference that the plan does not have", `var.project`, `"local.project"`, "", ""},
		{"a workspace", `terraform.workspace`, `"terraform.workspace"`, "", ""},
		{"resource that the plan does not show", `google_project.p.project_id`, `"google_project.p.project_id", "google_project.p"`, "resource \"google_project\" \"p\" {}\n", ""},
		{"an ephemeral variable", `var.e`, `"var.e"`, "variable \"e\" {\n ephemeral = true\n default = \"acme-prod\"\n}", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			writeConfiguration(t, map[string]string{"main.tf": "provider \"google\" {\n  project = " + tt.expression + "\n}\n" + declared + tt.more})
			text, err := OpenConfigText(".")
			if err != nil {
				t.Fatal(err)
			}
			p := mustRead(t, fmt.Sprintf(plan, `"references": [`+tt.references+`]`), Options{ConfigText: text})
			if got := p.Clusters[0].Provider().project.String(); got != tt.want {
				t.Errorf("project = %s: got %q, want %q", tt.expression, got, tt.want)
			}
		})
	}
}

// TestEvaluateModules checks values that come through modules, override files
// and JSON syntax.
func TestEvaluateModules(t *testing.T) {
	writeConfiguration(t, map[string]string{
		"main.tf":                         "module \"names\" {\n  source = \"./names\"\n  prefix = \"acme\"\n}\nmodule \"far\" {\n  source = \"example.com/far\"\n}\n",
		"a.tf.json":                       `{"locals": {"json": "${module.names.project}-x", "plain": "acme-json"}}`,
		"main_override.tf":                "locals {\n  over = \"new\"\n}\n",
		"z.tf":                            "locals {\n  over = \"old\"\n}\n",
		"names/main.tf":                   "variable \"prefix\" {}\nvariable \"suffix\" { default = \"prod\" }\noutput \"project\" {\n  value = \"${var.prefix}-${var.suffix}\"\n}\n",
		".terraform/modules/modules.json": `{"Modules": [{"Key": "", "Dir": "."}, {"Key": "far", "Dir": ".terraform/modules/far"}]}`,
		".terraform/modules/far/main.tf":  "output \"name\" {\n  value = \"far-away\"\n}\n",
	})
	text, err := OpenConfigText(".")
	if err != nil {
		t.Fatal(err)
	}
	e := newEvaluator(&Plan{}, text)
	for _, tt := range []struct{ kind, module, name, want string }{
		{"output", "module.names", "project", "acme-prod"},
		{"output", "module.far", "name", "far-away"},
		{"local", "", "json", "acme-prod-x"},
		{"local", "", "plain", "acme-json"},
		{"local", "", "over", "new"},
	} {
		find := map[string]func() Value{
			"output": func() Value { v, _ := planValue(e.output(tt.module, tt.name)); return v },
			"local":  func() Value { v, _ := planValue(e.local(tt.module, tt.name)); return v },
		}
		if got := find[tt.kind]().String(); got != tt.want {
			t.Errorf("%s %s of %q: got %q, want %q", tt.kind, tt.name, tt.module, got, tt.want)
		}
	}
}

// TestOpenArchivedText reads the configuration in a binary plan, as Terraform
// writes it.
func TestOpenArchivedText(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tfplan")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for name, text := range map[string]string{
		"tfconfig/m-/main.tf":    "locals {\n  project = \"root\"\n}\n",
		"tfconfig/m-a.b/main.tf": "locals {\n  project = \"below\"\n}\n",
		"tfconfig/m-c/main.tf":   "locals {{{",
		"tfconfig/modules.json":  "[]",
		"tfplan":                 "x",
	} {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	text := openArchivedText(file)
	defer func() { _ = text.close() }()
	e := newEvaluator(&Plan{}, text)
	for module, want := range map[string]string{"": "root", "module.a.module.b": "below", "module.c": "", "module.d": ""} {
		if v, _ := planValue(e.local(module, "project")); v.String() != want {
			t.Errorf("local.project of %q: got %q, want %q", module, v.String(), want)
		}
	}
	if openArchivedText(os.DevNull) != nil {
		t.Error("read a configuration from a file that is not an archive")
	}
}

// TestParseHCLNesting checks that deeply nested files are rejected, since they
// would overflow the stack.
func TestParseHCLNesting(t *testing.T) {
	const n = 1 << 19
	for name, text := range map[string]string{
		"brackets": strings.Repeat("[", n), "calls": strings.Repeat("f(", n), "not": strings.Repeat("!", n), "minus": strings.Repeat("- ", n),
		"templates": strings.Repeat(`"${`, n/4), "directives": `"` + strings.Repeat("%{if a}", n/8) + `"`,
	} {
		if _, complete := parseHCL("main.tf", []byte("x = "+text+"\n")); complete {
			t.Errorf("parsed %s", name)
		}
	}
	if _, complete := parseHCL("main.tf.json", []byte(strings.Repeat(`{"a":`, n))); complete {
		t.Error("parsed JSON")
	}
	if _, complete := parseHCL("main.tf", []byte("# "+strings.Repeat("-", n)+"\n"+strings.Repeat("locals {\n  a = [[-1]]\n}\n", 2000))); !complete {
		t.Error("long file not parsed")
	}
}

// TestEvaluateSensitiveModule checks that values are sensitive if a module
// declares them as sensitive, even if its caller passes a literal.
func TestEvaluateSensitiveModule(t *testing.T) {
	writeConfiguration(t, map[string]string{
		"main.tf":       "module \"names\" {\n  source = \"./names\"\n  prefix = \"hidden\"\n}\n",
		"names/main.tf": "variable \"prefix\" { sensitive = true }\nvariable \"open\" { default = \"shown\" }\nlocals {\n  gke = \"${var.prefix}-gke\"\n}\noutput \"kept\" {\n  value     = var.open\n  sensitive = true\n}\n",
	})
	text, err := OpenConfigText(".")
	if err != nil {
		t.Fatal(err)
	}
	e := newEvaluator(&Plan{}, text)
	local, _ := planValue(e.local("module.names", "gke"))
	output, _ := planValue(e.output("module.names", "kept"))
	open, _ := planValue(e.variable("module.names", "open"))
	if local.String() != "hidden-gke" || !local.Sensitive || output.String() != "shown" || !output.Sensitive || open.Sensitive {
		t.Errorf("got %+v, %+v and %+v, want two sensitive values and one that is not", local, output, open)
	}
}
