package iam

import (
	"testing"
	"time"
)

// TestConditionLimit: conditions on the time and on the roles that a policy change
// grants have limits.
func TestConditionLimit(t *testing.T) {
	const onlyRoles = `api.getAttribute("iam.googleapis.com/modifiedGrantsByRole", []).hasOnly(["roles/a", "roles/b"])`
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, expression string
		changes          bool
		roles            []string
		want             Verdict
		limit            Limit
	}{
		{"one allowed role", onlyRoles, true, []string{"roles/a"}, Yes, ""},
		{"both allowed roles", onlyRoles, true, []string{"roles/b", "roles/a"}, Yes, ""},
		{"another role", onlyRoles, true, []string{"roles/a", "roles/c"}, No, ""},
		{"unknown roles", onlyRoles, true, nil, Unknown, LimitRoles},
		{"no policy change", onlyRoles, false, nil, Unknown, ""},
		{"another attribute", `api.getAttribute("x", true)`, true, []string{"roles/a"}, Unknown, LimitRoles},
		{"unknown roles do not matter", onlyRoles + ` || true`, true, nil, Yes, ""},
		{"expired", `request.time < timestamp("2026-11-23T11:00:00Z")`, false, nil, No, ""},
		{"expires soon", `request.time < timestamp("2026-11-23T12:01:00Z")`, false, nil, Unknown, LimitTime},
		{"begins soon", `request.time > timestamp("2026-11-23T12:01:00Z")`, false, nil, Unknown, ""},
		{"false in between", `request.time < timestamp("2026-11-23T12:10:00Z") || request.time > timestamp("2026-11-23T12:20:00Z")`, false, nil, Unknown, LimitTime},
		{"hour of the day", `request.time.getHours() == 12`, false, nil, Unknown, LimitTime},
		{"tags", `resource.matchTag("1/env", "prod")`, true, nil, Unknown, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &Condition{Expression: tt.expression}
			r := Request{Time: now, Until: now.Add(time.Hour), ChangesPolicy: tt.changes, ModifiedRoles: tt.roles}
			if got, limit := c.Eval(r), c.limit(r); got != tt.want || limit != tt.limit {
				t.Errorf("got verdict %d, limit %q; want %d, %q", got, limit, tt.want, tt.limit)
			}
		})
	}
}
