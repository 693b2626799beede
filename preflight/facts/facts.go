package facts

import (
	"context"
	"maps"
)

// Facts are the answers gathered so far. They are read side by side, and only
// Gather adds to them.
type Facts struct{ answers map[Question]Answer }

// New returns facts with the given answers.
func New(answers map[Question]Answer) *Facts { return &Facts{answers: maps.Clone(answers)} }

// Has reports whether a question has been answered, also by an error.
func (f *Facts) Has(q Question) bool {
	_, answered := f.answers[q]
	return answered
}

// All returns all answers by their questions.
func (f *Facts) All() map[Question]Answer { return maps.Clone(f.answers) }

// A MissingError means that a question has not been asked yet. It is no answer:
// nothing may be concluded from it.
type MissingError struct{ Question Question }

// Error implements error.
func (e *MissingError) Error() string {
	return string(e.Question.Kind) + " of " + e.Question.On + " has not been asked yet"
}

// Get returns the answer to a question. Its error is a *MissingError if the
// question has not been asked yet, and otherwise what Google Cloud answered.
func Get[T any](f *Facts, q Question) (T, error) {
	a, answered := f.answers[q]
	value, _ := a.Value.(T)
	if !answered {
		return value, &MissingError{Question: q}
	}
	return value, a.Err
}

// A Source answers questions. It answers each one, if only by an error, and asks
// what it can in one request or side by side.
type Source interface {
	Answer(ctx context.Context, questions []Question) map[Question]Answer
}

// Gather asks in rounds: what next still misses of the facts so far, until it
// misses nothing. A round without a new question ends it, too.
func Gather(ctx context.Context, s Source, next func(*Facts) []Question) *Facts {
	f := &Facts{answers: map[Question]Answer{}}
	for {
		questions := f.unanswered(next(f))
		if len(questions) == 0 {
			return f
		}
		maps.Copy(f.answers, s.Answer(ctx, questions))
		f.completed(questions)
	}
}

// unanswered returns the questions that have no answer yet, each once.
func (f *Facts) unanswered(questions []Question) []Question {
	var out []Question
	asked := map[Question]bool{}
	for _, q := range questions {
		if !asked[q] && !f.Has(q) {
			asked[q] = true
			out = append(out, q)
		}
	}
	return out
}

// completed gives the questions that a source passed over an answer, so that
// they are not asked forever.
func (f *Facts) completed(questions []Question) {
	for _, q := range questions {
		if !f.Has(q) {
			f.answers[q] = Answer{Err: &Error{Resource: q.On, Message: "the " + string(q.Kind) + " was not answered"}}
		}
	}
}
