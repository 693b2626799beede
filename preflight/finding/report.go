package finding

import (
	"slices"
	"time"

	"gke-preflight/preflight/need"
)

// SchemaVersion is that of the JSON report.
const SchemaVersion = "1"

// A Report is everything that a check found.
type Report struct {
	SchemaVersion string  `json:"schema_version"`
	Tool          Tool    `json:"tool"`
	Plan          PlanRef `json:"plan"`
	// Plans are those of a report that was merged from several, sorted by
	// source; each finding names its own. Empty in a report of one plan.
	Plans []PlanRef `json:"plans,omitempty"`
	// Deployers are the identities that apply will run as, one a provider
	// identity; empty where the plan has nothing to check.
	Deployers []DeployerRef `json:"deployers,omitempty"`
	// Projects are those that the plan's clusters live in, sorted by ID.
	Projects []ProjectRef `json:"projects,omitempty"`
	Result   Outcome      `json:"result"`
	Summary  Summary      `json:"summary"`
	Findings []Finding    `json:"findings"`
	// Limits are what no finding could take into account, such as policies of
	// a kind that was not read. Each is said once.
	Limits []string `json:"limits,omitempty"`
	// Snapshot is what answered in place of Google Cloud; nil if that answered
	// itself.
	Snapshot *SnapshotRef `json:"snapshot,omitempty"`
	// Configuration is the configuration file that was used; nil if there is
	// none.
	Configuration *ConfigurationRef `json:"configuration,omitempty"`
	// Deferred are the addresses of changes that Terraform puts off to a later
	// plan and that may concern GKE. With one the result is never a pass.
	Deferred []string `json:"deferred,omitempty"`
	// Notices are what every format says beside the result: where answers come
	// from, what the configuration changes, and what of the plan is not checked.
	Notices  []string `json:"notices,omitempty"`
	Requests Requests `json:"requests"`
	// DurationMS is the wall time of the check in milliseconds.
	DurationMS int64 `json:"duration_ms"`

	// Unjudged are the findings before waivers and baseline; nil in a report that was
	// read from a file.
	Unjudged []Finding `json:"-"`
}

// Tool is what made a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// PlanRef says which plan was read.
type PlanRef struct {
	// Source is a path, or - for standard input.
	Source           string `json:"source"`
	TerraformVersion string `json:"terraform_version,omitempty"`
	FormatVersion    string `json:"format_version,omitempty"`
}

// DeployerRef is an identity that apply will run as.
type DeployerRef struct {
	// Member is empty where the identity could not be found out.
	Member string `json:"member,omitempty"`
	// Source says where the identity comes from, such as
	// GOOGLE_OAUTH_ACCESS_TOKEN or provider "google".
	Source string `json:"source"`
	// Unknown says why Member is empty.
	Unknown string `json:"unknown,omitempty"`
}

// ProjectRef is a project that a cluster of the plan lives in.
type ProjectRef struct {
	ID string `json:"id"`
	// Number is empty where it could not be found out.
	Number string `json:"number,omitempty"`
	// Source says where the plan's reader found it, such as the resource's
	// attribute or the provider's configuration.
	Source string `json:"source"`
}

// SnapshotRef is a file that stood for Google Cloud.
type SnapshotRef struct {
	File string `json:"file,omitempty"`
	// RecordedAt is zero for a file that describes a Google Cloud that never was.
	RecordedAt time.Time `json:"recorded_at,omitzero"`
}

// ConfigurationRef says what a configuration file changes.
type ConfigurationRef struct {
	File string `json:"file"`
	// Found reports that nobody named the file: it was found beside the plan, and
	// may have come with what is being checked.
	Found bool `json:"found,omitempty"`
	// Changed is what the file changes, a phrase each.
	Changed []string `json:"changed,omitempty"`
	// Lowered are those of Changed by which less decides the result.
	Lowered []string `json:"lowered,omitempty"`
}

// Requests counts what was asked of Google Cloud.
type Requests struct {
	Total int `json:"total"`
	// ByMethod counts by method ID, such as iam.serviceAccounts.get.
	ByMethod map[string]int `json:"by_method,omitempty"`
}

// Duration is how long the check took.
func (r *Report) Duration() time.Duration {
	return time.Duration(r.DurationMS) * time.Millisecond
}

// MayChange reports whether waiting may make the result of a report better:
// all that decides it, at or above a severity, is what Google Cloud may answer
// otherwise in a while.
func (r *Report) MayChange(least need.Severity) bool {
	decides := func(f Finding) bool {
		return need.Rank(f.Severity) >= need.Rank(least) && (f.Outcome == Fail || f.Outcome == Undetermined)
	}
	return slices.ContainsFunc(r.Findings, decides) &&
		!slices.ContainsFunc(r.Findings, func(f Finding) bool { return decides(f) && !f.mayChange() })
}
