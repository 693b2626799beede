package judge_test

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/judge"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// now is the time of every check.
var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// Names that the tests use. The project acme-prod is in a folder of an
// organization.
const (
	project      = "acme-prod"
	number       = "111111111111"
	projectName  = "projects/acme-prod"
	folderName   = "folders/4"
	orgName      = "organizations/1"
	projectFull  = "//cloudresourcemanager.googleapis.com/projects/acme-prod"
	clusterName  = "projects/acme-prod/locations/europe-west1/clusters/main"
	clusterFull  = "//container.googleapis.com/" + clusterName
	nodes        = "serviceAccount:nodes@acme-prod.iam.gserviceaccount.com"
	deployer     = "serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"
	gkeAgent     = "serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"
	writeLogs    = "logging.logEntries.create"
	writeMetrics = "monitoring.timeSeries.create"
	logWriter    = "roles/logging.logWriter"
	makeClusters = "container.clusters.create"
)

// answers are what Google Cloud says.
type answers = map[facts.Question]facts.Answer

// about returns a question that the ambient credentials ask.
func about(kind facts.Kind, on string, item ...string) facts.Question {
	return facts.Question{Kind: kind, On: on, Item: strings.Join(item, "")}
}

// is returns an answer with a value.
func is(value any) facts.Answer { return facts.Answer{Value: value} }

// Answers without a value.
var (
	forbidden   = facts.Answer{Err: &facts.Error{Code: 403, Status: "PERMISSION_DENIED", Message: "Permission denied"}}
	notFound    = facts.Answer{Err: &facts.Error{Code: 404, Status: "NOT_FOUND", Message: "Not found"}}
	noAnswer    = facts.Answer{Err: &facts.Error{Err: context.DeadlineExceeded}}
	usedUp      = facts.Answer{Err: &facts.Error{Err: &facts.QuotaError{API: "Service Usage API", PerMinute: 240}}}
	expired     = facts.Answer{Err: &facts.Error{Code: 401, Status: "UNAUTHENTICATED", Message: "Invalid credentials"}}
	gkeDisabled = facts.Answer{Err: &facts.Error{
		Code: 403, Status: "PERMISSION_DENIED", Reason: "SERVICE_DISABLED", Message: "Kubernetes Engine API has not been used",
		Metadata: map[string]string{"service": "container.googleapis.com", "consumer": "projects/" + number},
	}}
)

// policy returns an allow policy with some bindings.
func policy(bindings ...iam.Binding) facts.Answer { return is(&iam.Policy{Bindings: bindings}) }

// binding returns a binding without a condition.
func binding(role string, members ...string) iam.Binding {
	return iam.Binding{Role: role, Members: members}
}

// only returns a binding with a condition.
func only(expression string, b iam.Binding) iam.Binding {
	b.Condition = &iam.Condition{Expression: expression}
	return b
}

// readable are the answers about acme-prod to somebody who may read all its
// policies: nobody has a role, and nothing is denied.
func readable() answers {
	known := answers{
		about(facts.KindProject, project):   is(facts.Project{ID: project, Number: number, Parent: folderName, State: "ACTIVE"}),
		about(facts.KindAncestors, project): is([]string{projectName, folderName, orgName}),
	}
	for _, name := range []string{projectName, folderName, orgName} {
		known[about(facts.KindAllowPolicy, name)] = policy()
		known[about(facts.KindDenyPolicies, name)] = is([]string(nil))
	}
	return known
}

// with returns answers in which some are replaced or added.
func with(known, more answers) answers {
	out := maps.Clone(known)
	maps.Copy(out, more)
	return out
}

// A change is a resource change of a plan, as JSON of Terraform.
type change struct {
	address   string
	actions   []string
	before    string // JSON; empty for null
	after     string // JSON; empty for null
	unknown   string // JSON of after_unknown; empty for none
	dependsOn []string
	// refersTo are references of an expression, such as local.grant.
	refersTo []string
}

