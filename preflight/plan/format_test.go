package plan

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"gke-preflight/fixtures/deadline"
)

// TestFormatErrors checks that an input that is not a plan is described, with a
// command to run instead.
func TestFormatErrors(t *testing.T) {
	change := func(members string) string {
		return `{"format_version": "1.2", "resource_changes": [{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c", ` + members + `}]}`
	}
	for _, tt := range []struct{ name, input, want string }{
		{"empty input", "", "the input is empty"},
		{"whitespace", " \n\t", "the input is empty"},
		{"a binary plan on standard input", "PK\x03\x04xx", "a saved binary plan"},
		{"UTF-16", "\xff\xfe{\x00", "UTF-16"},
		{"gzip", "\x1f\x8b\x08", "gzip"},
		{"an array", "[]", "a JSON array"},
		{"human-readable output", "\nTerraform will perform the following actions:", "text that is not JSON"},
		{"configuration", "terraform {\n}", "text that is not JSON"},
		{"a state file", `{"version": 4, "serial": 1, "lineage": "x", "resources": []}`, "a Terraform state file"},
		{"the JSON of a state", `{"format_version": "1.0", "values": {}}`, "the JSON of a Terraform state"},
		{"a configuration in JSON", `{"resource": {}}`, "a Terraform configuration"},
		{"a configuration alone", `{"format_version": "1.0", "configuration": {}}`, "a Terraform configuration"},
		{"the log of plan -json", `{"@level": "info"}`, "the log of terraform plan -json"},
		{"provider schemas", `{"format_version": "1.0", "provider_schemas": {}}`, "provider schemas"},
		{"another JSON object", `{"a": 1}`, "a JSON object that is not a plan"},
		{"truncated", `{"format_version": "1.2", "resource_changes": [`, "a truncated file"},
		{"truncated in a string", `{"format_version": "1.`, "a truncated file"},
		{"trailing data", `{"format_version": "1.2", "planned_values": {}} {}`, "trailing data"},
		{"duplicate member", `{"format_version": "1.2", "planned_values": {}, "format_version": "1.1"}`, "duplicate member name"},
		{"nested duplicate member", `{"format_version": "1.2", "planned_values": {"a": {"b": 1, "b": 2}}}`, "duplicate member name"},
		{"invalid UTF-8", "{\"format_version\": \"1.2\", \"planned_values\": {\"a\": \"\xff\"}}", "malformed JSON"},
		{"a failed plan", `{"format_version": "1.2", "planned_values": {}, "errored": true}`, "a plan that failed"},
		{"no format version", `{"planned_values": {}}`, "a plan of an unsupported format version"},
		{"future format version", `{"format_version": "2.0", "planned_values": {}}`, "a plan of an unsupported format version"},
		{"resource_changes is not a list", `{"format_version": "1.2", "resource_changes": {}}`, "unexpected type"},
		{"resource_changes is a string", `{"format_version": "1.2", "resource_changes": "none"}`, "unexpected type"},
		{"resource change is a number", `{"format_version": "1.2", "resource_changes": [1]}`, "not an object"},
		{"resource change without change", change(`"x": 1`), "unexpected form"},
		{"change without actions", change(`"change": {"after": {}}`), "unexpected form"},
		{"actions with another case", change(`"change": {"Actions": ["create"], "after": {}}`), "unexpected form"},
		{"configuration is a number", `{"format_version": "1.2", "planned_values": {}, "configuration": 1}`, "unexpected type"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tt.input), Options{})
			var format *FormatError
			if !errors.As(err, &format) {
				t.Fatalf("got error %v, want a FormatError", err)
			}
			if !strings.Contains(format.Error(), tt.want) || !strings.Contains(format.Error(), "\nhint: ") {
				t.Errorf("got error %q, want %q and a hint", format, tt.want)
			}
		})
	}
}

