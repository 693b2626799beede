// Package diagnose recognises errors in logs: what Terraform, gcloud, kubectl,
// helm, client libraries and audit logs print when Google Cloud refuses
// something that has to do with Google Kubernetes Engine. For each it says
// what was refused, to whom, why, and what to run.
//
// It reads text and nothing else: it asks nobody, and where the text cannot
// tell, it says so. Its input is not trusted.
package diagnose

import (
	"fmt"
	"io"
)

// A Class is the cause of an error.
type Class string

// The classes. The names are a contract with whoever reads the JSON.
const (
	// RetryBudgetExhausted: GKE tried several times and was refused by Compute
	// Engine each time, for lack of a permission.
	RetryBudgetExhausted Class = "retry_budget_exhausted"
	// CallerPermissionDenied: whoever made the request lacks a permission.
	CallerPermissionDenied Class = "caller_permission_denied"
	// APIDisabled: an API is off in the project that the request counts for.
	APIDisabled Class = "api_disabled"
	// ActAsDenied: the caller may not attach a service account.
	ActAsDenied Class = "act_as_denied"
	// ServiceAccountMissing: a service account does not exist or is disabled.
	ServiceAccountMissing Class = "service_account_missing_or_disabled"
	// ServiceAgentMissingRole: an account that Google manages lost its role.
	ServiceAgentMissingRole Class = "service_agent_missing_role"
	// SharedVPCPermission: somebody may not use what is in the host project.
	SharedVPCPermission Class = "shared_vpc_permission"
	// KMSPermission: a service agent may not use a Cloud KMS key.
	KMSPermission Class = "kms_permission"
	// NodePoolRequiresRecreation: nodes wait to be recreated.
	NodePoolRequiresRecreation Class = "node_pool_requires_recreation"
	// IncompatibleOperation: another operation is running on the cluster.
	IncompatibleOperation Class = "incompatible_operation"
	// Unauthorized: whom the server does not know at all.
	Unauthorized Class = "unauthorized_401"
	// AuthPluginMissing: kubectl and its likes lack their login program.
	AuthPluginMissing Class = "auth_plugin_missing"
	// NotFound: what is asked for is not there, or is elsewhere.
	NotFound Class = "not_found_404"
	// IAMPropagation: it was just made, and is not known everywhere yet.
	IAMPropagation Class = "iam_propagation"
	// Quota: a limit is reached; no matter of permissions.
	Quota Class = "quota"
	// InvalidArgument: the request itself is at fault.
	InvalidArgument Class = "invalid_argument"
	// ProviderCredentials: there are no usable credentials.
	ProviderCredentials Class = "provider_credentials"
	// Other is any other error.
	Other Class = "other"

	// none is the class of what looks like an error and only repeats one.
	none Class = ""
)

// Confidence is how sure a diagnosis is.
type Confidence string

// High is for messages that have one cause, Medium for those that mostly have
// it, and Low for those that do not tell.
const (
	High   Confidence = "high"
	Medium Confidence = "medium"
	Low    Confidence = "low"
)

// A Principal is somebody with permissions, or without.
type Principal struct {
	// Kind is the part it plays: deployer, gke-service-agent and so on.
	Kind string `json:"kind"`
	// Member is its name in IAM policies; empty where the text has none.
	Member string `json:"member,omitempty"`
}

// A Suspect is somebody who may be the one that lacks something.
type Suspect struct {
	Kind string `json:"kind"`
	Why  string `json:"why"`
}

// A Fix is what to run.
type Fix struct {
	// Commands read, or mend. What the text does not tell is in capitals.
	Commands []string `json:"commands"`
}

// An Error is one error of a log, and what is to be made of it. Members that
// the text does not tell are empty.
type Error struct {
	Class Class `json:"class"`
	// Wrapper is what the cause was wrapped in: retry_budget_exhausted.
	Wrapper    string     `json:"wrapper,omitempty"`
	Confidence Confidence `json:"confidence"`
	Permission string     `json:"permission,omitempty"`
	// Resource is what was refused, missing or busy, in the text's words.
	Resource  string     `json:"resource,omitempty"`
	Principal *Principal `json:"principal,omitempty"`
	// Suspects are in order, the likeliest first.
	Suspects []Suspect `json:"suspects,omitempty"`
	// Service is the API, such as container.googleapis.com.
	Service string `json:"service,omitempty"`
	// Project is an ID or a number, whichever the text has.
	Project string `json:"project,omitempty"`
	// Line counts from 1.
	Line    int      `json:"line"`
	Excerpt string   `json:"excerpt"`
	Cause   string   `json:"cause"`
	Fix     *Fix     `json:"fix,omitempty"`
	Rules   []string `json:"rules,omitempty"`
	// Check is what Google Cloud says about it now; nil where it was not asked.
	Check *Check `json:"check,omitempty"`
}

// A Check is what the rules concerned find when Google Cloud is asked.
type Check struct {
	// Outcome is found where a rule concerned fails now, clear where all of them
	// pass, and undetermined where that could not be found out.
	Outcome string `json:"outcome"`
	// Findings are what fails, or could not be found out.
	Findings []Finding `json:"findings,omitempty"`
}

// The outcomes of a Check.
const (
	CheckFound        = "found"
	CheckClear        = "clear"
	CheckUndetermined = "undetermined"
)

// A Finding is what a rule found about an error.
type Finding struct {
	Rule      string     `json:"rule"`
	Principal *Principal `json:"principal,omitempty"`
	Message   string     `json:"message"`
	Commands  []string   `json:"commands,omitempty"`
}

// Checked puts what Google Cloud says into an error: who is at fault takes the
// place of who may be, and what mends it that of what would tell.
func (e *Error) Checked(c Check) {
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

// A Report is what a log holds.
type Report struct {
	// SchemaVersion is "1".
	SchemaVersion string `json:"schema_version"`
	// Errors are in the order of the log, each once.
	Errors []Error `json:"errors"`
	// More reports whether the log goes on with errors that were not looked at.
	More bool `json:"more,omitempty"`
}

// maxErrors bounds what a hostile log can make of memory. No log that a person
// reads has as many that differ.
const maxErrors = 500

// Read finds the errors in a log of any length. It fails only where r does.
func Read(r io.Reader) (*Report, error) {
	found := &collection{seen: map[string]bool{}}
	blocks := newSplitter(found.examine)
	if err := eachLine(r, blocks.add); err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	blocks.flush()
	return &Report{SchemaVersion: "1", Errors: found.report(), More: found.more}, nil
}
