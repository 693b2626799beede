package judge_test

import (
	"testing"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/judge"
	"gke-preflight/preflight/need"
)

const (
	nodesEmail     = "nodes@acme-prod.iam.gserviceaccount.com"
	accountAddress = "google_service_account.nodes"
	accountJSON    = `{"project": "acme-prod", "account_id": "nodes", "email": "nodes@acme-prod.iam.gserviceaccount.com"}`
)

// TestAccounts: a service account exists and is enabled when it is needed.
func TestAccounts(t *testing.T) {
	n := need.Need{
		Rule: "GP301", Severity: need.Error, Kind: need.Account, Addresses: []string{"google_container_cluster.main"},
		Principal: need.Principal{Kind: need.NodeServiceAccount, Member: nodes},
		Project:   project, Resource: "//iam.googleapis.com/projects/acme-prod/serviceAccounts/" + nodesEmail, ExpectedError: "Error 400: Service account does not exist",
	}
	byID := n
	byID.Principal.Member = "serviceAccount:123456789012345678901"
	state := func(a facts.Answer) answers {
		return with(readable(), answers{about(facts.KindAccount, project, nodesEmail): a})
	}
	enabled := is(facts.ServiceAccount{Email: nodesEmail, UniqueID: "123456789012345678901", ProjectID: project})
	disabled := is(facts.ServiceAccount{Email: nodesEmail, Disabled: true})
	v := func(o finding.Outcome, code string) verdict {
		return verdict{outcome: o, code: judge.Code(code), who: nodes}
	}
	pass := v(finding.Pass, "account_usable")
	removed := verdict{outcome: finding.Fail, code: "with_rule", rule: need.RuleRemoved, who: nodes, removedBy: []string{accountAddress}}
	provided := verdict{outcome: finding.Pass, code: "planned_in_time", who: nodes, plannedBy: []string{accountAddress}}
	unordered := verdict{outcome: finding.Fail, code: "missing_dependency", rule: need.RuleUnordered, who: nodes, plannedBy: []string{accountAddress}}
	checkVerdicts(t, []scenario{
		{name: "enabled", need: n, facts: state(enabled), want: pass},
		{name: "disabled", need: n, facts: state(disabled), want: v(finding.Fail, "account_disabled")},
		{name: "missing", need: n, facts: state(notFound), want: v(finding.Fail, "account_missing")},
		{name: "missing, as far as anybody may know", need: n, facts: state(forbidden), want: v(finding.Undetermined, "read_denied")},
		{name: "no answer", need: n, facts: state(noAnswer), want: v(finding.Undetermined, "no_response")},
		{name: "enabled, by its unique ID", need: byID, facts: with(readable(), answers{about(facts.KindAccount, "-", "123456789012345678901"): enabled}),
			want: verdict{outcome: finding.Pass, code: "account_usable", who: byID.Principal.Member}},
		{name: "a 404 for a unique ID proves nothing", need: byID, facts: with(readable(), answers{about(facts.KindAccount, "-", "123456789012345678901"): notFound}),
			want: verdict{outcome: finding.Undetermined, code: "read_denied", who: byID.Principal.Member}},
		{name: "created by the plan", need: n, facts: state(notFound), plan: []change{created(accountAddress, accountJSON), mainCluster(accountAddress)}, want: provided},
		{name: "created by the plan, and the cluster does not depend on it", need: n, facts: state(notFound), plan: []change{created(accountAddress, accountJSON), mainCluster()}, want: unordered},
		{name: "created by the plan, and it may not be read", need: n, facts: state(forbidden), plan: []change{created(accountAddress, accountJSON), mainCluster(accountAddress)}, want: provided},
		{name: "enabled by the plan", need: n, facts: state(disabled),
			plan: []change{{address: accountAddress, actions: []string{"update"}, before: accountJSON, after: accountJSON}, mainCluster(accountAddress)}, want: provided},
		{name: "destroyed by the plan", need: n, facts: state(enabled), plan: []change{destroyed(accountAddress, accountJSON), mainCluster()}, want: removed},
		{name: "disabled by the plan", need: n, facts: state(enabled),
			plan: []change{{address: accountAddress, actions: []string{"update"}, before: accountJSON,
				after: `{"project": "acme-prod", "account_id": "nodes", "email": "nodes@acme-prod.iam.gserviceaccount.com", "disabled": true}`}, mainCluster()}, want: removed},
		{name: "another account is destroyed", need: n, facts: state(enabled),
			plan: []change{destroyed(accountAddress, `{"project": "acme-prod", "account_id": "old", "email": "old@acme-prod.iam.gserviceaccount.com"}`), mainCluster()}, want: pass},
		{name: "replaced by another account", need: n, facts: state(enabled),
			plan: []change{{address: accountAddress, actions: []string{"delete", "create"}, before: accountJSON,
				after: `{"project": "acme-prod", "account_id": "new", "email": "new@acme-prod.iam.gserviceaccount.com"}`}, mainCluster()}, want: removed},
		{name: "replaced by an account of the same name, before the cluster", need: n, facts: state(enabled),
			plan: []change{{address: accountAddress, actions: []string{"delete", "create"}, before: accountJSON, after: accountJSON}, mainCluster(accountAddress)}, want: provided},
	})
}
