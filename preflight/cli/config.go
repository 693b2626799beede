package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"gke-preflight/preflight/rules"
)

// A config is the configuration file.
type config struct {
	// Rules change rules, by ID.
	Rules map[string]struct {
		Severity string `yaml:"severity"`
	} `yaml:"rules"`
	// Canaries are the permissions that stand for what a principal must be
	// able to do, by kind of principal.
	Canaries map[string][]string `yaml:"canaries"`
}

// readConfig reads the configuration file; an empty name is an empty one.
func readConfig(env Env, name string) (rules.Settings, error) {
	if name == "" {
		return rules.Settings{}, nil
	}
	data, err := env.ReadFile(name)
	if err != nil {
		return rules.Settings{}, fmt.Errorf("read configuration: %w", err)
	}
	var c config
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return rules.Settings{}, fmt.Errorf("read configuration %s: %w", name, err)
	}
	set, err := c.settings()
	if err != nil {
		return set, fmt.Errorf("read configuration %s: %w", name, err)
	}
	return set, nil
}

func (c config) settings() (rules.Settings, error) {
	set := rules.Settings{
		Severities: map[string]rules.Severity{},
		Canaries:   map[rules.PrincipalKind][]string{},
	}
	known := map[string]bool{}
	for _, r := range rules.All() {
		known[r.ID] = true
	}
	for id, r := range c.Rules {
		if !known[id] {
			return set, fmt.Errorf("rules: there is no rule %s\nhint: gke-preflight rules", id)
		}
		if !knownSeverity(r.Severity) {
			return set, fmt.Errorf("rules: severity %q of %s: want error, warning or note", r.Severity, id)
		}
		set.Severities[id] = rules.Severity(r.Severity)
	}
	for kind, permissions := range c.Canaries {
		set.Canaries[rules.PrincipalKind(kind)] = permissions
	}
	return set, nil
}
