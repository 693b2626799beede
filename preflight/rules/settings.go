package rules

import "gke-preflight/preflight/need"

// Settings is what configuration may change about the rules.
type Settings struct {
	// Severities replaces the severity of rules, by ID.
	Severities map[string]need.Severity
	// Canaries replaces the permissions that stand for a principal's role, by
	// kind of principal.
	Canaries map[need.PrincipalKind][]string
	// Extra are further permissions that principals must hold in the projects
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
