package judge_test

import (
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/need"
)

// asks returns the questions of the first round about needs, of some kinds.
func asks(t *testing.T, needs []need.Need, kinds ...facts.Kind) []facts.Question {
	t.Helper()
	r := caseOf(t, scenario{of: caseWith(needs...)}).Round(facts.New(nil))
	_, missing := r.Judge(needs)
	seen := map[facts.Question]bool{}
	var out []facts.Question
	for _, q := range r.Questions(missing) {
		if slices.Contains(kinds, q.Kind) && !seen[q] {
			seen[q] = true
			out = append(out, q)
		}
	}
	return out
}

// TestMissingFacts: a verdict that misses facts is not done, and names them.
func TestMissingFacts(t *testing.T) {
	n := serviceNeed()
	c := caseOf(t, scenario{need: n})
	first, second := about(facts.KindProject, project), about(facts.KindService, project, gkeService)
	for _, tt := range []struct {
		name  string
		known answers
		want  []facts.Question
	}{
		{"nothing is known", nil, []facts.Question{first}},
		{"the project is known", answers{first: is(facts.Project{ID: project, Number: number})}, []facts.Question{second}},
		{"all is known", answers{first: is(facts.Project{ID: project, Number: number}), second: is(facts.Service{State: facts.ServiceEnabled})}, nil},
		{"an error is an answer", answers{first: noAnswer, second: noAnswer}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, missing := judgeOne(c, n, tt.known)
			if diff := gocmp.Diff(tt.want, missing); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
			if got.Done != (len(tt.want) == 0) {
				t.Errorf("got done: %t with %d questions missing", got.Done, len(missing))
			}
		})
	}
}

// TestQuestionsTravelTogether: questions about one resource are asked in one round,
// so that one request answers them.
func TestQuestionsTravelTogether(t *testing.T) {
	deployerNeed := func(permission, on string) need.Need {
		return need.Need{Rule: "GP201", Severity: need.Error, Kind: need.Permissions, Principal: need.Principal{Kind: need.Deployer},
			Project: on, Resource: "//cloudresourcemanager.googleapis.com/projects/" + on, Permissions: []string{permission}}
	}
	ofService := func(service string) need.Need { n := serviceNeed(); n.Service = service; return n }
	known := func(needs ...need.Need) answers {
		out := answers{about(facts.KindIdentity, ""): is(facts.Identity{Email: "a@acme.example"})}
		for _, n := range needs {
			out[about(facts.KindProject, n.Project)] = is(facts.Project{ID: n.Project, Number: number})
		}
		return out
	}
	for _, tt := range []struct {
		name  string
		needs []need.Need
		// judged is how many of the needs are judged: only they miss something.
		judged int
		kind   facts.Kind
		want   []string
	}{
		{"permissions of two needs", []need.Need{deployerNeed("a.b.get", project), deployerNeed("a.b.list", project)}, 1, facts.KindPermission, []string{"projects/acme-prod a.b.get", "projects/acme-prod a.b.list"}},
		{"permissions on two projects", []need.Need{deployerNeed("a.b.get", project), deployerNeed("a.b.get", "acme-dev")}, 1, facts.KindPermission, []string{"projects/acme-prod a.b.get"}},
		{"APIs of two needs", []need.Need{ofService("a.googleapis.com"), ofService("b.googleapis.com")}, 1, facts.KindService, []string{"acme-prod a.googleapis.com", "acme-prod b.googleapis.com"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := caseOf(t, scenario{of: caseWith(tt.needs...)}).Round(facts.New(known(tt.needs...)))
			_, missing := r.Judge(tt.needs[:tt.judged])
			var got []string
			for _, q := range r.Questions(missing) {
				if line := q.On + " " + q.Item; q.Kind == tt.kind && !slices.Contains(got, line) {
					got = append(got, line)
				}
			}
			slices.Sort(got)
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("questions (-want +got):\n%s", diff)
			}
		})
	}
}

// TestQuestionsAhead: what will most likely be asked is asked in the first round.
func TestQuestionsAhead(t *testing.T) {
	for _, tt := range []struct {
		name  string
		needs []need.Need
		want  []facts.Question
	}{
		{"no need: nothing", nil, nil},
		{"any need: who asks, and the project", []need.Need{serviceNeed()},
			[]facts.Question{about(facts.KindProject, project), about(facts.KindIdentity, "")}},
		{"a need about policies: what is above the project", []need.Need{nodesNeed(writeLogs)},
			[]facts.Question{about(facts.KindProject, project), about(facts.KindIdentity, ""), about(facts.KindAncestors, project)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := asks(t, tt.needs, facts.KindIdentity, facts.KindProject, facts.KindAncestors)
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("questions (-want +got):\n%s", diff)
			}
		})
	}
}
