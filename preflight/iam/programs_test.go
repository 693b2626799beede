package iam

import (
	"strings"
	"testing"
	"time"
)

// nested returns an expression that costs much more than its length.
func nested(depth int) string {
	return strings.Repeat("[1,2,3,4,5,6,7,8,9,10].all(a, ", depth) + "true" + strings.Repeat(")", depth)
}

func TestCostBounds(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name, expression string
		want             Verdict
	}{
		{"what Google takes", `request.time < timestamp("2030-01-01T00:00:00Z") && resource.name.startsWith("projects/")`, Yes},
		{"a little nested", nested(2), Yes},
		{"dearer than any condition", nested(6), Unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := Request{Time: now, Until: now.Add(time.Hour), Names: []string{"projects/p"}, Programs: NewPrograms()}
			if got := (&Condition{Expression: test.expression}).Holds(r); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// TestRunBound: evaluations that are each allowed end together, too.
func TestRunBound(t *testing.T) {
	programs := NewPrograms()
	dear := &Condition{Expression: nested(4)}
	r := Request{Names: []string{"projects/p"}, Programs: programs}
	evaluations := 0
	for dear.Holds(r) == Yes {
		if evaluations++; evaluations > 10_000 {
			t.Fatal("10,000 dear evaluations were let through")
		}
	}
	if evaluations < 100 {
		t.Errorf("after %d evaluations no more are let through", evaluations)
	}
	if (&Condition{Expression: "true"}).Holds(r) != Unknown {
		t.Error("a condition that is not evaluated must be unknown")
	}
}

func BenchmarkHolds(b *testing.B) {
	for name, c := range map[string]string{
		"usual":  `request.time < timestamp("2030-01-01T00:00:00Z") && resource.name.startsWith("projects/")`,
		"nested": nested(4),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				(&Condition{Expression: c}).Holds(Request{Names: []string{"projects/p"}, Programs: NewPrograms()})
			}
		})
	}
}
