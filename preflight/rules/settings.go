package rules

import "gke-preflight/preflight/need"

// Settings is what the configuration can change about the rules.
type Settings struct {
	// Severities replaces the severity of rules, by rule ID.
	Severities map[string]need.Severity
	// Canaries replaces the permissions that are tested in place of a principal's
	// whole role, by kind of principal.
	Canaries map[need.PrincipalKind][]string
	// Extra holds additional permissions that principals must have in the projects
	// of clusters, by kind of principal.
	Extra map[need.PrincipalKind][]string
}

// probePermissions returns the configured permissions to test in place of the
// whole role of a principal, or else standard.
func (set Settings) probePermissions(kind need.PrincipalKind, standard ...string) []string {
	if configured := set.Canaries[kind]; len(configured) > 0 {
		return configured
	}
	return standard
}
