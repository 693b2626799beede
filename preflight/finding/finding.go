package finding

import (
	"strings"

	"gke-preflight/preflight/need"
)

// An Outcome is the answer to a need.
type Outcome string

// The outcomes.
const (
	// Pass: there is positive evidence that the need is met.
	Pass Outcome = "pass"
	// Fail: there is a complete view, and the need is not met.
	Fail Outcome = "fail"
	// Undetermined: it could not be found out; Reason says why.
	Undetermined Outcome = "undetermined"
	// Skipped: asking was pointless, because of another finding; Reason names it.
	Skipped Outcome = "skipped"
)

// A Finding is a need and the answer to it.
type Finding struct {
	// Plan is the source of the plan that the finding is about, in a report
	// that was merged from several; empty in that of one plan.
	Plan     string        `json:"plan,omitempty"`
	Rule     string        `json:"rule"`
	Name     string        `json:"name"`
	Title    string        `json:"title"`
	Outcome  Outcome       `json:"outcome"`
	Severity need.Severity `json:"severity"`
	// KnownAs is the outcome that a skipped finding has for a later baseline;
	// empty if that does not know the finding.
	KnownAs Outcome `json:"known_as,omitempty"`
	// Answers is the rule whose need the finding answers, where that is another:
	// what the plan itself takes away, or grants without anybody waiting.
	Answers   string   `json:"answers,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
	// Locations are where the addresses stand in the configuration, in their
	// order; empty where the configuration was not at hand.
	Locations []Location `json:"locations,omitempty"`
	Attribute string     `json:"attribute,omitempty"`
	// Principal is nil where the need is about no identity, such as an API.
	Principal *need.Principal `json:"principal,omitempty"`
	Resource  string          `json:"resource,omitempty"`
	Service   string          `json:"service,omitempty"`
	// Permissions is nil where the need is about no permission.
	Permissions *PermissionSet `json:"permissions,omitempty"`
	// PlannedBy are the addresses of the changes that will provide it in time.
	PlannedBy []string `json:"planned_by,omitempty"`
	// TakenAwayBy are the addresses of the changes that will take it away.
	TakenAwayBy []string `json:"taken_away_by,omitempty"`
	// Message is one sentence: who lacks or has what, where.
	Message string `json:"message,omitempty"`
	// Reason says how it is known, or why it could not be found out and what
	// would have helped.
	Reason   string     `json:"reason,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
	// Levels are what the policies of the resource itself and of all above it
	// say, in that order; empty where no policies were evaluated.
	Levels []Level `json:"levels,omitempty"`
	// ExpectedError is what apply would have stopped with.
	ExpectedError string `json:"expected_error,omitempty"`
	Fix           *Fix   `json:"fix,omitempty"`
	URL           string `json:"url,omitempty"`

	// Need is the need that the finding answers; nil for findings about no need,
	// such as those about waivers, and in a report that was read from a file.
	Need *need.Need `json:"-"`
}

// A Location is where an address stands in the configuration.
type Location struct {
	// Address is empty where no block was found, and File is where to begin.
	Address string `json:"address,omitempty"`
	// File is relative to the working directory, with forward slashes.
	File string `json:"file"`
	// Line counts from 1.
	Line int `json:"line"`
}

// A PermissionSet divides the permissions of a need by what was found.
type PermissionSet struct {
	Needed       []string `json:"needed"`
	Missing      []string `json:"missing,omitempty"`
	Undetermined []string `json:"undetermined,omitempty"`
}

// Evidence is one answer of Google Cloud that a finding rests on.
type Evidence struct {
	// Method is how it was asked, such as testIamPermissions.
	Method string `json:"method"`
	// Resource is the full resource name that the answer is about: of a binding
	// or a deny policy the one it is attached to, else the one asked about.
	Resource string `json:"resource,omitempty"`
	Detail   string `json:"detail,omitempty"`
}

// A Fix is what to run or to write so that the need is met.
type Fix struct {
	Commands  []string `json:"commands,omitempty"`
	Terraform string   `json:"terraform,omitempty"`
}

// Key names what a finding is about, whatever was found: rule, principal,
// resource and API.
func (f Finding) Key() string {
	member := ""
	if f.Principal != nil {
		member = string(f.Principal.Kind) + " " + f.Principal.Member
	}
	return strings.Join([]string{f.Rule, f.Answers, member, f.Resource, f.Service, f.Attribute}, "\x00")
}

// mayChange reports whether the outcome may change by waiting. What the plan does to
// itself stays as it is.
func (f Finding) mayChange() bool { return f.Need != nil && f.Answers == "" && f.Need.MayChange() }

func SortKey(f Finding) string {
	member := ""
	if f.Principal != nil {
		member = f.Principal.Member
	}
	return strings.Join([]string{f.Rule, f.Resource, f.Service, member, strings.Join(f.Addresses, ",")}, "\x00")
}
