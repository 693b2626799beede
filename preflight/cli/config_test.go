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

// validate validates a configuration against the published schema.
func validate(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	// In the schema a date is a string; YAML would decode it as a time.
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

// TestSchema checks that the reader and the published schema accept and refuse the
// same files, and that both accept the example of the documentation.
func TestSchema(t *testing.T) {
	s := schema(t)
	documentation, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindStringSubmatch(string(documentation))[1]
	for text, want := range map[string]bool{
		example:                                                        true,
		"rules: {GP101: {severity: note}}":                             true,
		"rules: {GP101: {severity: fatal}}":                            false,
		"rules: {GP101: {level: note}}":                                false,
		"rules: {x: {severity: note}}":                                 false,
		"rules: [GP101]":                                               false,
		"waivers: [{rule: GP101, reason: x}]":                          true,
		"waivers: [{rule: GP101}]":                                     false,
		"waivers: [{reason: x}]":                                       false,
		"waivers: [{rule: GP101, reason: ''}]":                         false,
		"waivers: [{rule: GP101, reason: x, expires: '2027-03-31'}]":   true,
		"waivers: [{rule: GP101, reason: x, expires: tomorrow}]":       false,
		"waivers: [{rule: GP101, reason: x, resource: y}]":             false,
		"permissions: {deployer: [a.b.c]}":                             true,
		"permissions: {deployer: [a.b]}":                               false,
		"permissions: {deployer: ['*']}":                               false,
		"permissions: {nobody: [a.b.c]}":                               false,
		"permissions: {deployer: a.b.c}":                               false,
		"canaries: {gke-service-agent: [a.b.c]}":                       true,
		"projects: {acme-prod: {number: '1'}}":                         true,
		"projects: {acme-prod: {number: x}}":                           false,
		"projects: {acme-prod: {id: '1'}}":                             false,
		"accounts: {google_container_cluster.x: a@p.iam.example.com}":  true,
		"accounts: {google_container_cluster.x: a}":                    false,
		"deployer: user:a@acme.example":                                true,
		"deployer: [x]":                                                false,
		"flags: {fail-on: note}":                                       true,
		"flags: {terraform: ./x}":                                      false,
		"flags: {format: json=x}":                                      false,
		"nonsense: 1":                                                  false,
		"deployer: user:a@acme.example\ndeployer: user:b@acme.example": false,
	} {
		_, readErr := parseConfig("x.yaml", []byte(text))
		schemaErr := validate(t, s, text)
		if (readErr == nil) != want || (schemaErr == nil) != want {
			t.Errorf("%s: want accepted: %t\n reader: %v\n schema: %v", text, want, readErr, schemaErr)
		}
		if readErr != nil && !regexp.MustCompile(`^x\.yaml:\d+:\d+: `).MatchString(readErr.Error()) {
			t.Errorf("%s: the error does not start with file, line and column: %v", text, readErr)
		}
	}
}

// TestSchemaLists checks that the schema lists the names that the reader knows.
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
	if diff := cmp.Diff(configurableFlags(), doc.Properties["flags"].PropertyNames.Enum); diff != "" {
		t.Errorf("flags (-reader +schema):\n%s", diff)
	}
	if diff := cmp.Diff(need.PrincipalKinds(), doc.Defs.Permissions.PropertyNames.Enum); diff != "" {
		t.Errorf("kinds of principal (-reader +schema):\n%s", diff)
	}
	check := newCheck(Env{})
	if i := slices.IndexFunc(configurableFlags(), func(name string) bool { return check.Flags().Lookup(name) == nil }); i >= 0 {
		t.Errorf("check has no flag %s", configurableFlags()[i])
	}
}

// FuzzConfig checks that reading any file ends, and that errors name the file.
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
