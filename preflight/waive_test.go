package preflight_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/report"
	"gke-preflight/preflight/suppress"
)

const agentOff = "revoke projects/acme-prod roles/container.serviceAgent serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"

// TestWaivers: what is waived does not decide, until the day; and nothing else
// is waived with it.
func TestWaivers(t *testing.T) {
	tomorrow, yesterday := noon().AddDate(0, 0, 1), noon().AddDate(0, 0, -1)
	for name, tt := range map[string]struct {
		waiver suppress.Waiver
		result finding.Outcome
		said   string // of GP805
	}{
		"of the rule":               {suppress.Waiver{Rule: "GP401"}, finding.Pass, ""},
		"until tomorrow":            {suppress.Waiver{Rule: "GP401", Expires: tomorrow}, finding.Pass, ""},
		"until yesterday":           {suppress.Waiver{Rule: "GP401", Expires: yesterday}, finding.Fail, "warning: the waiver of GP401 at here expired on 2026-11-22: because"},
		"of another rule":           {suppress.Waiver{Rule: "GP404"}, finding.Fail, "note: the waiver of GP404 at here is not needed: nothing that it covers fails"},
		"of the address":            {suppress.Waiver{Rule: "GP401", Address: "google_container_cluster.*"}, finding.Pass, ""},
		"of another address":        {suppress.Waiver{Rule: "GP401", Address: "module.*"}, finding.Fail, "note: the waiver of GP401 at here is not needed: nothing that it covers fails"},
		"of the principal":          {suppress.Waiver{Rule: "GP401", Principal: "serviceAccount:*@container-engine-robot.iam.gserviceaccount.com"}, finding.Pass, ""},
		"of another principal":      {suppress.Waiver{Rule: "GP401", Principal: "user:*"}, finding.Fail, "note: the waiver of GP401 at here is not needed: nothing that it covers fails"},
		"of half of the address":    {suppress.Waiver{Rule: "GP401", Address: "google_container_cluster"}, finding.Fail, "note: the waiver of GP401 at here is not needed: nothing that it covers fails"},
		"of all, by several stars":  {suppress.Waiver{Rule: "GP401", Address: "*container*ma*n"}, finding.Pass, ""},
		"of what is not in between": {suppress.Waiver{Rule: "GP401", Address: "google*x*main"}, finding.Fail, "note: the waiver of GP401 at here is not needed: nothing that it covers fails"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.waiver.Reason, tt.waiver.Where = "because", "here"
			r := check(t, readPlan(t, "minimal"), newServer(t, agentOff), func(o *preflight.Options) { o.Waivers = []suppress.Waiver{tt.waiver} })
			if r.Result != tt.result {
				t.Errorf("the result is %s, want %s", r.Result, tt.result)
			}
			said := ""
			for _, f := range r.Findings {
				if f.Rule == need.RuleWaivers {
					said = string(f.Severity) + ": " + f.Message
				}
				if f.Rule == "GP401" && tt.result == finding.Pass && (f.Outcome != finding.Skipped || !strings.HasSuffix(f.Reason, "(here): because")) {
					t.Errorf("GP401 is %s: %s", f.Outcome, f.Reason)
				}
			}
			if diff := cmp.Diff(tt.said, said); diff != "" {
				t.Errorf("said of the waiver (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBaseline: what was found before does not decide, what is new or worse
// does.
func TestBaseline(t *testing.T) {
	plain := func(edits ...string) *finding.Report {
		return check(t, readPlan(t, "minimal"), newServer(t, edits...))
	}
	const noDefault = "disable-account 111111111111-compute@developer.gserviceaccount.com"
	const unread = "token deployer-token blind@acme-ci.iam.gserviceaccount.com"
	for name, tt := range map[string]struct {
		before, now []string
		want        finding.Outcome
	}{
		"the same":              {[]string{agentOff}, []string{agentOff}, finding.Pass},
		"nothing any more":      {[]string{agentOff}, nil, finding.Pass},
		"a new one":             {nil, []string{agentOff}, finding.Fail},
		"another beside it":     {[]string{agentOff}, []string{agentOff, "disable-account 111111111111-compute@developer.gserviceaccount.com"}, finding.Fail},
		"now nobody can tell":   {nil, []string{unread}, finding.Undetermined},
		"nobody could tell too": {[]string{unread}, []string{unread}, finding.Pass},
		"it has been found out": {[]string{unread}, []string{agentOff}, finding.Fail},
		"what depends on the known fails by itself": {[]string{noDefault}, []string{noDefault, noActAs}, finding.Fail},
		"and was skipped before, so nobody knew":    {[]string{noDefault, noActAs}, []string{noDefault, noActAs}, finding.Fail},
	} {
		t.Run(name, func(t *testing.T) {
			b := suppress.NewBaseline("before.json", plain(tt.before...))
			r := check(t, readPlan(t, "minimal"), newServer(t, tt.now...), func(o *preflight.Options) { o.Baseline = b })
			if r.Result != tt.want {
				t.Errorf("the result is %s, want %s", r.Result, tt.want)
			}
		})
	}
}

// TestBaselineOfItself: a report is a baseline of itself, also where the plan
// marks values as sensitive; and what a baseline knew, the next one knows too.
func TestBaselineOfItself(t *testing.T) {
	const nodes = "gke-nodes@acme-prod.iam.gserviceaccount.com"
	for name, data := range map[string][]byte{
		"plain": readPlan(t, "named-service-account"), "sensitive": mark(t, readPlan(t, "named-service-account")),
	} {
		for _, edit := range []string{
			"delete-account " + nodes, "disable-account " + nodes, agentOff,
			"revoke projects/acme-prod roles/container.defaultNodeServiceAccount serviceAccount:" + nodes,
		} {
			before := saved(t, check(t, data, newServer(t, edit)))
			if before.Summary.Fail == 0 {
				t.Fatalf("%s, %s: nothing fails", name, edit)
			}
			against := func(r *finding.Report) *finding.Report {
				return check(t, data, newServer(t, edit), func(o *preflight.Options) { o.Baseline = suppress.NewBaseline("before.json", r) })
			}
			after := against(before)
			if after.Result != finding.Pass {
				t.Errorf("%s, %s: the result is %s against its own report", name, edit, after.Result)
			}
			if again := against(saved(t, after)); again.Result != finding.Pass {
				t.Errorf("%s, %s: the result is %s against a report that had a baseline", name, edit, again.Result)
			}
		}
	}
}

// saved is a report as it comes back from JSON.
func saved(t *testing.T, r *finding.Report) *finding.Report {
	t.Helper()
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	out, err := report.ReadJSON(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPrevious: only what is open is asked again, the rest stays, and the
// report is as if all of it had been asked.
func TestPrevious(t *testing.T) {
	t.Parallel()
	for _, name := range plans(t) {
		before := check(t, readPlan(t, name), newServer(t, agentOff, "disable-api acme-prod logging.googleapis.com"))
		server := newServer(t)
		after := check(t, readPlan(t, name), server, func(o *preflight.Options) { o.Previous = before })
		whole := newServer(t)
		want := check(t, readPlan(t, name), whole)
		if diff := cmp.Diff(outcomesOf(want), outcomesOf(after)); diff != "" {
			t.Errorf("%s (-full check +repeated check):\n%s", name, diff)
		}
		if len(server.Calls()) > len(whole.Calls()) {
			t.Errorf("%s: %d requests for the repeated check, %d for a full one", name, len(server.Calls()), len(whole.Calls()))
		}
	}
}

func outcomesOf(r *finding.Report) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, strings.Join(append([]string{f.Rule, string(f.Outcome), f.Resource, f.Service, f.Message}, f.Addresses...), " "))
	}
	return out
}

// TestMayChange: waiting helps a grant that was made a minute ago, and no
// cluster that is protected.
func TestMayChange(t *testing.T) {
	if r := check(t, readPlan(t, "minimal"), newServer(t, agentOff)); !r.MayChange(need.Error) {
		t.Error("a grant that is missing may come")
	}
	if r := check(t, readPlan(t, "existing"), newServer(t), only("GP904")); r.Result != finding.Fail || r.MayChange(need.Error) {
		t.Errorf("%s: what the plan says does not change by waiting", r.Result)
	}
	if r := check(t, readPlan(t, "self-harm"), newServer(t), only("GP401")); r.Result != finding.Fail || r.MayChange(need.Error) {
		t.Errorf("%s: what the plan takes away does not come back by waiting", r.Result)
	}
}

func only(ids ...string) func(*preflight.Options) {
	return func(o *preflight.Options) { o.Only = ids }
}
