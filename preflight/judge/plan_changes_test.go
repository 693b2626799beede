package judge_test

import (
	"testing"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

const (
	grantAddress   = "google_project_iam_member.logs"
	bindingAddress = "google_project_iam_binding.logs"
	denyAddress    = "google_iam_deny_policy.d"

	grantToNodes    = `{"project": "acme-prod", "role": "roles/logging.logWriter", "member": "` + nodes + `"}`
	bindingToNodes  = `{"project": "acme-prod", "role": "roles/logging.logWriter", "members": ["` + nodes + `"]}`
	bindingToOthers = `{"project": "acme-prod", "role": "roles/logging.logWriter", "members": ["` + deployer + `"]}`
)

// TestPermissionsAndPlan: what the plan itself grants, revokes and denies counts, in
// the order of apply.
func TestPermissionsAndPlan(t *testing.T) {
	n := nodesNeed(writeLogs)
	nobody := readable()
	granted := with(readable(), answers{about(facts.KindAllowPolicy, projectName): policy(binding(logWriter, nodes))})
	onlyFolder := with(readable(), answers{about(facts.KindAllowPolicy, folderName): policy(binding(logWriter, nodes))})
	held := verdict{outcome: finding.Pass, code: "permissions_held", who: nodes, levels: []string{projectName + " grants"}}
	missing := verdict{outcome: finding.Fail, code: "permissions_missing", who: nodes, missing: []string{writeLogs},
		levels: []string{projectName + " lacks", folderName + " lacks", orgName + " lacks"}}
	planned := func(by string) verdict {
		return verdict{outcome: finding.Pass, code: "permissions_planned", who: nodes, plannedBy: []string{by}, levels: []string{projectName + " plans"}}
	}
	unordered := func(by string) verdict {
		return verdict{outcome: finding.Fail, code: "missing_dependency", rule: need.RuleUnordered, who: nodes, missing: []string{writeLogs},
			plannedBy: []string{by}, levels: []string{projectName + " plans"}}
	}
	removed := func(by string) verdict {
		return verdict{outcome: finding.Fail, code: "permissions_removed", rule: need.RuleRemoved, who: nodes, missing: []string{writeLogs},
			removedBy: []string{by}, levels: []string{projectName + " grants"}}
	}

	checkVerdicts(t, []scenario{
		{name: "granted before the cluster", need: n, facts: nobody,
			plan: []change{created(grantAddress, grantToNodes), mainCluster(grantAddress)},
			want: planned(grantAddress)},
		{name: "granted, and the cluster does not depend on the grant", need: n, facts: nobody,
			plan: []change{created(grantAddress, grantToNodes), mainCluster()},
			want: unordered(grantAddress)},
		{name: "granted after the cluster", need: n, facts: nobody,
			plan: []change{mainCluster(), created(grantAddress, grantToNodes, "google_container_cluster.main")},
			want: unordered(grantAddress)},
		{name: "granted, and the order leads through a local value", need: n, facts: nobody,
			plan: []change{created(grantAddress, grantToNodes), {
				address: "google_container_cluster.main", actions: []string{"create"}, refersTo: []string{"local.grant"},
				after: `{"project": "acme-prod", "location": "europe-west1", "name": "main"}`,
			}},
			want: verdict{outcome: finding.Undetermined, code: "order_unknown", who: nodes, unsure: []string{writeLogs},
				plannedBy: []string{grantAddress}, levels: []string{projectName + " plans"}}},
		{name: "granted in another project", need: n, facts: nobody,
			plan: []change{created(grantAddress, `{"project": "acme-dev", "role": "roles/logging.logWriter", "member": "`+nodes+`"}`), mainCluster(grantAddress)},
			want: missing},
		{name: "granted to another account", need: n, facts: nobody,
			plan: []change{created(grantAddress, `{"project": "acme-prod", "role": "roles/logging.logWriter", "member": "`+deployer+`"}`), mainCluster(grantAddress)},
			want: missing},
		{name: "granted to a member that is not known before apply", need: n, facts: nobody,
			plan: []change{{address: grantAddress, actions: []string{"create"}, after: `{"project": "acme-prod", "role": "roles/logging.logWriter"}`, unknown: `{"member": true}`}, mainCluster(grantAddress)},
			want: verdict{outcome: finding.Undetermined, code: "verbatim", who: nodes, unsure: []string{writeLogs},
				levels: []string{projectName + " doubts", folderName + " lacks", orgName + " lacks"}}},
		{name: "held, and granted again", need: n, facts: granted,
			plan: []change{created(grantAddress, grantToNodes), mainCluster()},
			want: held},
		{name: "binding of the role includes the account", need: n, facts: nobody,
			plan: []change{created(bindingAddress, bindingToNodes), mainCluster(bindingAddress)},
			want: planned(bindingAddress)},
		{name: "custom role is created and granted", need: n, facts: nobody,
			plan: []change{
				created("google_project_iam_custom_role.logs", `{"project": "acme-prod", "role_id": "logs", "permissions": ["logging.logEntries.create"]}`),
				created(grantAddress, `{"project": "acme-prod", "role": "projects/acme-prod/roles/logs", "member": "`+nodes+`"}`, "google_project_iam_custom_role.logs"),
				mainCluster(grantAddress),
			},
			want: planned(grantAddress)},

		{name: "grant is destroyed", need: n, facts: granted,
			plan: []change{destroyed(grantAddress, grantToNodes), mainCluster()},
			want: removed(grantAddress)},
		{name: "binding of the role excludes the account", need: n, facts: granted,
			plan: []change{created(bindingAddress, bindingToOthers), mainCluster()},
			want: removed(bindingAddress)},
		{name: "policy of the project excludes the account", need: n, facts: granted,
			plan: []change{created("google_project_iam_policy.p", `{"project": "acme-prod", "policy_data": "{\"bindings\": []}"}`), mainCluster()},
			want: removed("google_project_iam_policy.p")},
		{name: "grant on the project is destroyed, and the folder grants it too", need: n,
			facts: with(onlyFolder, answers{about(facts.KindAllowPolicy, projectName): policy(binding(logWriter, nodes))}),
			plan:  []change{destroyed(grantAddress, grantToNodes), mainCluster()},
			want:  verdict{outcome: finding.Pass, code: "permissions_held", who: nodes, levels: []string{projectName + " grants", folderName + " grants"}}},
		{name: "service account is replaced, and its grants end", need: n, facts: granted,
			plan: []change{{
				address: "google_service_account.nodes", actions: []string{"delete", "create"},
				before: `{"project": "acme-prod", "account_id": "nodes", "email": "nodes@acme-prod.iam.gserviceaccount.com"}`,
				after:  `{"project": "acme-prod", "account_id": "nodes", "email": "nodes@acme-prod.iam.gserviceaccount.com"}`,
			}, mainCluster()},
			want: removed("google_service_account.nodes")},
		{name: "policy is set to what is not known before apply", need: n, facts: granted,
			plan: []change{{address: "google_project_iam_policy.p", actions: []string{"create"}, after: `{"project": "acme-prod"}`, unknown: `{"policy_data": true}`}, mainCluster()},
			want: verdict{outcome: finding.Undetermined, code: "verbatim", who: nodes, unsure: []string{writeLogs},
				levels: []string{projectName + " unread", folderName + " lacks", orgName + " lacks"}}},
		{name: "principal access boundary is bound", need: n, facts: granted,
			plan: []change{created("google_iam_projects_policy_binding.b", `{"parent": "projects/acme-prod", "policy_kind": "PRINCIPAL_ACCESS_BOUNDARY"}`), mainCluster()},
			want: verdict{outcome: finding.Undetermined, code: "access_boundaries_changed", who: nodes, unsure: []string{writeLogs}, levels: []string{projectName + " grants"}}},
	})
}

// TestDenyPoliciesAndPlan: the plan creates or destroys a deny policy.
func TestDenyPoliciesAndPlan(t *testing.T) {
	n := nodesNeed(makeClusters)
	n.Severity = need.Warning
	granted := with(readable(), answers{about(facts.KindAllowPolicy, projectName): policy(binding("roles/container.clusterAdmin", nodes))})
	const denies = `{"parent": "cloudresourcemanager.googleapis.com%2Fprojects%2Facme-prod", "name": "d", "rules": [{"deny_rule": [{
		"denied_principals": ["principalSet://goog/public:all"], "denied_permissions": ["container.googleapis.com/clusters.create"]}]}]}`
	checkVerdicts(t, []scenario{
		{name: "created: as severe as the missing permission", need: n, facts: granted,
			plan: []change{created(denyAddress, denies), mainCluster()},
			want: verdict{outcome: finding.Fail, code: "permissions_removed", rule: need.RuleRemoved, who: nodes, missing: []string{makeClusters},
				removedBy: []string{denyAddress}, levels: []string{projectName + " grants"}}},
		{name: "created after the cluster", need: n, facts: granted,
			plan: []change{mainCluster(), created(denyAddress, denies, "google_container_cluster.main")},
			want: verdict{outcome: finding.Fail, code: "permissions_removed", rule: need.RuleRemoved, who: nodes, missing: []string{makeClusters},
				removedBy: []string{denyAddress}, levels: []string{projectName + " grants"}}},
		{name: "revoked grant: an error, whatever the missing permission is", need: n, facts: granted,
			plan: []change{destroyed("google_project_iam_member.m", `{"project": "acme-prod", "role": "roles/container.clusterAdmin", "member": "`+nodes+`"}`), mainCluster()},
			want: verdict{outcome: finding.Fail, code: "permissions_removed", rule: need.RuleRemoved, severity: need.Error, who: nodes, missing: []string{makeClusters},
				removedBy: []string{"google_project_iam_member.m"}, levels: []string{projectName + " grants"}}},
	})
}

// TestTestedPermissionsAndPlan: testIamPermissions knows nothing of what the plan
// changes, so the policies say what becomes of its answer.
func TestTestedPermissionsAndPlan(t *testing.T) {
	n := need.Need{
		Rule: "GP201", Severity: need.Error, Kind: need.Permissions, Principal: need.Principal{Kind: need.Deployer},
		Addresses: []string{"google_container_cluster.main"}, Project: project, Resource: projectFull, Permissions: []string{makeClusters},
	}
	both := n
	both.Permissions = []string{makeClusters, "container.operations.get"}
	const admin = `{"project": "acme-prod", "role": "roles/container.clusterAdmin", "member": "` + deployer + `"}`
	tested := func(state facts.PermissionState, who string, bindings facts.Answer) answers {
		return with(readable(), answers{
			about(facts.KindIdentity, ""):                          is(facts.Identity{Email: who}),
			about(facts.KindPermission, projectName, makeClusters): is(state),
			about(facts.KindAllowPolicy, projectName):              bindings,
		})
	}
	const email = "terraform@acme-prod.iam.gserviceaccount.com"
	granted := policy(binding("roles/container.clusterAdmin", deployer))
	checkVerdicts(t, []scenario{
		{name: "missing, and granted before it is needed", need: n, facts: tested(facts.Missing, email, policy()),
			plan: []change{created("google_project_iam_member.m", admin), mainCluster("google_project_iam_member.m")},
			want: verdict{outcome: finding.Pass, code: "permissions_planned", who: deployer, plannedBy: []string{"google_project_iam_member.m"}, levels: []string{projectName + " plans"}}},
		{name: "missing, and granted too late", need: n, facts: tested(facts.Missing, email, policy()),
			plan: []change{created("google_project_iam_member.m", admin), mainCluster()},
			want: verdict{outcome: finding.Fail, code: "missing_dependency", rule: need.RuleUnordered, who: deployer, missing: []string{makeClusters},
				plannedBy: []string{"google_project_iam_member.m"}, levels: []string{projectName + " plans"}}},
		{name: "granted, and revoked", need: n, facts: tested(facts.Granted, email, granted),
			plan: []change{destroyed("google_project_iam_member.m", admin), mainCluster()},
			want: verdict{outcome: finding.Fail, code: "permissions_removed", rule: need.RuleRemoved, who: deployer, missing: []string{makeClusters},
				removedBy: []string{"google_project_iam_member.m"}, levels: []string{projectName + " grants"}}},
		{name: "granted through a group, and another's grant is revoked", need: n,
			facts: tested(facts.Granted, email, policy(binding("roles/container.clusterAdmin", "group:deployers@acme.example", nodes))),
			plan:  []change{destroyed("google_project_iam_member.m", `{"project": "acme-prod", "role": "roles/container.clusterAdmin", "member": "`+nodes+`"}`), mainCluster()},
			want:  verdict{outcome: finding.Pass, code: "permissions_held", who: deployer}},
		{name: "one is granted in time, and whether the other is held cannot be tested", need: both,
			facts: with(tested(facts.Missing, email, policy(binding("roles/container.clusterAdmin", "group:deployers@acme.example"))),
				answers{about(facts.KindPermission, projectName, "container.operations.get"): is(facts.Untestable)}),
			plan: []change{
				created("google_project_iam_custom_role.c", `{"project": "acme-prod", "role_id": "c", "permissions": ["container.clusters.create"]}`),
				created("google_project_iam_member.m", `{"project": "acme-prod", "role": "projects/acme-prod/roles/c", "member": "`+deployer+`"}`, "google_project_iam_custom_role.c"),
				mainCluster("google_project_iam_member.m"),
			},
			want: verdict{outcome: finding.Undetermined, code: "verbatim", who: deployer, unsure: []string{"container.operations.get"}, levels: []string{projectName + " plans"}}},
		{name: "granted to nobody knows whom, and the plan changes a policy", need: n, facts: tested(facts.Granted, "", granted),
			plan: []change{destroyed("google_project_iam_member.m", admin), mainCluster()},
			want: verdict{outcome: finding.Undetermined, code: "policies_changed", unsure: []string{makeClusters}}},
	})
}
