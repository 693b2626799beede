package cli

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"gke-preflight/preflight/need"
)

const schemaFile = "../../docs/config.schema.json"

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// valid reports whether the published schema takes a configuration.
func valid(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	// To a schema a day is a text; YAML would make a time of it.
	text = regexp.MustCompile(`expires: (\d[\d-]+)`).ReplaceAllString(text, `expires: "$1"`)
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return err
	}
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
	return errors.Join(err, s.Validate(document))
}

// TestSchema: the reader and the published schema take the same files, and
// refuse the same; the example of the manual is among the former.
func TestSchema(t *testing.T) {
	s := schema(t)
	manual, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindStringSubmatch(string(manual))[1]
	for text, want := range map[string]bool{
		example:                                                       true,
		"rules: {GP101: {severity: note}}":                            true,
		"rules: {GP101: {severity: fatal}}":                           false,
		"rules: {GP101: {level: note}}":                               false,
		"rules: {x: {severity: note}}":                                false,
		"rules: [GP101]":                                              false,
		"waivers: [{rule: GP101, reason: x}]":                         true,
		"waivers: [{rule: GP101}]":                                    false,
		"waivers: [{reason: x}]":                                      false,
		"waivers: [{rule: GP101, reason: ''}]":                        false,
		"waivers: [{rule: GP101, reason: x, expires: '2027-03-31'}]":  true,
		"waivers: [{rule: GP101, reason: x, expires: tomorrow}]":      false,
		"waivers: [{rule: GP101, reason: x, resource: y}]":            false,
		"permissions: {deployer: [a.b.c]}":                            true,
		"permissions: {deployer: [a.b]}":                              false,
		"permissions: {deployer: ['*']}":                              false,
		"permissions: {nobody: [a.b.c]}":                              false,
		"permissions: {deployer: a.b.c}":                              false,
		"canaries: {gke-service-agent: [a.b.c]}":                      true,
		"projects: {acme-prod: {number: '1'}}":                        true,
		"projects: {acme-prod: {number: x}}":                          false,
		"projects: {acme-prod: {id: '1'}}":                            false,
		"accounts: {google_container_cluster.x: a@p.iam.example.com}": true,
		"accounts: {google_container_cluster.x: a}":                   false,
		"deployer: user:a@acme.example":                               true,
		"deployer: [x]":                                               false,
		"flags: {fail-on: note}":                                      true,
		"flags: {terraform: ./x}":                                     false,
		"flags: {format: json=x}":                                     false,
		"nonsense: 1":                                                 false,
	} {
		_, readErr := parseConfig("x.yaml", []byte(text))
		schemaErr := valid(t, s, text)
		if (readErr == nil) != want || (schemaErr == nil) != want {
			t.Errorf("%s: want %t\n the reader says %v\n the schema says %v", text, want, readErr, schemaErr)
		}
		if readErr != nil && !regexp.MustCompile(`^x\.yaml:\d+:\d+: `).MatchString(readErr.Error()) {
			t.Errorf("%s: the error does not say where: %v", text, readErr)
		}
	}
}

// TestSchemaLists: what the schema lists is what the reader knows.
func TestSchemaLists(t *testing.T) {
	data, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Properties map[string]struct {
			PropertyNames struct{ Enum []string }
		}
		Defs struct {
			Permissions struct {
				PropertyNames struct{ Enum []need.PrincipalKind }
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sortedNames((&configReader{config: newConfig()}).members()), sortedNames(doc.Properties)); diff != "" {
		t.Errorf("members (-reader +schema):\n%s", diff)
	}
	if diff := cmp.Diff(configurable(), doc.Properties["flags"].PropertyNames.Enum); diff != "" {
		t.Errorf("flags (-reader +schema):\n%s", diff)
	}
	if diff := cmp.Diff(need.PrincipalKinds(), doc.Defs.Permissions.PropertyNames.Enum); diff != "" {
		t.Errorf("kinds of principal (-reader +schema):\n%s", diff)
	}
	check := newCheck(Env{})
	if i := slices.IndexFunc(configurable(), func(name string) bool { return check.Flags().Lookup(name) == nil }); i >= 0 {
		t.Errorf("check has no flag %s", configurable()[i])
	}
}

// FuzzConfig: whatever a file holds, reading it ends, and an error says where.
func FuzzConfig(f *testing.F) {
	for _, s := range []string{"rules: {GP101: {severity: note}}", "waivers: [{rule: GP101}]", "a: &a [*a]", "rules: *x", "? [a]: b", "- 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := parseConfig("x.yaml", []byte(text)); err != nil && !strings.HasPrefix(err.Error(), "x.yaml:") {
			t.Errorf("%q: %v", text, err)
		}
	})
}
