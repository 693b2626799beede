package facts_test

import (
	"context"
	"errors"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/facts"
)

// A recorder is a source that answers from a map, and records the questions of each
// round.
type recorder struct {
	answers map[facts.Question]facts.Answer
	rounds  [][]facts.Question
}

func (r *recorder) Answer(_ context.Context, questions []facts.Question) map[facts.Question]facts.Answer {
	r.rounds = append(r.rounds, questions)
	out := map[facts.Question]facts.Answer{}
	for _, q := range questions {
		if a, ok := r.answers[q]; ok {
			out[q] = a
		}
	}
	return out
}

func project(id string) facts.Question {
	return facts.Question{Kind: facts.KindProject, On: id}
}

func named(id string) facts.Answer { return facts.Answer{Value: facts.Project{ID: id}} }

// TestGather: each question is asked once, in the first round that misses it, until
// nothing new is missing.
func TestGather(t *testing.T) {
	a, b, c := project("a"), project("b"), project("c")
	all := map[facts.Question]facts.Answer{a: named("a"), b: named("b"), c: named("c")}
	for _, tt := range []struct {
		name string
		next func(*facts.Facts) []facts.Question
		want [][]facts.Question
	}{
		{"nothing is missing", func(*facts.Facts) []facts.Question { return nil }, nil},
		{"one round", func(*facts.Facts) []facts.Question { return []facts.Question{a, b} }, [][]facts.Question{{a, b}}},
		{"the same question twice", func(*facts.Facts) []facts.Question { return []facts.Question{a, b, a} }, [][]facts.Question{{a, b}}},
		{"an answer leads to a question", func(f *facts.Facts) []facts.Question {
			if f.Has(a) {
				return []facts.Question{a, b}
			}
			return []facts.Question{a}
		}, [][]facts.Question{{a}, {b}}},
		{"three rounds", func(f *facts.Facts) []facts.Question {
			switch {
			case f.Has(b):
				return []facts.Question{c}
			case f.Has(a):
				return []facts.Question{b}
			}
			return []facts.Question{a}
		}, [][]facts.Question{{a}, {b}, {c}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &recorder{answers: all}
			known := facts.Gather(t.Context(), r, tt.next)
			if diff := cmp.Diff(tt.want, r.rounds); diff != "" {
				t.Errorf("rounds (-want +got):\n%s", diff)
			}
			for _, round := range tt.want {
				for _, q := range round {
					if got, err := facts.Get[facts.Project](known, q); err != nil || got.ID != q.On {
						t.Errorf("got the answer %+v, %v, want %s", got, err, q.On)
					}
				}
			}
		})
	}
}

// TestGatherUnanswered: a question that the source does not answer gets an error, and
// is not asked again.
func TestGatherUnanswered(t *testing.T) {
	r := &recorder{}
	known := facts.Gather(t.Context(), r, func(*facts.Facts) []facts.Question { return []facts.Question{project("a")} })
	_, err := facts.Get[facts.Project](known, project("a"))
	if err == nil || errors.As(err, new(*facts.MissingError)) {
		t.Errorf("got the error %v, want one that is an answer", err)
	}
	if len(r.rounds) != 1 {
		t.Errorf("got %d rounds, want 1", len(r.rounds))
	}
}

// TestGatherFailures: an error is an answer like any other.
func TestGatherFailures(t *testing.T) {
	failure := facts.NotFoundError("projects.get", "a")
	r := &recorder{answers: map[facts.Question]facts.Answer{project("a"): {Err: failure}}}
	known := facts.Gather(t.Context(), r, func(*facts.Facts) []facts.Question { return []facts.Question{project("a")} })
	if _, err := facts.Get[facts.Project](known, project("a")); !errors.Is(err, failure) {
		t.Errorf("got the error %v, want %v", err, failure)
	}
	if len(r.rounds) != 1 {
		t.Errorf("got %d rounds, want 1", len(r.rounds))
	}
}

// TestGet: a question that has not been asked is missing, and a missing answer is
// different from an empty one.
func TestGet(t *testing.T) {
	asked, other := project("a"), project("b")
	answers := map[facts.Question]facts.Answer{asked: {}}
	known := facts.New(answers)
	if _, err := facts.Get[facts.Project](known, asked); err != nil || !known.Has(asked) {
		t.Errorf("empty answer: got the error %v", err)
	}
	_, err := facts.Get[facts.Project](known, other)
	var missing *facts.MissingError
	if !errors.As(err, &missing) || missing.Question != other || known.Has(other) {
		t.Errorf("not asked: got the error %v, want one about %+v", err, other)
	}
	answers[other] = named("b")
	known.All()[other] = named("b")
	if known.Has(other) {
		t.Error("facts change with the maps that they were made from or returned")
	}
}

// TestErrorKinds: what an error means decides what a finding says, and no error
// means two things.
func TestErrorKinds(t *testing.T) {
	disabled := map[string]string{"service": "container.googleapis.com", "consumer": "projects/1"}
	for _, tt := range []struct {
		name string
		err  *facts.Error
		want []string
	}{
		{"403", &facts.Error{Code: 403, Status: "PERMISSION_DENIED"}, []string{"denied"}},
		{"403, API disabled", &facts.Error{Code: 403, Reason: "SERVICE_DISABLED", Metadata: disabled}, []string{"disabled"}},
		{"403, quota project", &facts.Error{Code: 403, Reason: "USER_PROJECT_DENIED"}, []string{"quota project"}},
		{"404", &facts.Error{Code: 404, Status: "NOT_FOUND"}, []string{"not found"}},
		{"404 of a proxy", &facts.Error{Code: 404}, nil},
		{"a name missing from a list", facts.NotFoundError("clusters.list", "c"), []string{"not found"}},
		{"401", &facts.Error{Code: 401}, []string{"unauthorized"}},
		{"400 of tokeninfo", &facts.Error{Method: "oauth2.tokeninfo", Code: 400}, []string{"unauthorized"}},
		{"400", &facts.Error{Code: 400}, nil},
		{"timeout", &facts.Error{Err: context.DeadlineExceeded}, []string{"unreachable"}},
		{"no connection", &facts.Error{Err: &url.Error{Op: "Get", URL: "https://x", Err: errors.New("connection refused")}}, []string{"unreachable"}},
		{"quota used up", &facts.Error{Err: &facts.QuotaError{API: "x", PerMinute: 5}}, []string{"quota"}},
		{"malformed response", &facts.Error{Code: 200, Message: "no JSON"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, kindsOf(tt.err)); diff != "" {
				t.Errorf("kinds (-want +got):\n%s", diff)
			}
		})
	}
}

func kindsOf(e *facts.Error) []string {
	var out []string
	_, _, disabled := e.ServiceDisabled()
	_, quota := e.QuotaError()
	for _, k := range []struct {
		name string
		is   bool
	}{
		{"denied", e.Denied()}, {"disabled", disabled}, {"quota project", e.UserProjectDenied()}, {"not found", e.NotFound()},
		{"unauthorized", e.Unauthorized()}, {"unreachable", e.Unreachable()}, {"quota", quota},
	} {
		if k.is {
			out = append(out, k.name)
		}
	}
	return out
}
