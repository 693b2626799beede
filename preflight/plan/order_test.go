package plan

import (
	"fmt"
	"testing"
)

// TestWaitsFor checks every way in which one resource can depend on another.
// Each case asks whether google_x.cluster depends on google_x.grant, which may
// be in a module.
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
		{"nothing", res("cluster", "") + "," + grant, "", "google_x.grant", Unordered},
		{"itself", res("cluster", "") + "," + grant, "", "google_x.cluster", Unordered},
		{"depends_on", res("cluster", `, "depends_on": ["google_x.grant"]`) + "," + grant, "", "google_x.grant", Ordered},
		{"depends_on one instance", res("cluster", `, "depends_on": ["google_x.grant[\"a.b\"]"]`) + "," + grant, "", "google_x.grant", Ordered},
		{"a reference", res("cluster", `, "expressions": {"a": {"references": ["google_x.grant.id", "google_x.grant"]}}`) + "," + grant, "", "google_x.grant", Ordered},
		{"a reference in a block", res("cluster", `, "expressions": {"b": [{"a": {"references": ["google_x.grant.id", "google_x.grant"]}}]}`) + "," + grant, "", "google_x.grant", Ordered},
		{"a reference in for_each", res("cluster", `, "for_each_expression": {"references": ["google_x.grant"]}`) + "," + grant, "", "google_x.grant", Ordered},
		{"through another resource", res("cluster", `, "depends_on": ["time_sleep.w"]`) + `,{"address": "time_sleep.w", "mode": "managed", "type": "time_sleep", "name": "w", "depends_on": ["google_x.grant"]},` + grant, "", "google_x.grant", Ordered},
		{"reversed", res("cluster", "") + "," + res("grant", `, "depends_on": ["google_x.cluster"]`), "", "google_x.grant", Unordered},
		{"through a local value", res("cluster", `, "expressions": {"a": {"references": ["local.a"]}}`) + "," + grant, "", "google_x.grant", OrderUnknown},
		{"cycle", res("cluster", `, "depends_on": ["google_x.a"]`) + "," + res("a", `, "depends_on": ["google_x.cluster"]`) + "," + grant, "", "google_x.grant", Unordered},

		{"depends_on a module", res("cluster", `, "depends_on": ["module.m"]`), call("", `"resources": [`+grant+`]`), "module.m.google_x.grant", Ordered},
		{"output of a module", res("cluster", `, "expressions": {"a": {"references": ["module.m.out", "module.m"]}}`),
			call("", `"outputs": {"out": {"expression": {"references": ["google_x.grant.id", "google_x.grant"]}}}, "resources": [`+grant+`]`), "module.m.google_x.grant", Ordered},
		{"depends_on of an output", res("cluster", `, "expressions": {"a": {"references": ["module.m.out", "module.m"]}}`),
			call("", `"outputs": {"out": {"expression": {"constant_value": 1}, "depends_on": ["google_x.grant"]}}, "resources": [`+grant+`]`), "module.m.google_x.grant", Ordered},
		{"unrelated output of the module", res("cluster", `, "expressions": {"a": {"references": ["module.m.other", "module.m"]}}`),
			call("", `"outputs": {"other": {"expression": {"constant_value": 1}}, "out": {"expression": {"references": ["google_x.grant"]}}}, "resources": [`+grant+`]`), "module.m.google_x.grant", Unordered},
		{"whole module, through its outputs", res("cluster", `, "expressions": {"a": {"references": ["module.m", "each.key"]}}`),
			call("", `"outputs": {"out": {"expression": {"references": ["google_x.grant"]}}}, "resources": [`+grant+`]`), "module.m.google_x.grant", Ordered},
		{"whole module, not through its outputs", res("cluster", `, "expressions": {"a": {"references": ["module.m", "each.key"]}}`),
			call("", `"outputs": {}, "resources": [`+grant+`]`), "module.m.google_x.grant", Unordered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls := ""
			if tt.calls != "" {
				calls = ", " + tt.calls
			}
			p := mustRead(t, `{"format_version": "1.2", "planned_values": {}, "configuration": {"root_module": {"resources": [`+tt.resources+`]`+calls+`}}}`, Options{})
			if got := orderBlocks(p, "google_x.cluster", tt.grant); got != tt.want {
				t.Errorf("got order %d, want %d", got, tt.want)
			}
		})
	}
}

// TestWaitsForInModule checks that a resource in a module depends on what its
// module call depends on.
func TestWaitsForInModule(t *testing.T) {
	grant := `{"address": "google_x.grant", "mode": "managed", "type": "google_x", "name": "grant"}`
	for _, tt := range []struct {
		name, call, cluster string
		want                Order
	}{
		{"nothing", ``, ``, Unordered},
		{"depends_on of the module call", `"depends_on": ["google_x.grant"],`, ``, Ordered},
		{"for_each of the module call", `"for_each_expression": {"references": ["google_x.grant"]},`, ``, Ordered},
		{"input that the resource uses", `"expressions": {"v": {"references": ["google_x.grant.id", "google_x.grant"]}},`, `, "expressions": {"a": {"references": ["var.v"]}}`, Ordered},
		{"input that the resource does not use", `"expressions": {"v": {"references": ["google_x.grant.id", "google_x.grant"]}},`, ``, Unordered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustRead(t, `{"format_version": "1.2", "planned_values": {}, "configuration": {"root_module": {"resources": [`+grant+`],
				"module_calls": {"m": {`+tt.call+`"module": {"resources": [{"address": "google_x.cluster", "mode": "managed", "type": "google_x", "name": "cluster"`+tt.cluster+`}]}}}}}}`, Options{})
			if got := orderBlocks(p, "module.m.google_x.cluster", "google_x.grant"); got != tt.want {
				t.Errorf("got order %d, want %d", got, tt.want)
			}
		})
	}
}

// TestWaitsForProvider checks that a resource depends on the references of its
// provider configuration.
func TestWaitsForProvider(t *testing.T) {
	p := mustRead(t, `{"format_version": "1.2", "planned_values": {}, "configuration": {
		"provider_config": {"google": {"name": "google", "expressions": {"project": {"references": ["google_x.grant.id", "google_x.grant"]}}}},
		"root_module": {"resources": [
			{"address": "google_x.cluster", "mode": "managed", "type": "google_x", "name": "cluster", "provider_config_key": "google"},
			{"address": "google_x.grant", "mode": "managed", "type": "google_x", "name": "grant", "provider_config_key": "other"}]}}}`, Options{})
	if got := orderBlocks(p, "google_x.cluster", "google_x.grant"); got != Ordered {
		t.Errorf("got order %d, want %d", got, Ordered)
	}
}
