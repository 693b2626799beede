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

// configName is the configuration file that is looked for beside a plan.
const configName = ".gke-preflight.yaml"

// A config is a configuration file that has been read.
type config struct {
	// file is where the configuration was read from; empty if there is none.
	// Found reports that it was found beside the plan.
	file     string
	found    bool
	settings rules.Settings
	waivers  []suppress.Waiver
	// numbers are those of projects, and accounts those of nodes, that a plan
	// cannot know.
	numbers  map[string]string
	accounts map[string]string
	deployer string
	endpoint string
	// flags are defaults for flags, by name.
	flags map[string]string
}

// readConfig reads the named configuration file; without a name the one beside
// the plan, if it is there. A file that nobody named may come with what is
// being checked, so it cannot say where tokens go.
func readConfig(env Env, name, beside string) (*config, error) {
	named := name != ""
	if !named {
		name = filepath.Join(beside, configName)
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
		err = fmt.Errorf("%s: endpoint: only a file that --config names may say where requests go", name)
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

// parseConfig reads a configuration file; its errors name line and column.
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
	return c, r.object(document.Content[0], r.members())
}

// A configReader reads the nodes of one file.
type configReader struct {
	file   string
	config *config
}

func (r *configReader) members() map[string]func(*yaml.Node) error {
	return map[string]func(*yaml.Node) error{
		"rules":       func(n *yaml.Node) error { return r.each(n, r.rule) },
		"waivers":     func(n *yaml.Node) error { return r.list(n, r.waiver) },
		"canaries":    func(n *yaml.Node) error { return r.each(n, r.permissions(r.config.settings.Canaries)) },
		"permissions": func(n *yaml.Node) error { return r.each(n, r.permissions(r.config.settings.Extra)) },
		"projects":    func(n *yaml.Node) error { return r.each(n, r.project) },
		"accounts":    func(n *yaml.Node) error { return r.each(n, r.account) },
		"deployer":    func(n *yaml.Node) error { return r.text(n, &r.config.deployer) },
		"endpoint":    func(n *yaml.Node) error { return r.text(n, &r.config.endpoint) },
		"flags":       func(n *yaml.Node) error { return r.each(n, r.flag) },
	}
}

// at is an error about a node.
func (r *configReader) at(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %w", r.file, n.Line, n.Column, fmt.Errorf(format, args...))
}

// each calls member for each member of a mapping.
func (r *configReader) each(n *yaml.Node, member func(name, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return r.at(n, "want a mapping")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if err := member(n.Content[i], n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// object reads a mapping whose members are known.
func (r *configReader) object(n *yaml.Node, members map[string]func(*yaml.Node) error) error {
	return r.each(n, func(name, value *yaml.Node) error {
		read := members[name.Value]
		if read == nil {
			return r.at(name, "there is no %s here; want one of %s", name.Value, strings.Join(sortedNames(members), ", "))
		}
		return read(value)
	})
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (r *configReader) list(n *yaml.Node, element func(*yaml.Node) error) error {
	if n.Kind != yaml.SequenceNode {
		return r.at(n, "want a list")
	}
	for _, e := range n.Content {
		if err := element(e); err != nil {
			return err
		}
	}
	return nil
}

func (r *configReader) text(n *yaml.Node, into *string) error {
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		return r.at(n, "want a text")
	}
	*into = n.Value
	return nil
}

func (r *configReader) ruleID(n *yaml.Node) error {
	if !slices.ContainsFunc(rules.All(), func(rule rules.Rule) bool { return rule.ID == n.Value }) {
		return r.at(n, "there is no rule %s (gke-preflight rules lists them)", n.Value)
	}
	return nil
}

func (r *configReader) rule(id, value *yaml.Node) error {
	if err := r.ruleID(id); err != nil {
		return err
	}
	return r.object(value, map[string]func(*yaml.Node) error{"severity": func(n *yaml.Node) error {
		if !knownSeverity(n.Value) {
			return r.at(n, "severity %q: want error, warning or note", n.Value)
		}
		r.config.settings.Severities[id.Value] = need.Severity(n.Value)
		return nil
	}})
}

func (r *configReader) waiver(n *yaml.Node) error {
	w := suppress.Waiver{Where: fmt.Sprintf("%s:%d", r.file, n.Line)}
	err := r.object(n, map[string]func(*yaml.Node) error{
		"rule": func(n *yaml.Node) error {
			w.Rule = n.Value
			return r.ruleID(n)
		},
		"address":   func(n *yaml.Node) error { return r.text(n, &w.Address) },
		"principal": func(n *yaml.Node) error { return r.text(n, &w.Principal) },
		"reason":    func(n *yaml.Node) error { return r.text(n, &w.Reason) },
		"expires": func(n *yaml.Node) (err error) {
			if w.Expires, err = time.Parse(time.DateOnly, n.Value); err != nil {
				return r.at(n, "expires %q: want a day such as 2027-03-31", n.Value)
			}
			return nil
		},
	})
	if err == nil && (w.Rule == "" || w.Reason == "") {
		err = r.at(n, "a waiver needs a rule and a reason")
	}
	r.config.waivers = append(r.config.waivers, w)
	return err
}

// permissions reads lists of permissions by kind of principal.
func (r *configReader) permissions(into map[need.PrincipalKind][]string) func(kind, value *yaml.Node) error {
	return func(kind, value *yaml.Node) error {
		if !slices.Contains(need.PrincipalKinds(), need.PrincipalKind(kind.Value)) {
			return r.at(kind, "there is no kind of principal %s; want one of %v", kind.Value, need.PrincipalKinds())
		}
		return r.list(value, func(n *yaml.Node) error {
			if strings.Count(n.Value, ".") < 2 || strings.ContainsAny(n.Value, " */") {
				return r.at(n, "%q is no permission; want one such as compute.disks.list", n.Value)
			}
			into[need.PrincipalKind(kind.Value)] = append(into[need.PrincipalKind(kind.Value)], n.Value)
			return nil
		})
	}
}

func (r *configReader) project(id, value *yaml.Node) error {
	return r.object(value, map[string]func(*yaml.Node) error{"number": func(n *yaml.Node) error {
		if n.Value == "" || strings.Trim(n.Value, "0123456789") != "" {
			return r.at(n, "number %q of project %s: want digits", n.Value, id.Value)
		}
		r.config.numbers[id.Value] = n.Value
		return nil
	}})
}

func (r *configReader) account(address, value *yaml.Node) error {
	if !strings.Contains(value.Value, "@") {
		return r.at(value, "%q is no email of a service account", value.Value)
	}
	r.config.accounts[address.Value] = value.Value
	return nil
}

func (r *configReader) flag(name, value *yaml.Node) error {
	if !slices.Contains(configurable(), name.Value) {
		return r.at(name, "flag %s cannot be set here; want one of %s", name.Value, strings.Join(configurable(), ", "))
	}
	r.config.flags[name.Value] = value.Value
	return nil
}

// configurable are the flags that a configuration file may set: none that
// names a file, a program or a place that tokens go to.
func configurable() []string {
	return []string{"allow-undetermined", "color", "fail-on", "no-impersonation", "project", "timeout", "troubleshooter", "verbose", "wait"}
}
