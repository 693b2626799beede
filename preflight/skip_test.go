package preflight_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/suppress"
)

const (
	noAccount   = "delete-account gke-nodes@acme-prod.iam.gserviceaccount.com"
	offAccount  = "disable-account gke-nodes@acme-prod.iam.gserviceaccount.com"
	noActAs     = "revoke organizations/100000000000 roles/iam.serviceAccountUser serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"
	noClusters  = "revoke organizations/100000000000 roles/container.clusterAdmin serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"
	noContainer = "disable-api acme-prod container.googleapis.com"
)

// TestLoweredCauseHidesNothing: a failure that is lowered, waived or known does
// not decide the result, so that nothing is skipped because of it. Each case has
// its control, in which the cause decides and is reported alone.
func TestLoweredCauseHidesNothing(t *testing.T) {
	lower := func(s need.Severity, ids ...string) func(*preflight.Options) {
		return func(o *preflight.Options) {
			o.Settings.Severities = map[string]need.Severity{}
			for _, id := range ids {
				o.Settings.Severities[id] = s
			}
		}
	}
	waived := func(ids ...string) func(*preflight.Options) {
		return func(o *preflight.Options) {
			for _, id := range ids {
				o.Waivers = append(o.Waivers, suppress.Waiver{Rule: id, Reason: "because", Where: "here"})
			}
		}
	}
	for name, tt := range map[string]struct {
		edits  []string
		change func(*preflight.Options)
		want   map[string]string // outcome and reason of rules
		result finding.Outcome
	}{
		"control: the account is disabled, and may not be used": {
			[]string{offAccount, noActAs}, lower("error"),
			map[string]string{"GP301": "fail", "GP203": "skipped: depends on GP301, which failed"}, finding.Fail,
		},
		"the account's rule is a warning": {
			[]string{offAccount, noActAs}, lower("warning", "GP301"),
			map[string]string{"GP301": "fail", "GP203": "fail"}, finding.Fail,
		},
		"the account's rule is a note": {
			[]string{offAccount, noActAs}, lower("note", "GP301"), map[string]string{"GP203": "fail"}, finding.Fail,
		},
		"it is waived": {
			[]string{offAccount, noActAs}, waived("GP301"), map[string]string{"GP301": "skipped: waived (here): because", "GP203": "fail"}, finding.Fail,
		},
		"control: it is waived and nothing else is wrong": {
			[]string{offAccount}, waived("GP301"), map[string]string{"GP203": "pass"}, finding.Pass,
		},
		"the cause of a cause is waived": {
			[]string{noContainer, agentOff}, waived("GP101"), map[string]string{"GP401": "fail", "GP402": "skipped: depends on GP401, which failed"}, finding.Fail,
		},
		"both are waived": {
			[]string{noContainer, agentOff}, waived("GP101", "GP401"), map[string]string{"GP402": "fail"}, finding.Pass,
		},
		"control: the cause of a cause fails": {
			[]string{noContainer, agentOff}, lower("error"),
			map[string]string{"GP101": "fail", "GP401": "skipped: depends on GP101, which failed", "GP402": "skipped: depends on GP101, which failed"}, finding.Fail,
		},
		"what depends on it is worse": {
			[]string{agentOff}, lower("error", "GP402"), map[string]string{"GP401": "fail", "GP402": "skipped: depends on GP401, which failed"}, finding.Fail,
		},
		"a warning hides an error at no threshold": {
			[]string{agentOff}, func(o *preflight.Options) {
				o.Settings.Severities = map[string]need.Severity{"GP401": need.Warning, "GP402": need.Error}
				o.FailOn = need.Warning
			}, map[string]string{"GP401": "fail", "GP402": "fail"}, finding.Fail,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := check(t, readPlan(t, "named-service-account"), newServer(t, tt.edits...), tt.change)
			if r.Result != tt.result {
				t.Errorf("the result is %s, want %s", r.Result, tt.result)
			}
			got := map[string]string{}
			for _, f := range r.Findings {
				if _, asked := tt.want[f.Rule]; asked {
					got[f.Rule] = outcomeOf(f)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func outcomeOf(f finding.Finding) string {
	if f.Outcome == finding.Skipped {
		return "skipped: " + f.Reason
	}
	return string(f.Outcome)
}

// TestSkippedBehindFailure: over all plans and many faults, whatever is skipped
// because of a failure names one that is reported, fails, and counts at every
// threshold at which the skipped finding would.
func TestSkippedBehindFailure(t *testing.T) {
	t.Parallel()
	for _, name := range plans(t) {
		for _, edits := range [][]string{{agentOff}, {noContainer}, {noAccount}, {offAccount, noActAs}, {noClusters}, {"disable-api acme-prod compute.googleapis.com"}} {
			r := check(t, readPlan(t, name), newServer(t, edits...))
			fails := map[string]need.Severity{}
			for _, f := range r.Findings {
				if f.Outcome == finding.Fail && f.Severity == need.Error {
					fails[f.Rule] = f.Severity
				}
			}
			for _, f := range r.Findings {
				cause, found := strings.CutPrefix(f.Reason, "depends on ")
				if strings.Contains(f.Reason, "the Kubernetes Engine API is disabled in project") {
					continue // Google said so in place of an answer
				}
				if f.Outcome == finding.Skipped && (!found || fails[cause[:strings.IndexByte(cause, ',')]] == "") {
					t.Errorf("%s, %s: %s is skipped: %s", name, edits, f.Rule, f.Reason)
				}
			}
		}
	}
}
