package plan

import (
	"fmt"
	"testing"
)

// TestWaitsFor: every way in which Terraform makes a resource wait. In each
// case google_x.cluster asks for google_x.grant, wherever that is.
func TestWaitsFor(t *testing.T) {
	res := func(name, body string) string {
		return fmt.Sprintf(`{"address": "google_x.%s", "mode": "managed", "type": "google_x", "name": %q, "provider_config_key": "google"%s}`, name, name, body)
	}
	grant := res("grant", "")
	call := func(body, module string) string {
		return `"module_calls": {"m": {` + body + `"module": {` + module + `}}}`
	}
	for _, tt := range []struct {
		name, resources, calls string
		grant                  string
		want                   Order
	}{
		{"nothing", res("cluster", "") + "," + grant, "", "google_x.grant", Race},
		{"itself", res("cluster", "") + "," + grant, "", "google_x.cluster", Race},
		{"depends_on", res("cluster", `, "depends_on": ["google_x.grant"]`) + "," + grant, "", "google_x.grant", Waits},
		{"depends_on one instance", res("cluster", `, "depends_on": ["google_x.grant[\"a.b\"]"]`) + "," + grant, "", "google_x.grant", Waits},
		{"a reference", res("cluster", `, "expressions": {"a": {"references": ["google_x.grant.id", "google_x.grant"]}}`) + "," + grant, "", "google_x.grant", Waits},
		{"a reference in a block", res("cluster", `, "expressions": {"b": [{"a": {"references": ["google_x.grant.id", "google_x.grant"]}}]}`) + "," + grant, "", "google_x.grant", Waits},
		{"a reference in for_each", res("cluster", `, "for_each_expression": {"references": ["google_x.grant"]}`) + "," + grant, "", "google_x.grant", Waits},
		{"over another", res("cluster", `, "depends_on": ["time_sleep.w"]`) + `,{"address": "time_sleep.w", "mode": "managed", "type": "time_sleep", "name": "w", "depends_on": ["google_x.grant"]},` + grant, "", "google_x.grant", Waits},
		{"the wrong way round", res("cluster", "") + "," + res("grant", `, "depends_on": ["google_x.cluster"]`), "", "google_x.grant", Race},
		{"a local value hides the way", res("cluster", `, "expressions": {"a": {"references": ["local.a"]}}`) + "," + grant, "", "google_x.grant", Unseen},
		{"a cycle that no Terraform wrote", res("cluster", `, "depends_on": ["google_x.a"]`) + "," + res("a", `, "depends_on": ["google_x.cluster"]`) + "," + grant, "", "google_x.grant", Race},

		{"a module that is depended on, with all in it", res("cluster", `, "depends_on": ["module.m"]`), call("", `"resources": [`+grant+`]`), "module.m.google_x.grant", Waits},
		{"a module's output", res("cluster", `, "expressions": {"a": {"references": ["module.m.out", "module.m"]}}`),
			call("", `"outputs": {"out": {"expression": {"references": ["google_x.grant.id", "google_x.grant"]}}}, "resources": [`+grant+`]`), "module.m.google_x.grant", Waits},
		{"an output's depends_on", res("cluster", `, "expressions": {"a": {"references": ["module.m.out", "module.m"]}}`),
			call("", `"outputs": {"out": {"expression": {"constant_value": 1}, "depends_on": ["google_x.grant"]}}, "resources": [`+grant+`]`), "module.m.google_x.grant", Waits},
		{"another output of the module", res("cluster", `, "expressions": {"a": {"references": ["module.m.other", "module.m"]}}`),
			call("", `"outputs": {"other": {"expression": {"constant_value": 1}}, "out": {"expression": {"references": ["google_x.grant"]}}}, "resources": [`+grant+`]`), "module.m.google_x.grant", Race},
		{"a module as a whole means its outputs", res("cluster", `, "expressions": {"a": {"references": ["module.m", "each.key"]}}`),
			call("", `"outputs": {"out": {"expression": {"references": ["google_x.grant"]}}}, "resources": [`+grant+`]`), "module.m.google_x.grant", Waits},
		{"a module as a whole does not mean what no output shows", res("cluster", `, "expressions": {"a": {"references": ["module.m", "each.key"]}}`),
			call("", `"outputs": {}, "resources": [`+grant+`]`), "module.m.google_x.grant", Race},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls := ""
			if tt.calls != "" {
				calls = ", " + tt.calls
			}
			p := mustRead(t, `{"format_version": "1.2", "planned_values": {}, "configuration": {"root_module": {"resources": [`+tt.resources+`]`+calls+`}}}`, Options{})
			if got := p.order("google_x.cluster", tt.grant); got != tt.want {
				t.Errorf("the order is %d, want %d", got, tt.want)
			}
		})
	}
}

// TestWaitsFromInside: a resource in a module waits for what its call does.
func TestWaitsFromInside(t *testing.T) {
	grant := `{"address": "google_x.grant", "mode": "managed", "type": "google_x", "name": "grant"}`
	for _, tt := range []struct {
		name, call, cluster string
		want                Order
	}{
		{"nothing", ``, ``, Race},
		{"the call's depends_on", `"depends_on": ["google_x.grant"],`, ``, Waits},
		{"the call's for_each", `"for_each_expression": {"references": ["google_x.grant"]},`, ``, Waits},
		{"an input that it uses", `"expressions": {"v": {"references": ["google_x.grant.id", "google_x.grant"]}},`, `, "expressions": {"a": {"references": ["var.v"]}}`, Waits},
		{"an input that it does not use", `"expressions": {"v": {"references": ["google_x.grant.id", "google_x.grant"]}},`, ``, Race},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, `{"format_version": "1.2", "planned_values": {}, "configuration": {"root_module": {"resources": [`+grant+`],
				"module_calls": {"m": {`+tt.call+`"module": {"resources": [{"address": "google_x.cluster", "mode": "managed", "type": "google_x", "name": "cluster"`+tt.cluster+`}]}}}}}}`, Options{})
			if got := p.order("module.m.google_x.cluster", "google_x.grant"); got != tt.want {
				t.Errorf("the order is %d, want %d", got, tt.want)
			}
		})
	}
}

// TestProviderOrder: a resource waits for what its provider is made from.
func TestProviderOrder(t *testing.T) {
	p := mustRead(t, `{"format_version": "1.2", "planned_values": {}, "configuration": {
		"provider_config": {"google": {"name": "google", "expressions": {"project": {"references": ["google_x.grant.id", "google_x.grant"]}}}},
		"root_module": {"resources": [
			{"address": "google_x.cluster", "mode": "managed", "type": "google_x", "name": "cluster", "provider_config_key": "google"},
			{"address": "google_x.grant", "mode": "managed", "type": "google_x", "name": "grant", "provider_config_key": "other"}]}}}`, Options{})
	if got := p.order("google_x.cluster", "google_x.grant"); got != Waits {
		t.Errorf("the order is %d, want %d", got, Waits)
	}
}
