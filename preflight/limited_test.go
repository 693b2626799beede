package preflight_test

import (
	"strings"
	"testing"

	"gke-preflight/preflight/finding"
)

// TestLimitedAccess: access of the deployer that ends while apply may be running
// is no access, whatever testIamPermissions says now. It is Monday, noon.
func TestLimitedAccess(t *testing.T) {
	const (
		org, project, account = "organizations/100000000000", "projects/acme-prod", "serviceAccounts/gke-nodes@acme-prod.iam.gserviceaccount.com"
		deployer              = " serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"
		admin, user           = " roles/container.clusterAdmin", " roles/iam.serviceAccountUser"
		soon                  = ` request.time < timestamp("2026-11-23T12:01:30Z")`
		later                 = ` request.time < timestamp("2026-11-23T14:00:00Z")`
		gap                   = ` request.time < timestamp("2026-11-23T12:20:00Z") || request.time > timestamp("2026-11-23T12:40:00Z")`
		morning               = ` request.time.getHours("Europe/Berlin") != 13 || request.time.getMinutes("Europe/Berlin") < 31 || request.time.getMinutes("Europe/Berlin") > 38`
		tagged                = ` resource.matchTag("100000000000/env", "prod") || true`
	)
	without := func(role string) string { return "revoke " + org + role + deployer }
	ownUser := "grant serviceAccounts/111111111111-compute@developer.gserviceaccount.com" + user + deployer
	for _, tt := range []struct {
		name  string
		edits []string
		want  finding.Outcome
	}{
		{"clusters, soon over", []string{without(admin), "grant-if " + project + admin + deployer + soon}, finding.Undetermined},
		{"clusters, over after apply", []string{without(admin), "grant-if " + project + admin + deployer + later}, finding.Pass},
		{"clusters, not in between", []string{without(admin), "grant-if " + project + admin + deployer + gap}, finding.Undetermined},
		{"clusters, not at some minutes", []string{without(admin), "grant-if " + project + admin + deployer + morning}, finding.Undetermined},
		{"clusters, soon over, and also for good", []string{"grant-if " + project + admin + deployer + soon}, finding.Pass},
		{"accounts, soon over", []string{without(user), "grant-if " + org + user + deployer + soon}, finding.Undetermined},
		{"accounts, over after apply", []string{without(user), "grant-if " + org + user + deployer + later}, finding.Pass},
		{"accounts, soon over, and also on the account", []string{without(user), ownUser, "grant-if " + project + user + deployer + soon, "grant " + account + user + deployer}, finding.Pass},
		{"on the account, soon over", []string{without(user), ownUser, "grant-if " + account + user + deployer + soon}, finding.Undetermined},
		{"on the account", []string{without(user), ownUser, "grant " + account + user + deployer}, finding.Pass},
		{"a group, soon over", []string{without(user), "member platform@acme.example" + deployer, "grant-if " + project + user + " group:platform@acme.example" + soon}, finding.Undetermined},
		{"a group", []string{without(user), "member platform@acme.example" + deployer, "grant " + project + user + " group:platform@acme.example"}, finding.Pass},
		{"a group, and another one that is soon over", []string{
			without(user), "member platform@acme.example" + deployer,
			"grant " + project + user + " group:platform@acme.example", "grant-if " + project + user + " group:others@acme.example" + soon,
		}, finding.Pass},
		{"something else is in doubt", []string{without(user), "grant-if " + project + user + deployer + tagged}, finding.Pass},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := check(t, readPlan(t, "named-service-account"), newServer(t, tt.edits...))
			if r.Result != tt.want {
				t.Errorf("the result is %s, want %s", r.Result, tt.want)
			}
			for _, f := range r.Findings {
				if f.Outcome == finding.Undetermined && !strings.Contains(f.Reason, "does not hold for the next hour") {
					t.Errorf("%s says %q", f.Rule, f.Reason)
				}
			}
		})
	}
}
