package judge_test

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/judge"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/rules"
)

// maxRounds bounds how many rounds of questions a plan takes.
const maxRounds = 15

// fuzzedPlans are the plans of fixtures/plans that are judged by random facts.
func fuzzedPlans() []string {
	return []string{"minimal", "self-harm", "features", "existing", "shared-vpc", "impersonation", "new-project", "grant-race", "cmek", "fleet", "kubernetes-provider", "traps/deny-update", "traps/sa-replaced", "traps/role-replaced", "traps/member-unknown"}
}

// FuzzJudge answers the questions about a plan at random, as far as Google Cloud can
// be that odd, until nothing is missing, and checks what holds of any facts.
func FuzzJudge(f *testing.F) {
	for i := range fuzzedPlans() {
		f.Add(uint(i), uint64(i))
	}
	// A permission that is both missing and undetermined, and verdicts without a reason.
	f.Add(uint(0), uint64(8))
	f.Add(uint(1), uint64(36))
	f.Add(uint(6), uint64(32))
	f.Fuzz(func(t *testing.T, which uint, seed uint64) {
		names := fuzzedPlans()
		c := fuzzedCase(t, names[which%uint(len(names))], seed)
		w := &oddCloud{seed: seed, members: membersOf(c.Needs), permissions: permissionsOf(c.Needs)}
		known := answerAll(t, c, w)
		results := judgeFinally(t, c, known)
		findings := checkFindings(t, c.Needs, results)
		for _, failOn := range []need.Severity{need.Error, need.Warning, need.Note} {
			checkSkipped(t, findings, failOn)
		}
	})
}

// fuzzedCase returns the case of a plan, with inputs that depend on a seed.
func fuzzedCase(t *testing.T, name string, seed uint64) *judge.Case {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../fixtures/plans", name, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Read(bytes.NewReader(data), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	needs, err := rules.Needs(t.Context(), p, rules.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return judge.NewCase(judge.Case{
		Plan: p, Needs: needs, Now: now, Table: iam.Predefined(),
		Impersonation: seed%2 == 0, Troubleshooter: seed%3 == 0, Impersonates: seed%5 == 0, HasProgram: map[string]bool{},
	})
}

// answerAll answers what is missing, round by round. A need is done if and only if
// nothing is missing for it, and nothing is missing that has an answer.
func answerAll(t *testing.T, c *judge.Case, w *oddCloud) answers {
	t.Helper()
	known := answers{}
	for range maxRounds {
		r := c.Round(facts.New(known))
		results, missing := r.Judge(c.Needs)
		for i, n := range c.Needs {
			_, own := r.Judge([]need.Need{n})
			if results[i].Done != (len(own) == 0) {
				t.Errorf("%s: done: %t, with %d questions missing", n.Rule, results[i].Done, len(own))
			}
		}
		_, more := r.Describe()
		all := r.Questions(append(missing, more...))
		before := maps.Clone(known)
		for _, q := range all {
			known[q] = w.answer(q)
		}
		for _, q := range missing {
			if _, asked := before[q]; asked {
				t.Fatalf("asks again: %+v", q)
			}
			if !slices.Contains(all, q) {
				t.Fatalf("is missing, and not asked: %+v", q)
			}
		}
		if len(missing)+len(more) == 0 {
			return before
		}
	}
	t.Fatalf("still asks after %d rounds", maxRounds)
	return nil
}

// judgeFinally judges all needs by all facts: together, in the other order, and each
// alone.
func judgeFinally(t *testing.T, c *judge.Case, known answers) []judge.Result {
	t.Helper()
	results, _ := c.Round(facts.New(known)).Judge(c.Needs)
	reversed := *c
	reversed.Needs = slices.Clone(c.Needs)
	slices.Reverse(reversed.Needs)
	others, _ := judge.NewCase(reversed).Round(facts.New(known)).Judge(reversed.Needs)
	slices.Reverse(others)
	r := c.Round(facts.New(known))
	for i, n := range c.Needs {
		alone, _ := r.Judge([]need.Need{n})
		if diff := gocmp.Diff(results[i], alone[0]); diff != "" {
			t.Errorf("%s: judged alone (-together +alone):\n%s", n.Rule, diff)
		}
		if diff := gocmp.Diff(results[i], others[i]); diff != "" {
			t.Errorf("%s: needs in another order (-in order +reversed):\n%s", n.Rule, diff)
		}
	}
	return results
}

