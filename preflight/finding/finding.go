package finding

import (
	"strings"

	"gke-preflight/preflight/need"
)

// An Outcome is the result of checking a need.
type Outcome string

// The outcomes.
const (
	// Pass means that there is positive evidence that the need is met.
	Pass Outcome = "pass"
	// Fail means that all evidence is complete, and the need is not met.
	Fail Outcome = "fail"
	// Undetermined means that the evidence is incomplete; Reason says why.
	Undetermined Outcome = "undetermined"
	// Skipped means that another finding makes the check pointless; Reason names it.
	Skipped Outcome = "skipped"
)

// A Finding is the result of checking a need.
type Finding struct {
	// Plan is the source of the plan that the finding is about, in a merged
	// report; empty in a report of one plan.
	Plan     string        `json:"plan,omitempty"`
	Rule     string        `json:"rule"`
	Name     string        `json:"name"`
	Title    string        `json:"title"`
	Outcome  Outcome       `json:"outcome"`
	Severity need.Severity `json:"severity"`
	// KnownAs is the outcome of a skipped finding that a later baseline uses;
	// empty if the baseline does not know the finding.
	KnownAs Outcome `json:"known_as,omitempty"`
	// Answers is the rule of the need that was checked, if it is not Rule: the
	// plan itself removes what the need requires, or grants it without depends_on.
	Answers   string   `json:"answers,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
	// Locations are the places of Addresses in the configuration, in the same
	// order; empty if the configuration is not available.
	Locations []Location `json:"locations,omitempty"`
	Attribute string     `json:"attribute,omitempty"`
	// Principal is nil if the need concerns no identity, such as an API.
	Principal *need.Principal `json:"principal,omitempty"`
	Resource  string          `json:"resource,omitempty"`
	Service   string          `json:"service,omitempty"`
	// Permissions is nil if the need concerns no permission.
	Permissions *PermissionSet `json:"permissions,omitempty"`
	// PlannedBy are the addresses of planned changes that meet the need.
	PlannedBy []string `json:"planned_by,omitempty"`
	// TakenAwayBy are the addresses of planned changes that remove what the need
	// requires.
	TakenAwayBy []string `json:"taken_away_by,omitempty"`
	// Message is one sentence: which principal has or lacks what, on which resource.
	Message string `json:"message,omitempty"`
	// Reason says why the finding passes, is undetermined or is skipped, and what
	// would let it be checked.
	Reason   string     `json:"reason,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
	// Levels are what the policies in the hierarchy say, from the resource up to
	// the organization; empty if no policies were evaluated.
	Levels []Level `json:"levels,omitempty"`
	// ExpectedError is the error that apply would stop with.
	ExpectedError string `json:"expected_error,omitempty"`
	Fix           *Fix   `json:"fix,omitempty"`
	URL           string `json:"url,omitempty"`

	// Need is the need that was checked; nil for findings about other things, such
	// as waivers, and in a report that was read from a file.
	Need *need.Need `json:"-"`
}

// A Location is a place in the configuration.
type Location struct {
	// Address is empty if no block was found; File is then the file to start in.
	Address string `json:"address,omitempty"`
	// File is relative to the working directory, with forward slashes.
	File string `json:"file"`
	// Line counts from 1.
	Line int `json:"line"`
}

// A PermissionSet lists the permissions of a need by result.
type PermissionSet struct {
	Needed       []string `json:"needed"`
	Missing      []string `json:"missing,omitempty"`
	Undetermined []string `json:"undetermined,omitempty"`
}

// Evidence is an answer of Google Cloud that a finding depends on.
type Evidence struct {
	// Method is the API method, such as testIamPermissions.
	Method string `json:"method"`
	// Resource is a full resource name: the one that a binding or deny policy is
	// attached to, or the one that the request was about.
	Resource string `json:"resource,omitempty"`
	Detail   string `json:"detail,omitempty"`
}

// A Fix holds the commands to run or the Terraform to add so that the need is met.
type Fix struct {
	Commands  []string `json:"commands,omitempty"`
	Terraform string   `json:"terraform,omitempty"`
}

// Key returns a key of what a finding is about, regardless of its outcome: rule,
// principal, resource and API.
func (f Finding) Key() string {
	member := ""
	if f.Principal != nil {
		member = string(f.Principal.Kind) + " " + f.Principal.Member
	}
	return strings.Join([]string{f.Rule, f.Answers, member, f.Resource, f.Service, f.Attribute}, "\x00")
}

// mayChange reports whether the outcome may change by waiting. What the plan
// itself causes does not.
func (f Finding) mayChange() bool { return f.Need != nil && f.Answers == "" && f.Need.MayChange() }

// SortKey returns the key that the findings of a report are sorted by.
func SortKey(f Finding) string {
	member := ""
	if f.Principal != nil {
		member = f.Principal.Member
	}
	return strings.Join([]string{f.Rule, f.Resource, f.Service, member, strings.Join(f.Addresses, ",")}, "\x00")
}
