package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/rules"
)

// addContext adds to a report what its result depends on besides the plan and
// Google Cloud: the configuration, and the file that was replayed.
func (f *checkFlags) addContext(r *finding.Report, env Env, p *plan.Plan, c *config) {
	if c.file != "" {
		r.Configuration = c.reference(p.Redact)
		r.Notices = append(r.Notices, configurationNotice(r.Configuration))
	}
	if f.cloud == "" || r.Requests.Total == 0 {
		return
	}
	r.Snapshot = &finding.SnapshotRef{File: f.cloud}
	if f.replayed != nil {
		r.Snapshot.RecordedAt = f.replayed.RecordedAt.UTC()
	}
	r.Notices = append(r.Notices, snapshotNotice(r.Snapshot))
	if old := ageNotice(r.Snapshot.RecordedAt, env.Now()); old != "" {
		r.Notices, r.Limits = append(r.Notices, old), append(r.Limits, old)
	}
}

// reference returns what a configuration changes. Texts are passed through
// redact, because they may contain values that the plan marks as sensitive.
func (c *config) reference(redact func(string) string) *finding.ConfigurationRef {
	out := &finding.ConfigurationRef{File: c.file, Found: c.found}
	changes := func(format string, args ...any) {
		out.Changed = append(out.Changed, redact(fmt.Sprintf(format, args...)))
	}
	lowers := func(format string, args ...any) {
		changes(format, args...)
		out.Lowered = append(out.Lowered, out.Changed[len(out.Changed)-1])
	}
	c.describeRules(changes, lowers)
	if n := len(c.waivers); n > 0 {
		var waived []string
		for _, w := range c.waivers {
			waived = append(waived, w.Rule)
		}
		slices.Sort(waived)
		changes("waivers: %d (%s)", n, strings.Join(slices.Compact(waived), ", "))
	}
	for _, name := range sortedNames(c.flags) {
		add := changes
		if name == "allow-undetermined" && c.flags[name] != "false" {
			add = lowers
		}
		add("flag %s: %s", name, c.flags[name])
	}
	for _, id := range sortedNames(c.numbers) {
		changes("number of project %s: %s", id, c.numbers[id])
	}
	for _, address := range sortedNames(c.accounts) {
		changes("account of %s: %s", address, c.accounts[address])
	}
	if c.deployer != "" {
		changes("deployer: %s", c.deployer)
	}
	if c.endpoint != "" {
		changes("endpoint: %s", c.endpoint)
	}
	return out
}

// describeRules lists the severities and permissions that a configuration changes.
func (c *config) describeRules(changes, lowers func(string, ...any)) {
	defaults := map[string]need.Severity{}
	for _, r := range rules.All() {
		defaults[r.ID] = r.Severity
	}
	for _, id := range sortedNames(c.settings.Severities) {
		configured, builtIn := c.settings.Severities[id], defaults[id]
		switch {
		case configured == builtIn:
		case isLess(configured, builtIn):
			lowers("severity of %s: %s instead of %s", id, configured, builtIn)
		default:
			changes("severity of %s: %s instead of %s", id, configured, builtIn)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(c.settings.Canaries)) {
		lowers("canaries of %s: %s instead of the built-in ones", kind, strings.Join(c.settings.Canaries[kind], ", "))
	}
	for _, kind := range slices.Sorted(maps.Keys(c.settings.Extra)) {
		changes("additional permissions of %s: %s", kind, strings.Join(c.settings.Extra[kind], ", "))
	}
}

// isLess reports whether a severity is below another.
func isLess(a, than need.Severity) bool {
	order := []need.Severity{need.Note, need.Warning, need.Error}
	return slices.Index(order, a) < slices.Index(order, than)
}

func configurationNotice(c *finding.ConfigurationRef) string {
	name := "configuration " + c.File
	if c.Found {
		name += " (found next to the plan)"
	}
	if len(c.Changed) == 0 {
		return name + " changes nothing"
	}
	return name + " changes: " + strings.Join(c.Changed, "; ")
}

func snapshotNotice(s *finding.SnapshotRef) string {
	if s.RecordedAt.IsZero() {
		return "offline: answers come from " + s.File + ", not from Google Cloud"
	}
	return "offline: answers come from a snapshot of " + s.RecordedAt.Format(time.DateOnly) + " (" + s.File + ", recorded at " + s.RecordedAt.Format(time.RFC3339) + "), not from Google Cloud"
}

// ageNotice returns a warning about a snapshot that is more than a day old; empty
// for a newer one, and if recorded is zero because the file is not a snapshot.
func ageNotice(recorded, now time.Time) string {
	age := now.Sub(recorded)
	switch {
	case recorded.IsZero() || age <= 24*time.Hour && age >= -24*time.Hour:
		return ""
	case age < 0:
		return "the snapshot is dated in the future: conditions were evaluated at that time"
	}
	return fmt.Sprintf("the snapshot is %d days old: later grants, revocations and expirations are not visible, and conditions were evaluated at its time", int(age.Hours()/24))
}
