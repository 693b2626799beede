package iam

import (
	"testing"
	"time"
)

// TestDelegated: a condition on the roles that a change of a policy is about.
func TestDelegated(t *testing.T) {
	const only = `api.getAttribute("iam.googleapis.com/modifiedGrantsByRole", []).hasOnly(["roles/a", "roles/b"])`
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, expression string
		changes          bool
		roles            []string
		want             Verdict
		limit            Limit
	}{
		{"one of them", only, true, []string{"roles/a"}, Yes, ""},
		{"both", only, true, []string{"roles/b", "roles/a"}, Yes, ""},
		{"another", only, true, []string{"roles/a", "roles/c"}, No, ""},
		{"not known", only, true, nil, Unknown, LimitRoles},
		{"no change of a policy", only, false, nil, Unknown, ""},
		{"another attribute", `api.getAttribute("x", true)`, true, []string{"roles/a"}, Unknown, LimitRoles},
		{"not known, and it does not matter", only + ` || true`, true, nil, Yes, ""},
		{"over", `request.time < timestamp("2026-11-23T11:00:00Z")`, false, nil, No, ""},
		{"soon over", `request.time < timestamp("2026-11-23T12:01:00Z")`, false, nil, Unknown, LimitTime},
		{"begins soon", `request.time > timestamp("2026-11-23T12:01:00Z")`, false, nil, Unknown, ""},
		{"not in between", `request.time < timestamp("2026-11-23T12:10:00Z") || request.time > timestamp("2026-11-23T12:20:00Z")`, false, nil, Unknown, LimitTime},
		{"by the hour", `request.time.getHours() == 12`, false, nil, Unknown, LimitTime},
		{"of tags", `resource.matchTag("1/env", "prod")`, true, nil, Unknown, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &Condition{Expression: tt.expression}
			r := Request{Time: now, Until: now.Add(time.Hour), ChangesPolicy: tt.changes, ModifiedRoles: tt.roles}
			if got, limit := c.Holds(r), c.limit(r); got != tt.want || limit != tt.limit {
				t.Errorf("it comes to %d, limited by %q; want %d and %q", got, limit, tt.want, tt.limit)
			}
		})
	}
}