func created(address, after string, dependsOn ...string) change {
	return change{address: address, actions: []string{"create"}, after: after, dependsOn: dependsOn}
}

func destroyed(address, before string) change {
	return change{address: address, actions: []string{"delete"}, before: before}
}

// mainCluster is the cluster that the tests create.
func mainCluster(dependsOn ...string) change {
	return created("google_container_cluster.main", `{"project": "acme-prod", "location": "europe-west1", "name": "main"}`, dependsOn...)
}

// planOf returns the plan that makes some changes.
func planOf(t testing.TB, changes ...change) *plan.Plan {
	t.Helper()
	type object = map[string]any
	raw := func(s string) json.RawMessage { return json.RawMessage(cmp.Or(s, "null")) }
	resourceChanges, resources := []object{}, []object{}
	for _, c := range changes {
		typ, name, _ := strings.Cut(c.address, ".")
		resourceChanges = append(resourceChanges, object{
			"address": c.address, "mode": "managed", "type": typ, "name": name, "provider_name": "registry.terraform.io/hashicorp/google",
			"change": object{"actions": c.actions, "before": raw(c.before), "after": raw(c.after), "after_unknown": raw(cmp.Or(c.unknown, "{}"))},
		})
		block := object{"address": c.address, "mode": "managed", "type": typ, "name": name, "provider_config_key": "google"}
		if len(c.dependsOn) > 0 {
			block["depends_on"] = c.dependsOn
		}
		block["expressions"] = expressions(t, c)
		resources = append(resources, block)
	}
	data, err := json.Marshal(object{
		"format_version": "1.2", "terraform_version": "1.13.0", "resource_changes": resourceChanges,
		"configuration": object{"provider_config": object{"google": object{"name": "google", "full_name": "registry.terraform.io/hashicorp/google"}}, "root_module": object{"resources": resources}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Read(strings.NewReader(string(data)), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// expressions returns the expressions in the configuration of a change. What is not
// known before apply comes from another resource.
func expressions(t testing.TB, c change) map[string]any {
	t.Helper()
	out := map[string]any{}
	if len(c.refersTo) > 0 {
		out["description"] = map[string]any{"references": c.refersTo}
	}
	var unknown map[string]any
	if err := json.Unmarshal([]byte(cmp.Or(c.unknown, "{}")), &unknown); err != nil {
		t.Fatal(err)
	}
	for attribute := range unknown {
		out[attribute] = map[string]any{"references": []string{"random_id.x.hex", "random_id.x"}}
	}
	return out
}

// A scenario is a need, what is known, and the verdict that follows.
type scenario struct {
	name string
	need need.Need
	plan []change
	// of holds the inputs besides the plan, the need and the time.
	of    judge.Case
	facts answers
	want  verdict
}

// A verdict is what a test expects of a judge.Verdict.
type verdict struct {
	outcome finding.Outcome
	// code is that of the message, or else of the reason.
	code judge.Code
	// rule is the rule of the plan against itself; empty for none.
	rule string
	// severity is empty if it is that of the need.
	severity need.Severity
	// who is the member of the principal.
	who                  string
	missing, unsure      []string
	plannedBy, removedBy []string
	// levels are what the policies say, in the order of the policy hierarchy, such as
	// "projects/acme-prod grants".
	levels []string
}

// verdictOf returns the parts of a result that tests compare.
func verdictOf(n need.Need, v judge.Verdict) verdict {
	out := verdict{
		outcome: v.Outcome, code: cmp.Or(v.Message.Code, v.Reason.Code), rule: v.Rule,
		plannedBy: v.PlannedBy, removedBy: v.RemovedBy,
	}
	if v.Severity != n.Severity {
		out.severity = v.Severity
	}
	if v.Principal != nil {
		out.who = v.Principal.Member
	}
	if v.Permissions != nil {
		out.missing, out.unsure = v.Permissions.Missing, v.Permissions.Undetermined
	}
	for _, l := range v.Levels {
		name := strings.TrimPrefix(l.Resource, "//cloudresourcemanager.googleapis.com/")
		out.levels = append(out.levels, strings.TrimSpace(name+" "+string(l.Says)))
	}
	return out
}

// caseWith returns the inputs of a case with several needs.
func caseWith(needs ...need.Need) judge.Case { return judge.Case{Needs: needs} }

// caseOf returns the case of a scenario.
func caseOf(t testing.TB, s scenario) *judge.Case {
	t.Helper()
	c := s.of
	c.Plan, c.Now, c.Table = planOf(t, s.plan...), now, iam.Predefined()
	if c.Needs == nil && s.need.Kind != "" {
		c.Needs = []need.Need{s.need}
	}
	return judge.NewCase(c)
}

// judgeOne judges a need by some facts.
func judgeOne(c *judge.Case, n need.Need, known answers) (judge.Result, []facts.Question) {
	results, missing := c.Round(facts.New(known)).Judge([]need.Need{n})
	return results[0], missing
}

// gatherOne judges a need step by step: first without any fact, then each time
// with the answers to the questions that were missing.
func gatherOne(t testing.TB, c *judge.Case, n need.Need, all answers) judge.Result {
	t.Helper()
	known := answers{}
	for {
		before := maps.Clone(known)
		r, missing := judgeOne(c, n, known)
		if r.Done != (len(missing) == 0) {
			t.Fatalf("done: %t, with %d questions missing", r.Done, len(missing))
		}
		if r.Done {
			return r
		}
		for _, q := range missing {
			if _, asked := before[q]; asked {
				t.Fatalf("asks again: %+v", q)
			}
			answer, stated := all[q]
			if !stated {
				t.Fatalf("needs a fact that the test does not state: %+v", q)
			}
			known[q] = answer
		}
	}
}

// checkVerdicts judges scenarios: by all facts at once, again, and step by step.
func checkVerdicts(t *testing.T, scenarios []scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			c := caseOf(t, s)
			got, missing := judgeOne(c, s.need, s.facts)
			if !got.Done {
				t.Fatalf("facts are missing: %+v", missing)
			}
			if diff := gocmp.Diff(s.want, verdictOf(s.need, got.Verdict), gocmp.AllowUnexported(verdict{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("verdict (-want +got):\n%s\nmessage: %s\nreason: %s", diff, got.Verdict.Message, got.Verdict.Reason)
			}
			again, _ := judgeOne(c, s.need, s.facts)
			if diff := gocmp.Diff(got, again); diff != "" {
				t.Errorf("judged twice (-first +second):\n%s", diff)
			}
			if diff := gocmp.Diff(got, gatherOne(t, c, s.need, s.facts)); diff != "" {
				t.Errorf("judged step by step (-at once +step by step):\n%s", diff)
			}
			checkMissing(t, c, s)
		})
	}
}

// checkMissing checks for each fact that without it, either nothing changes or exactly
// this one is missing.
func checkMissing(t *testing.T, c *judge.Case, s scenario) {
	t.Helper()
	all, _ := judgeOne(c, s.need, s.facts)
	for _, q := range sortedKeys(s.facts) {
		known := maps.Clone(s.facts)
		delete(known, q)
		got, missing := judgeOne(c, s.need, known)
		if got.Done {
			if diff := gocmp.Diff(all, got); diff != "" {
				t.Errorf("without %+v, the verdict is another one (-with +without):\n%s", q, diff)
			}
			continue
		}
		if slices.ContainsFunc(missing, func(other facts.Question) bool { return other != q }) {
			t.Errorf("without %+v, these are missing: %+v", q, missing)
		}
	}
}

// sortedKeys returns the questions of answers in a fixed order.
func sortedKeys(known answers) []facts.Question {
	return slices.SortedFunc(maps.Keys(known), func(a, b facts.Question) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.On, b.On), cmp.Compare(a.Item, b.Item),
			cmp.Compare(a.Member, b.Member), cmp.Compare(a.As.Account, b.As.Account))
	})
}
