package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/rules"
	"gke-preflight/preflight/suppress"
)

// configName is the name of the configuration file next to a plan.
const configName = ".gke-preflight.yaml"

// A config holds the contents of a configuration file.
type config struct {
	// file is the path of the file; empty if there is none.
	file string
	// found reports whether the file was found next to the plan, and not named by
	// --config.
	found    bool
	settings rules.Settings
	waivers  []suppress.Waiver
	// numbers are project numbers, by project ID.
	numbers map[string]string
	// accounts are emails of node service accounts, by address of the cluster or
	// node pool.
	accounts map[string]string
	// deployer is an IAM member; empty if the credentials show it.
	deployer string
	// endpoint is a URL that requests are sent to; empty for Google's hosts.
	endpoint string
	// flags are defaults for flags, by name.
	flags map[string]string
}

// readConfig reads the configuration file name or, if name is empty, the one in
// the plan's directory, if there is one. The latter may be part of the code that is
// being checked, so it must not decide where access tokens are sent.
func readConfig(env Env, name, directory string) (*config, error) {
	named := name != ""
	if !named {
		name = filepath.Join(directory, configName)
	}
	data, err := env.ReadFile(name)
	if !named && errors.Is(err, fs.ErrNotExist) {
		return newConfig(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	c, err := parseConfig(name, data)
	c.file, c.found = name, !named
	if err == nil && !named && c.endpoint != "" {
		err = fmt.Errorf("%s: endpoint: only allowed in a file that --config names", name)
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w\nhint: docs/configuration.md, docs/config.schema.json", err)
	}
	return c, nil
}

func newConfig() *config {
	return &config{
		settings: rules.Settings{
			Severities: map[string]need.Severity{},
			Canaries:   map[need.PrincipalKind][]string{},
			Extra:      map[need.PrincipalKind][]string{},
		},
		numbers: map[string]string{}, accounts: map[string]string{}, flags: map[string]string{},
	}
}

// parseConfig parses a configuration file. Its errors start with file, line and
// column. It reads YAML nodes itself, because decoding into structs skips null
// values, so that a waiver with an empty expiration date would last forever
// (docs/decisions/0024-configuration-nodes.md).
func parseConfig(name string, data []byte) (*config, error) {
	c := newConfig()
	var document yaml.Node
	err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&document)
	if errors.Is(err, io.EOF) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	r := &configReader{file: name, config: c}
	return c, r.readObject(document.Content[0], r.members())
}

// A configReader reads the YAML nodes of a file into config.
type configReader struct {
	file   string
	config *config
}

// members returns the functions that read the top-level members of a file.
func (r *configReader) members() map[string]func(*yaml.Node) error {
	return map[string]func(*yaml.Node) error{
		"rules":       func(n *yaml.Node) error { return r.readMembers(n, r.readRule) },
		"waivers":     func(n *yaml.Node) error { return r.readList(n, r.readWaiver) },
		"canaries":    func(n *yaml.Node) error { return r.readMembers(n, r.readPermissions(r.config.settings.Canaries)) },
		"permissions": func(n *yaml.Node) error { return r.readMembers(n, r.readPermissions(r.config.settings.Extra)) },
		"projects":    func(n *yaml.Node) error { return r.readMembers(n, r.readProject) },
		"accounts":    func(n *yaml.Node) error { return r.readMembers(n, r.readAccount) },
		"deployer":    func(n *yaml.Node) error { return r.readText(n, &r.config.deployer) },
		"endpoint":    func(n *yaml.Node) error { return r.readText(n, &r.config.endpoint) },
		"flags":       func(n *yaml.Node) error { return r.readMembers(n, r.readFlag) },
	}
}

// errorAt returns an error about a node.
func (r *configReader) errorAt(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %w", r.file, n.Line, n.Column, fmt.Errorf(format, args...))
}

// readMembers calls read for each member of a mapping.
func (r *configReader) readMembers(n *yaml.Node, read func(name, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return r.errorAt(n, "want a mapping")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if seen[key.Value] {
			return r.errorAt(key, "duplicate key %q", key.Value)
		}
		seen[key.Value] = true
		if err := read(key, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// readObject reads a mapping in which only the given members are allowed.
func (r *configReader) readObject(n *yaml.Node, members map[string]func(*yaml.Node) error) error {
	return r.readMembers(n, func(name, value *yaml.Node) error {
		read := members[name.Value]
		if read == nil {
			return r.errorAt(name, "unknown key %q; want one of %s", name.Value, strings.Join(sortedNames(members), ", "))
		}
		return read(value)
	})
}

// sortedNames returns the keys of m, sorted.
func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (r *configReader) readList(n *yaml.Node, element func(*yaml.Node) error) error {
	if n.Kind != yaml.SequenceNode {
		return r.errorAt(n, "want a list")
	}
	for _, e := range n.Content {
		if err := element(e); err != nil {
			return err
		}
	}
	return nil
}

func (r *configReader) readText(n *yaml.Node, into *string) error {
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		return r.errorAt(n, "want a string")
	}
	*into = n.Value
	return nil
}

func (r *configReader) checkRuleID(n *yaml.Node) error {
	if !slices.ContainsFunc(rules.All(), func(rule rules.Rule) bool { return rule.ID == n.Value }) {
		return r.errorAt(n, "unknown rule %s (gke-preflight rules lists the rules)", n.Value)
	}
	return nil
}

func (r *configReader) readRule(id, value *yaml.Node) error {
	if err := r.checkRuleID(id); err != nil {
		return err
	}
	return r.readObject(value, map[string]func(*yaml.Node) error{"severity": func(n *yaml.Node) error {
		if !isSeverity(n.Value) {
			return r.errorAt(n, "severity %q: want error, warning or note", n.Value)
		}
		r.config.settings.Severities[id.Value] = need.Severity(n.Value)
		return nil
	}})
}

func (r *configReader) readWaiver(n *yaml.Node) error {
	w := suppress.Waiver{Where: fmt.Sprintf("%s:%d", r.file, n.Line)}
	err := r.readObject(n, map[string]func(*yaml.Node) error{
		"rule": func(n *yaml.Node) error {
			w.Rule = n.Value
			return r.checkRuleID(n)
		},
		"address":   func(n *yaml.Node) error { return r.readText(n, &w.Address) },
		"principal": func(n *yaml.Node) error { return r.readText(n, &w.Principal) },
		"reason":    func(n *yaml.Node) error { return r.readText(n, &w.Reason) },
		"expires": func(n *yaml.Node) (err error) {
			if w.Expires, err = time.Parse(time.DateOnly, n.Value); err != nil {
				return r.errorAt(n, "expires %q: want a date such as 2027-03-31", n.Value)
			}
			return nil
		},
	})
	if err == nil && (w.Rule == "" || w.Reason == "") {
		err = r.errorAt(n, "a waiver needs a rule and a reason")
	}
	r.config.waivers = append(r.config.waivers, w)
	return err
}

// readPermissions returns a function that reads a list of permissions for a kind
// of principal.
func (r *configReader) readPermissions(into map[need.PrincipalKind][]string) func(kind, value *yaml.Node) error {
	return func(kind, value *yaml.Node) error {
		if !slices.Contains(need.PrincipalKinds(), need.PrincipalKind(kind.Value)) {
			return r.errorAt(kind, "unknown kind of principal %s; want one of %v", kind.Value, need.PrincipalKinds())
		}
		return r.readList(value, func(n *yaml.Node) error {
			if strings.Count(n.Value, ".") < 2 || strings.ContainsAny(n.Value, " */") {
				return r.errorAt(n, "%q is not a permission; want one such as compute.disks.list", n.Value)
			}
			into[need.PrincipalKind(kind.Value)] = append(into[need.PrincipalKind(kind.Value)], n.Value)
			return nil
		})
	}
}

func (r *configReader) readProject(id, value *yaml.Node) error {
	return r.readObject(value, map[string]func(*yaml.Node) error{"number": func(n *yaml.Node) error {
		if n.Value == "" || strings.Trim(n.Value, "0123456789") != "" {
			return r.errorAt(n, "number %q of project %s: want digits", n.Value, id.Value)
		}
		r.config.numbers[id.Value] = n.Value
		return nil
	}})
}

func (r *configReader) readAccount(address, value *yaml.Node) error {
	if !strings.Contains(value.Value, "@") {
		return r.errorAt(value, "%q is not an email of a service account", value.Value)
	}
	r.config.accounts[address.Value] = value.Value
	return nil
}

func (r *configReader) readFlag(name, value *yaml.Node) error {
	if !slices.Contains(configurableFlags(), name.Value) {
		return r.errorAt(name, "flag %s cannot be set here; want one of %s", name.Value, strings.Join(configurableFlags(), ", "))
	}
	r.config.flags[name.Value] = value.Value
	return nil
}

// configurableFlags returns the flags that a configuration file may set. None of
// them names a file, a program or a place that access tokens are sent to.
func configurableFlags() []string {
	return []string{"allow-undetermined", "color", "fail-on", "no-impersonation", "project", "timeout", "troubleshooter", "verbose", "wait"}
}
