package plan

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"
)

// markAllSensitive returns a plan in which every attribute of every object and
// every variable is marked as sensitive.
func markAllSensitive(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var p map[string]any
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	changes, _ := p["resource_changes"].([]any)
	for _, rc := range changes {
		change := rc.(map[string]any)["change"].(map[string]any)
		change["before_sensitive"], change["after_sensitive"] = true, true
	}
	markVariables(p["configuration"].(map[string]any)["root_module"].(map[string]any))
	out, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func markVariables(module map[string]any) {
	variables, _ := module["variables"].(map[string]any)
	for _, v := range variables {
		v.(map[string]any)["sensitive"] = true
	}
	calls, _ := module["module_calls"].(map[string]any)
	for _, c := range calls {
		markVariables(c.(map[string]any)["module"].(map[string]any))
	}
}

// callGetters calls every method of v without arguments.
func callGetters(v any) {
	value := reflect.ValueOf(v)
	for i := range value.NumMethod() {
		if m := value.Method(i); m.Type().NumIn() == 0 {
			m.Call(nil)
		}
	}
}

// useAllGetters calls every getter of p and its changes and clusters.
func useAllGetters(p *Plan) {
	callGetters(p)
	p.Redact("acme-prod")
	for _, c := range p.Changes {
		callGetters(c)
		for name := range objectOf(c.change.After) {
			c.After(name)
			c.Latest(name)
		}
		for name := range objectOf(c.change.Before) {
			c.Before(name)
		}
	}
	for _, c := range p.allClusters() {
		callGetters(c)
		c.accounts()
	}
}

func objectOf(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// TestPlanIsImmutable calls all getters of a plan from many goroutines, as the
// checks do: a getter that writes is a data race, and concurrent map writes end
// the process even without -race.
func TestPlanIsImmutable(t *testing.T) {
	files, err := filepath.Glob("../../fixtures/plans/*/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	traps, err := filepath.Glob("../../fixtures/plans/traps/*/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, traps...) {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			p, err := Read(bytes.NewReader(markAllSensitive(t, file)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() { useAllGetters(p) })
			}
			wg.Wait()
		})
	}
}

// TestFindSecrets checks that the values to redact are known once the plan is
// read, wherever they are in it and whether or not a getter returned them.
func TestFindSecrets(t *testing.T) {
	p := mustRead(t, `{"format_version": "1.2",
		"variables": {"sa": {"value": "in-provider@acme-prod.iam.gserviceaccount.com"}, "other": {"value": "elsewhere"}, "open": {"value": "open"}},
		"resource_changes": [{"address": "google_project_service.s", "mode": "managed", "type": "google_project_service", "name": "s", "change": {"actions": ["update"],
			"before": {"project": "in-before", "service": "s"}, "before_sensitive": {"project": true},
			"after": {"project": "in-after", "service": "s", "list": [{"a": "not-marked", "b": "in-list"}, {"b": ["deep-one", "deep-two"]}]},
			"after_sensitive": {"project": true, "list": [{"b": true}, {"b": [false, true]}]}}},
			{"address": "google_container_node_pool.p", "mode": "managed", "type": "google_container_node_pool", "name": "p", "change": {"actions": ["create"],
			"after": {"name": "p", "node_config": [{}]}, "after_unknown": {"node_config": [{"service_account": true}]}, "after_sensitive": {"node_config": [{"service_account": true}]}}},
			{"address": "google_service_account.a", "mode": "managed", "type": "google_service_account", "name": "a", "change": {"actions": ["create"],
			"after": {"account_id": "followed", "project": "acme-prod"}, "after_unknown": {"email": true}}}],
		"configuration": {"provider_config": {"google": {"name": "google", "expressions": {"impersonate_service_account": {"references": ["var.sa"]}, "project": {"references": ["var.open"]}}}},
			"root_module": {"variables": {"sa": {"sensitive": true}, "other": {"sensitive": true}, "open": {}}, "resources": [
				{"address": "google_service_account.a", "mode": "managed", "type": "google_service_account", "name": "a", "provider_config_key": "google", "expressions": {}},
				{"address": "google_container_node_pool.p", "mode": "managed", "type": "google_container_node_pool", "name": "p", "provider_config_key": "google",
				 "expressions": {"node_config": [{"service_account": {"references": ["google_service_account.a.email", "google_service_account.a"]}}]}}]}}}`, Options{})
	want := []string{"deep-two", "followed@acme-prod.iam.gserviceaccount.com", "in-after", "in-before", "in-list", "in-provider@acme-prod.iam.gserviceaccount.com"}
	got := slices.Sorted(slices.Values(p.secrets))
	if !slices.Equal(got, want) {
		t.Errorf("secrets: %q\nwant     %q", got, want)
	}
}