// checkFindings checks what holds of every finding, and returns those to report.
func checkFindings(t *testing.T, needs []need.Need, results []judge.Result) []finding.Finding {
	t.Helper()
	var out []finding.Finding
	for i, r := range results {
		if !r.Done {
			t.Errorf("%s: not done when nothing is missing", needs[i].Rule)
		}
		if r.Dropped || !r.Done {
			continue
		}
		f := judge.Explain(r.Need, r.Verdict)
		for _, wrong := range faultsOf(f) {
			t.Errorf("%s %s: %s\nmessage: %s\nreason: %s", f.Rule, f.Outcome, wrong, f.Message, f.Reason)
		}
		out = append(out, f)
	}
	return out
}

// faultsOf returns what a finding must not be.
func faultsOf(f finding.Finding) []string {
	var out []string
	add := func(wrong bool, format string, args ...any) {
		if wrong {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	failed := f.Outcome == finding.Fail
	add(!slices.Contains([]finding.Outcome{finding.Pass, finding.Fail, finding.Undetermined, finding.Skipped}, f.Outcome), "no outcome")
	add(!failed && (f.ExpectedError != "" || f.Fix != nil), "only a failure has an expected error or a fix")
	add((failed || f.Outcome == finding.Pass) && f.Message == "", "no message")
	add(!failed && f.Outcome != finding.Pass && f.Reason == "", "no reason")
	add(!failed && f.Outcome != finding.Pass && f.Message != "", "a message that is no verdict")
	add(!failed && f.Answers != "", "only a failure is one of the plan against itself")
	add(strings.Contains(f.Message+f.Reason, "%!"), "a template that its arguments do not fill")
	if p := f.Permissions; p != nil {
		add(f.Outcome == finding.Pass && len(p.Missing)+len(p.Undetermined) > 0, "passes, and is missing %v and %v", p.Missing, p.Undetermined)
		add(failed && f.Answers == "" && len(p.Missing) == 0, "fails, and nothing is missing")
		add(f.Outcome == finding.Undetermined && len(p.Undetermined) == 0, "undetermined, and no permission is")
		add(f.Outcome == finding.Undetermined && len(p.Missing) > 0, "undetermined, and is missing %v", p.Missing)
		for _, permission := range slices.Concat(p.Missing, p.Undetermined) {
			add(!slices.Contains(p.Needed, permission), "%s is not needed", permission)
			add(slices.Contains(p.Missing, permission) && slices.Contains(p.Undetermined, permission), "%s is missing and undetermined", permission)
		}
	}
	return out
}

// checkSkipped checks that hiding what depends on a failure does not change the
// result at the threshold or any other, and that it does not depend on the order.
func checkSkipped(t *testing.T, findings []finding.Finding, failOn need.Severity) {
	t.Helper()
	shown := judge.SkipDependents(findings, requirements(), failOn)
	for _, threshold := range []need.Severity{need.Error, need.Warning, need.Note} {
		if fails(findings, threshold) != fails(shown, threshold) {
			t.Errorf("fail on %s: failures at %s: %t before, %t after", failOn, threshold, fails(findings, threshold), fails(shown, threshold))
		}
	}
	for _, f := range shown {
		if f.Outcome != finding.Skipped || !strings.HasPrefix(f.Reason, "depends on ") {
			continue
		}
		if !slices.ContainsFunc(shown, func(root finding.Finding) bool {
			return root.Outcome == finding.Fail && strings.Contains(f.Reason, root.Rule) &&
				need.Rank(root.Severity) >= max(need.Rank(f.Severity), need.Rank(failOn))
		}) {
			t.Errorf("%s (%s) is skipped, and no failure as severe is shown: %s", f.Rule, f.Severity, f.Reason)
		}
	}
	reversed := slices.Clone(findings)
	slices.Reverse(reversed)
	again := judge.SkipDependents(reversed, requirements(), failOn)
	slices.Reverse(again)
	outcomes := func(all []finding.Finding) (out []string) {
		for _, f := range all {
			out = append(out, f.Key()+" "+string(f.Outcome))
		}
		return out
	}
	if diff := gocmp.Diff(outcomes(shown), outcomes(again)); diff != "" {
		t.Errorf("findings in another order are skipped in another way (-in order +reversed):\n%s", diff)
	}
}

// fails reports whether a failure counts at a threshold.
func fails(findings []finding.Finding, threshold need.Severity) bool {
	return slices.ContainsFunc(findings, func(f finding.Finding) bool {
		return f.Outcome == finding.Fail && need.Rank(f.Severity) >= need.Rank(threshold)
	})
}

func requirements() map[string][]string {
	out := map[string][]string{}
	for _, r := range rules.All() {
		out[r.ID] = r.Requires
	}
	return out
}

func membersOf(needs []need.Need) []string {
	out := []string{"allUsers", "group:g@acme.example", "domain:acme.example", "user:a@acme.example", "projectOwner:acme-prod"}
	for _, n := range needs {
		if n.Principal.Member != "" && !slices.Contains(out, n.Principal.Member) {
			out = append(out, n.Principal.Member)
		}
	}
	return out
}

func permissionsOf(needs []need.Need) []string {
	var out []string
	for _, n := range needs {
		for _, p := range n.Permissions {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return append(out, "a.b.get")
}

// An oddCloud answers each question at random, and the same question always in the
// same way.
type oddCloud struct {
	seed                 uint64
	members, permissions []string
}

// dice returns random numbers that depend on a seed and on what they are for.
func (w *oddCloud) dice(of ...any) *rand.Rand {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, of...)
	return rand.New(rand.NewPCG(w.seed, h.Sum64()))
}

func pick[E any](r *rand.Rand, list ...E) E { return list[r.IntN(len(list))] }

// answer answers a question. All questions that one request answers fail together.
func (w *oddCloud) answer(q facts.Question) facts.Answer {
	ofRequest := w.dice(q)
	if q.Kind == facts.KindPermission || q.Kind == facts.KindService {
		ofRequest = w.dice(q.Kind, q.As, q.On)
	}
	if ofRequest.IntN(6) == 0 {
		return facts.Answer{Value: w.value(w.dice(q), facts.Question{Kind: "nothing"}), Err: pick(ofRequest, forbidden, forbidden, notFound, noAnswer, usedUp, expired, gkeDisabled).Err}
	}
	return facts.Answer{Value: w.value(w.dice(q), q)}
}

// numberOf returns the number that a project has in an odd cloud.
func numberOf(project string) string {
	if strings.Trim(project, "0123456789") == "" {
		return project
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(project))
	return fmt.Sprint(100000000000 + uint64(h.Sum32()))
}

// value returns a value for a question about identities and policies.
func (w *oddCloud) value(r *rand.Rand, q facts.Question) any {
	switch q.Kind {
	case facts.KindIdentity:
		return facts.Identity{Email: pick(r, "", "a@acme.example", "terraform@acme-prod.iam.gserviceaccount.com")}
	case facts.KindProject:
		return facts.Project{ID: q.On, Number: numberOf(q.On), State: "ACTIVE"}
	case facts.KindAncestors:
		return pick(r, []string{"projects/" + q.On}, []string{"projects/" + q.On, folderName, orgName}, []string{"projects/" + q.On, orgName})
	case facts.KindAllowPolicy:
		return w.policy(r)
	case facts.KindDenyPolicies:
		return pick(r, nil, nil, []string{"d"}, []string{"d", "e"})
	case facts.KindDenyRules:
		return w.denyRules(r, q.Item)
	case facts.KindRole:
		return iam.Role{Permissions: w.some(r, w.permissions), Stage: pick(r, "GA", "GA", "DISABLED"), Deleted: r.IntN(8) == 0}
	case facts.KindPermission:
		return pick(r, facts.Granted, facts.Granted, facts.Missing, facts.Untestable)
	case facts.KindAccess:
		return pick(r, facts.CanAccess, facts.CannotAccess, "UNKNOWN_INFO")
	}
	return w.state(r, q)
}

// state returns a value for a question about a resource.
func (w *oddCloud) state(r *rand.Rand, q facts.Question) any {
	switch q.Kind {
	case facts.KindService:
		return facts.Service{State: pick(r, facts.ServiceEnabled, facts.ServiceEnabled, facts.ServiceDisabled, ""), ProjectNumber: numberOf(q.On)}
	case facts.KindAccount:
		return facts.ServiceAccount{Email: q.Item, UniqueID: "123456789012345678901", ProjectID: q.On, Disabled: r.IntN(4) == 0}
	case facts.KindHostProject:
		return pick(r, "", "acme-host", "acme-other")
	case facts.KindKey:
		return facts.Key{Purpose: pick(r, "ENCRYPT_DECRYPT", "ENCRYPT_DECRYPT", "ASYMMETRIC_SIGN"), State: pick(r, "ENABLED", "ENABLED", "DISABLED", ""), Primary: pick(r, "", "1")}
	case facts.KindConstraint:
		return r.IntN(2) == 0
	case facts.KindCluster:
		return w.cluster(r)
	case facts.KindClusters:
		return map[string]facts.Cluster{"projects/" + q.On + "/locations/europe-west1/clusters/main": w.cluster(r)}
	case facts.KindOperations:
		return []facts.Operation{{Name: "operation-1", Type: "UPGRADE_MASTER", Status: pick(r, "RUNNING", "DONE"), Target: "projects/1/locations/europe-west1/clusters/" + pick(r, "main", "updated")}}
	case facts.KindTagParent:
		return pick(r, "tagKeys/1", "organizations/1", "projects/acme-prod")
	}
	return nil
}

func (w *oddCloud) cluster(r *rand.Rand) facts.Cluster {
	c := facts.Cluster{Name: "main", Location: "europe-west1", Status: pick(r, "RUNNING", "RECONCILING", "ERROR", "STOPPING")}
	c.NetworkConfig.Network = pick(r, "", "projects/acme-prod/global/networks/default", "projects/acme-host/global/networks/shared")
	c.NetworkConfig.Subnetwork = pick(r, "", "projects/acme-host/regions/europe-west1/subnetworks/gke")
	if r.IntN(2) == 0 {
		c.Conditions = []facts.StatusCondition{{Code: pick(r, "CA_EXPIRING", "GKE_SERVICE_ACCOUNT_DELETED", "NEW"), Message: "m"}}
		c.NodePools = []facts.NodePool{{Name: "workers", StatusMessage: pick(r, "", "requires recreation")}}
	}
	return c
}

func (w *oddCloud) policy(r *rand.Rand) *iam.Policy {
	p := &iam.Policy{}
	for range r.IntN(6) {
		b := binding(pick(r, "roles/editor", "roles/owner", "roles/container.serviceAgent", "roles/container.defaultNodeServiceAccount", "organizations/1/roles/x", "roles/unheard.of"), w.some(r, w.members)...)
		if r.IntN(3) == 0 {
			b = only(pick(r, "true", "false", `request.time < timestamp("2026-11-24T12:30:00Z")`, `resource.type == "container.googleapis.com/Cluster"`, "hasMoon()"), b)
		}
		p.Bindings = append(p.Bindings, b)
	}
	return p
}

func (w *oddCloud) denyRules(r *rand.Rand, id string) []iam.DenyRule {
	rule := iam.DenyRule{Policy: id, Denied: []string{pick(r, "principalSet://goog/public:all", "principalSet://goog/group/g@acme.example")}}
	for _, p := range w.some(r, w.permissions) {
		rule.Permissions = append(rule.Permissions, iam.DenyPermission(p))
	}
	return []iam.DenyRule{rule}
}

// some returns some elements of a list.
func (w *oddCloud) some(r *rand.Rand, list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(string) bool { return r.IntN(3) > 0 })
}
