package iam

import (
	"strings"
	"testing"
	"time"
)

// nested returns an expression whose cost is exponential in its length.
func nested(depth int) string {
	return strings.Repeat("[1,2,3,4,5,6,7,8,9,10].all(a, ", depth) + "true" + strings.Repeat(")", depth)
}

// TestCostLimit: an evaluation that costs too much is Unknown.
func TestCostLimit(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, expression string
		want             Verdict
	}{
		{"usual condition", `request.time < timestamp("2030-01-01T00:00:00Z") && resource.name.startsWith("projects/")`, Yes},
		{"nested twice", nested(2), Yes},
		{"nested six times", nested(6), Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Request{Time: now, Until: now.Add(time.Hour), Names: []string{"projects/p"}, Cache: NewPrograms()}
			if got := (&Condition{Expression: tt.expression}).Eval(r); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestTotalCostLimit: evaluations of an allowed cost are limited in total.
func TestTotalCostLimit(t *testing.T) {
	programs := NewPrograms()
	expensive := &Condition{Expression: nested(4)}
	r := Request{Names: []string{"projects/p"}, Cache: programs}
	evaluations := 0
	for expensive.Eval(r) == Yes {
		if evaluations++; evaluations > 10_000 {
			t.Fatal("got 10,000 expensive evaluations, want fewer")
		}
	}
	if evaluations < 100 {
		t.Errorf("got %d evaluations, want at least 100", evaluations)
	}
	if (&Condition{Expression: "true"}).Eval(r) != Unknown {
		t.Error("a condition that is not evaluated is not Unknown")
	}
}

func BenchmarkHolds(b *testing.B) {
	for name, c := range map[string]string{
		"usual":  `request.time < timestamp("2030-01-01T00:00:00Z") && resource.name.startsWith("projects/")`,
		"nested": nested(4),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				(&Condition{Expression: c}).Eval(Request{Names: []string{"projects/p"}, Cache: NewPrograms()})
			}
		})
	}
}
