package finding

import (
	"slices"
	"time"

	"gke-preflight/preflight/need"
)

// SchemaVersion is the version of the JSON report.
const SchemaVersion = "1"

// A Report holds the results of a check.
type Report struct {
	SchemaVersion string  `json:"schema_version"`
	Tool          Tool    `json:"tool"`
	Plan          PlanRef `json:"plan"`
	// Plans are the plans of a merged report, sorted by source; each finding names
	// its plan. Empty in a report of one plan.
	Plans []PlanRef `json:"plans,omitempty"`
	// Deployers are the identities that apply will run as, one per provider
	// identity; empty if the plan has nothing to check.
	Deployers []DeployerRef `json:"deployers,omitempty"`
	// Projects are the projects of the plan's clusters, sorted by ID.
	Projects []ProjectRef `json:"projects,omitempty"`
	Result   Outcome      `json:"result"`
	Summary  Summary      `json:"summary"`
	Findings []Finding    `json:"findings"`
	// Limits are what the check did not take into account, such as policies that
	// were not read, without duplicates.
	Limits []string `json:"limits,omitempty"`
	// Snapshot is the file that answers came from; nil if they came from Google
	// Cloud.
	Snapshot *SnapshotRef `json:"snapshot,omitempty"`
	// Configuration is the configuration file; nil if there is none.
	Configuration *ConfigurationRef `json:"configuration,omitempty"`
	// Deferred are the addresses of changes that Terraform defers to a later plan
	// and that may concern GKE. If there are any, the result is never a pass.
	Deferred []string `json:"deferred,omitempty"`
	// Notices are statements that every format shows with the result: the source
	// of answers, changes by the configuration, and parts of the plan that are not
	// checked.
	Notices  []string `json:"notices,omitempty"`
	Requests Requests `json:"requests"`
	// DurationMS is the elapsed time of the check in milliseconds.
	DurationMS int64 `json:"duration_ms"`

	// Unjudged are the findings before waivers and baseline were applied; nil in a
	// report that was read from a file.
	Unjudged []Finding `json:"-"`
}

// Tool is the program that made a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// PlanRef identifies a plan.
type PlanRef struct {
	// Source is a path, or - for standard input.
	Source           string `json:"source"`
	TerraformVersion string `json:"terraform_version,omitempty"`
	FormatVersion    string `json:"format_version,omitempty"`
}

// DeployerRef is an identity that apply will run as.
type DeployerRef struct {
	// Member is an IAM member; empty if the identity is unknown.
	Member string `json:"member,omitempty"`
	// Source says where the identity comes from, such as
	// GOOGLE_OAUTH_ACCESS_TOKEN or provider "google".
	Source string `json:"source"`
	// Unknown says why Member is empty.
	Unknown string `json:"unknown,omitempty"`
}

// ProjectRef is the project of a cluster in the plan.
type ProjectRef struct {
	ID string `json:"id"`
	// Number is empty if it is unknown.
	Number string `json:"number,omitempty"`
	// Source says where in the plan the project was found, such as the resource's
	// attribute or the provider's configuration.
	Source string `json:"source"`
}

// SnapshotRef is a file that answered in place of Google Cloud.
type SnapshotRef struct {
	File string `json:"file,omitempty"`
	// RecordedAt is zero if the file describes a fake Google Cloud.
	RecordedAt time.Time `json:"recorded_at,omitzero"`
}

// ConfigurationRef says what a configuration file changes.
type ConfigurationRef struct {
	File string `json:"file"`
	// Found reports whether the file was found next to the plan and not named by
	// --config. It may be part of the change that is being checked.
	Found bool `json:"found,omitempty"`
	// Changed are phrases that say what the file changes.
	Changed []string `json:"changed,omitempty"`
	// Lowered are the elements of Changed that weaken the check.
	Lowered []string `json:"lowered,omitempty"`
}

// Requests counts the requests to Google Cloud.
type Requests struct {
	Total int `json:"total"`
	// ByMethod counts by method ID, such as iam.serviceAccounts.get.
	ByMethod map[string]int `json:"by_method,omitempty"`
}

// Duration returns the elapsed time of the check.
func (r *Report) Duration() time.Duration {
	return time.Duration(r.DurationMS) * time.Millisecond
}

// MayChange reports whether retrying can improve the result: every deciding
// finding at or above least depends on state that can still change, such as IAM
// propagation.
func (r *Report) MayChange(least need.Severity) bool {
	decides := func(f Finding) bool {
		return need.Rank(f.Severity) >= need.Rank(least) && (f.Outcome == Fail || f.Outcome == Undetermined)
	}
	return slices.ContainsFunc(r.Findings, decides) &&
		!slices.ContainsFunc(r.Findings, func(f Finding) bool { return decides(f) && !f.mayChange() })
}
