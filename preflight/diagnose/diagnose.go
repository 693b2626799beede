// Package diagnose recognizes errors in logs: what Terraform, gcloud, kubectl,
// helm, client libraries and audit logs print when Google Cloud denies a request
// that concerns Google Kubernetes Engine. For each error it reports what was
// denied, to whom, why, and the commands that fix it.
//
// It reads text only and sends no requests. If the text does not determine
// something, the report says so. The input is not trusted.
package diagnose

import (
	"fmt"
	"io"
)

// A Class is the cause of an error.
type Class string

// The classes. The names are a contract with whoever reads the JSON.
const (
	// RetryBudgetExhausted: GKE retried until it gave up, because Compute Engine
	// denied a permission each time.
	RetryBudgetExhausted Class = "retry_budget_exhausted"
	// CallerPermissionDenied: the caller lacks a permission.
	CallerPermissionDenied Class = "caller_permission_denied"
	// APIDisabled: an API is disabled in the project that the request is billed
	// to.
	APIDisabled Class = "api_disabled"
	// ActAsDenied: the caller cannot attach a service account.
	ActAsDenied Class = "act_as_denied"
	// ServiceAccountMissing: a service account does not exist or is disabled.
	ServiceAccountMissing Class = "service_account_missing_or_disabled"
	// ServiceAgentMissingRole: a service agent is missing its role.
	ServiceAgentMissingRole Class = "service_agent_missing_role"
	// SharedVPCPermission: a service agent or the caller cannot use the host
	// project.
	SharedVPCPermission Class = "shared_vpc_permission"
	// KMSPermission: a service agent cannot use a Cloud KMS key.
	KMSPermission Class = "kms_permission"
	// NodePoolRequiresRecreation: the nodes of a pool must be recreated first.
	NodePoolRequiresRecreation Class = "node_pool_requires_recreation"
	// IncompatibleOperation: another operation is running on the cluster.
	IncompatibleOperation Class = "incompatible_operation"
	// Unauthorized: the server cannot authenticate the caller.
	Unauthorized Class = "unauthorized_401"
	// AuthPluginMissing: kubectl or another client lacks its login plugin.
	AuthPluginMissing Class = "auth_plugin_missing"
	// NotFound: a resource does not exist, or is elsewhere.
	NotFound Class = "not_found_404"
	// IAMPropagation: a recent change has not propagated yet.
	IAMPropagation Class = "iam_propagation"
	// Quota: a quota or rate limit is exceeded; no permission is missing.
	Quota Class = "quota"
	// InvalidArgument: the request itself is invalid.
	InvalidArgument Class = "invalid_argument"
	// ProviderCredentials: there are no usable credentials.
	ProviderCredentials Class = "provider_credentials"
	// Other is any other error.
	Other Class = "other"

	// none is the class of text that looks like an error and only repeats one.
	none Class = ""
)

// A Confidence says how certain a diagnosis is.
type Confidence string

// High is for messages that have only this cause, Medium for those that usually
// have it, and Low for those that do not determine the cause.
const (
	High   Confidence = "high"
	Medium Confidence = "medium"
	Low    Confidence = "low"
)

// A Principal is an account that has permissions, or lacks them.
type Principal struct {
	// Kind is its role in a deployment: deployer, gke-service-agent and so on.
	Kind string `json:"kind"`
	// Member is its IAM member; empty if the text does not name it.
	Member string `json:"member,omitempty"`
}

// A Suspect is a principal that may be the one that lacks the permission.
type Suspect struct {
	Kind string `json:"kind"`
	Why  string `json:"why"`
}

// A Fix holds the commands to run.
type Fix struct {
	// Commands find the cause or fix it. Placeholders, for what the text does not
	// name, are in capitals.
	Commands []string `json:"commands"`
}

// An Error is one error of a log and its diagnosis. Fields that the text does not
// determine are empty.
type Error struct {
	Class Class `json:"class"`
	// Wrapper is retry_budget_exhausted if that error wraps the cause; else
	// empty.
	Wrapper    string     `json:"wrapper,omitempty"`
	Confidence Confidence `json:"confidence"`
	Permission string     `json:"permission,omitempty"`
	// Resource is what was denied, missing or busy, as the text names it.
	Resource  string     `json:"resource,omitempty"`
	Principal *Principal `json:"principal,omitempty"`
	// Suspects are in order of likelihood, the likeliest first; empty if
	// Principal is certain.
	Suspects []Suspect `json:"suspects,omitempty"`
	// Service is the API, such as container.googleapis.com.
	Service string `json:"service,omitempty"`
	// Project is a project ID or number, whichever the text has.
	Project string `json:"project,omitempty"`
	// Line counts from 1.
	Line    int      `json:"line"`
	Excerpt string   `json:"excerpt"`
	Cause   string   `json:"cause"`
	Fix     *Fix     `json:"fix,omitempty"`
	Rules   []string `json:"rules,omitempty"`
	// Check is what the rules find in Google Cloud now; nil if that was not
	// checked.
	Check *Check `json:"check,omitempty"`
}

// A Check is what an error's rules find in Google Cloud now.
type Check struct {
	// Outcome is found if a rule fails, clear if all of them pass, and otherwise
	// undetermined.
	Outcome string `json:"outcome"`
	// Findings are the failures or, if there are none, the undetermined findings.
	Findings []Finding `json:"findings,omitempty"`
}

// The outcomes of a Check.
const (
	CheckFound        = "found"
	CheckClear        = "clear"
	CheckUndetermined = "undetermined"
)

// A Finding is what a rule finds about an error.
type Finding struct {
	Rule      string     `json:"rule"`
	Principal *Principal `json:"principal,omitempty"`
	Message   string     `json:"message"`
	Commands  []string   `json:"commands,omitempty"`
}

// SetCheck adds the result of a check to the error. The principal that the check
// found replaces the suspects, and its fix replaces the one that follows from the
// text.
func (e *Error) SetCheck(c Check) {
	e.Check = &c
	if c.Outcome != CheckFound || len(c.Findings) == 0 {
		return
	}
	first := c.Findings[0]
	if first.Principal != nil {
		e.Principal, e.Suspects = first.Principal, nil
	}
	e.Confidence = High
	if len(first.Commands) > 0 {
		e.Fix = &Fix{Commands: first.Commands}
	}
}

// A Report holds the errors of a log.
type Report struct {
	// SchemaVersion is "1".
	SchemaVersion string `json:"schema_version"`
	// Errors are in the order of the log, without repetitions.
	Errors []Error `json:"errors"`
	// More reports whether the log has further errors that were not read.
	More bool `json:"more,omitempty"`
}

// maxErrors limits the memory that a hostile log can use. No real log has as many
// different errors.
const maxErrors = 500

// Read finds the errors in a log of any length. It fails only if r does.
func Read(r io.Reader) (*Report, error) {
	found := &collection{seen: map[string]bool{}}
	blocks := newSplitter(found.examine)
	if err := eachLine(r, blocks.add); err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	blocks.flush()
	return &Report{SchemaVersion: "1", Errors: found.errors(), More: found.more}, nil
}