// TestUnusualPlans checks that unusual but valid plans are read.
func TestUnusualPlans(t *testing.T) {
	for name, input := range map[string]string{
		"no changes":                `{"format_version": "1.2", "planned_values": {}}`,
		"changes that are null":     `{"format_version": "1.2", "planned_values": {}, "resource_changes": null}`,
		"a byte order mark":         "\xef\xbb\xbf" + `{"format_version": "1.2", "planned_values": {}}`,
		"members to come":           `{"format_version": "1.9", "planned_values": {}, "weather": {"x": [1]}}`,
		"the oldest format":         `{"format_version": "0.1", "planned_values": {}}`,
		"white space at both ends":  " \n" + `{"format_version": "1.2", "planned_values": {}}` + "\n\n",
		"members in another order":  `{"planned_values": {}, "format_version": "1.2"}`,
		"a plan that did not fail":  `{"format_version": "1.2", "planned_values": {}, "errored": false}`,
		"a type that is not GKE's":  `{"format_version": "1.2", "resource_changes": [{"address": "a.b", "type": "a", "name": "b", "change": {}}]}`,
		"a change with odd members": `{"format_version": "1.2", "resource_changes": [{"change": {"x": 1}, "address": "a.b", "type": "a", "name": "b"}]}`,
	} {
		if p, err := Read(strings.NewReader(input), Options{}); err != nil || !p.IsEmpty() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMemberNamesAreCaseSensitive checks that a member with another case is
// another member. A reader that confused them would check another plan than
// Terraform applies.
func TestMemberNamesAreCaseSensitive(t *testing.T) {
	p := mustRead(t, `{"format_version": "1.2", "Resource_Changes": [], "resource_changes": [
		{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c", "Type": "null", "Mode": "data",
		 "change": {"actions": ["create"], "Actions": ["no-op"], "after": {"name": "c", "project": "acme-prod"}, "After": {"name": "other"}}, "Change": {"actions": ["no-op"]}}]}`, Options{})
	if len(p.Clusters) != 1 || p.Clusters[0].Name.String() != "c" || !p.Clusters[0].Creates() {
		t.Errorf("got %d clusters, want members of another case ignored", len(p.Clusters))
	}
}

// TestReaderError checks that an error of the input is not mistaken for its
// end.
func TestReaderError(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, head := range []string{"", `{"format_version": "1.2", "planned_values": {`} {
		r := iotest.ErrReader(broken)
		if _, err := Read(bytesThen(head, r), Options{}); !errors.Is(err, broken) {
			t.Errorf("after %q: got error %v, want the reader's error", head, err)
		}
	}
}

func bytesThen(head string, r interface{ Read([]byte) (int, error) }) *chain {
	return &chain{strings.NewReader(head), r}
}

type chain struct {
	head *strings.Reader
	tail interface{ Read([]byte) (int, error) }
}

func (c *chain) Read(b []byte) (int, error) {
	if c.head.Len() > 0 {
		return c.head.Read(b)
	}
	return c.tail.Read(b)
}

// TestManyVersions reads the plans of many Terraform versions in the tests of
// terraform-json.
func TestManyVersions(t *testing.T) {
	dir, err := deadline.Command(t, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/hashicorp/terraform-json").Output()
	if err != nil {
		t.Fatalf("find terraform-json: %v", err)
	}
	n := 0
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(dir)), "testdata"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Base(path) != "plan.json" || strings.Contains(path, "invalid") {
			return err
		}
		n++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if _, err := Read(bytes.NewReader(data), Options{}); err != nil {
			t.Errorf("%s: %v", filepath.Base(filepath.Dir(path)), err)
		}
		return nil
	})
	if err != nil || n < 15 {
		t.Errorf("got %d plans (error %v)", n, err)
	}
}

// TestHugeInput checks that deep, long and large inputs do no harm.
func TestHugeInput(t *testing.T) {
	for name, input := range map[string]string{
		"deep":  `{"format_version": "1.2", "planned_values": ` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`,
		"long":  `{"format_version": "1.2", "planned_values": {"a": "` + strings.Repeat("x", 4<<20) + `"}}`,
		"many":  `{"format_version": "1.2", "planned_values": {"a": [` + strings.Repeat("0,", 1<<20) + `0]}}`,
		"wide":  `{"format_version": "1.2", "planned_values": {}, "configuration": {"root_module": {"resources": [` + strings.Repeat(`{"type": "a", "name": "b"},`, 1<<15) + `{}]}}}`,
		"outer": `{"format_version": "1.2", "planned_values": {}, "variables": {"v": {"value": ` + strings.Repeat(`{"a":`, 900) + `1` + strings.Repeat(`}`, 900) + `}}}`,
	} {
		if _, err := Read(strings.NewReader(input), Options{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(strings.NewReader(`{"format_version": "1.2", "planned_values": `+strings.Repeat("[", 1<<20)), Options{}); err == nil {
		t.Error("read a plan that is nested a million deep")
	}
}

func FuzzRead(f *testing.F) {
	// Small plans only, which are faster to mutate.
	for _, seed := range []string{
		clusterPlan(`, "project": "acme-prod", "node_config": [{"service_account": "a@b.iam.gserviceaccount.com"}]`, "", "", providerSets(`{"references": ["var.project"]}`), ""),
		clusterPlan("", `, "node_config": true`, `"node_config": [{"service_account": {"references": ["module.m.out", "module.m"]}}]`, "", ""),
		`{"format_version": "1.2", "resource_changes": [{"address": "google_container_cluster.c", "type": "google_container_cluster", "name": "c", "mode": "managed", "change": {"actions": ["create"], "after": []}}]}`,
		`{"format_version": "1.2", "resource_changes": [{"address": "google_project_iam_policy.p", "type": "google_project_iam_policy", "name": "p", "mode": "managed", "change": {"actions": ["create"], "after": {"policy_data": "{\"bindings\":[]}"}}}]}`,
		`{"format_version": "1.2", "planned_values": {}, "configuration": {"root_module": {"module_calls": {"m": {"depends_on": ["a.b"], "module": {"outputs": {"o": {"expression": {"references": ["a.b"]}}}, "resources": [{"address": "a.b", "type": "a", "name": "b", "mode": "managed"}]}}}}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Read(bytes.NewReader(data), Options{})
		if err != nil {
			return
		}
		// Getters must not fail.
		_ = describe(p)
	})
}

func FuzzWithoutKeys(f *testing.F) {
	f.Add(`module.a["b"].c[0]`)
	f.Add(`a["]\"["]`)
	f.Fuzz(func(t *testing.T, address string) {
		got := withoutKeys(address)
		if strings.Contains(got, "[") {
			t.Errorf("withoutKeys(%q): got %q, want no key", address, got)
		}
	})
}
