package judge_test

import (
	"testing"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/judge"
	"gke-preflight/preflight/need"
)

// nodesNeed returns the need that the node service account holds permissions on the
// project.
func nodesNeed(permissions ...string) need.Need {
	return need.Need{
		Rule: "GP302", Severity: need.Error, Kind: need.Permissions,
		Addresses: []string{"google_container_cluster.main"},
		Principal: need.Principal{Kind: need.NodeServiceAccount, Member: nodes},
		Project:   project, Resource: projectFull, Permissions: permissions,
		Fix: need.Fix{Role: logWriter},
	}
}

// TestPermissionsByPolicies: nobody can ask Google Cloud as a node service
// account, so the allow and deny policies tell.
func TestPermissionsByPolicies(t *testing.T) {
	n := nodesNeed(writeLogs)
	onProject := about(facts.KindAllowPolicy, projectName)
	onFolder := about(facts.KindAllowPolicy, folderName)
	onOrg := about(facts.KindAllowPolicy, orgName)
	held := func(levels ...string) verdict {
		return verdict{outcome: finding.Pass, code: "permissions_held", who: nodes, levels: levels}
	}
	missing := func(levels ...string) verdict {
		return verdict{outcome: finding.Fail, code: "permissions_missing", who: nodes, missing: []string{writeLogs}, levels: levels}
	}
	unsure := func(levels ...string) verdict {
		return verdict{outcome: finding.Undetermined, code: "verbatim", who: nodes, unsure: []string{writeLogs}, levels: levels}
	}
	lacking := []string{projectName + " lacks", folderName + " lacks", orgName + " lacks"}

	checkVerdicts(t, []scenario{
		{"held on the project", n, nil, judge.Case{},
			with(readable(), answers{onProject: policy(binding(logWriter, nodes))}),
			held(projectName + " grants")},
		{"held on the folder", n, nil, judge.Case{},
			with(readable(), answers{onFolder: policy(binding(logWriter, nodes))}),
			held(folderName + " grants")},
		{"held on the organization", n, nil, judge.Case{},
			with(readable(), answers{onOrg: policy(binding(logWriter, nodes))}),
			held(orgName + " grants")},
		{"missing", n, nil, judge.Case{}, readable(), missing(lacking...)},
		{"somebody else has the role", n, nil, judge.Case{},
			with(readable(), answers{onProject: policy(binding(logWriter, deployer))}),
			missing(lacking...)},
		{"a deleted account of the same email has the role", n, nil, judge.Case{},
			with(readable(), answers{onProject: policy(binding(logWriter, "deleted:"+nodes+"?uid=1"))}),
			missing(lacking...)},
		{"one of two permissions is missing", nodesNeed(writeLogs, writeMetrics), nil, judge.Case{},
			with(readable(), answers{
				onProject:                        policy(binding(logWriter, nodes)),
				about(facts.KindRole, logWriter): is(iam.Role{Permissions: []string{writeLogs}}),
			}),
			verdict{outcome: finding.Fail, code: "permissions_missing", who: nodes, missing: []string{writeMetrics},
				levels: []string{projectName + " grants", projectName + " lacks", folderName + " lacks", orgName + " lacks"}}},

		{"role gained the permission since the release", n, nil, judge.Case{},
			with(readable(), answers{
				onProject: policy(binding("roles/container.developer", nodes)),
				about(facts.KindRole, "roles/container.developer"): is(iam.Role{Permissions: []string{writeLogs}}),
			}),
			held(projectName + " grants")},
		{"custom role has the permission", n, nil, judge.Case{},
			with(readable(), answers{
				onProject: policy(binding("organizations/1/roles/nodes", nodes)),
				about(facts.KindRole, "organizations/1/roles/nodes"): is(iam.Role{Permissions: []string{writeLogs}}),
			}),
			held(projectName + " grants")},
		{"custom role does not have the permission", n, nil, judge.Case{},
			with(readable(), answers{
				onProject: policy(binding("organizations/1/roles/nodes", nodes)),
				about(facts.KindRole, "organizations/1/roles/nodes"): is(iam.Role{Permissions: []string{writeMetrics}}),
			}),
			missing(lacking...)},
		{"custom role is deleted", n, nil, judge.Case{},
			with(readable(), answers{
				onProject: policy(binding("organizations/1/roles/nodes", nodes)),
				about(facts.KindRole, "organizations/1/roles/nodes"): is(iam.Role{Permissions: []string{writeLogs}, Deleted: true}),
			}),
			missing(lacking...)},
		{"custom role is disabled", n, nil, judge.Case{},
			with(readable(), answers{
				onProject: policy(binding("organizations/1/roles/nodes", nodes)),
				about(facts.KindRole, "organizations/1/roles/nodes"): is(iam.Role{Permissions: []string{writeLogs}, Stage: "DISABLED"}),
			}),
			missing(lacking...)},
		{"custom role cannot be read", n, nil, judge.Case{},
			with(readable(), answers{
				onProject: policy(binding("organizations/1/roles/nodes", nodes)),
				about(facts.KindRole, "organizations/1/roles/nodes"): forbidden,
			}),
			unsure(projectName+" doubts", folderName+" lacks", orgName+" lacks")},

		{"granted to everybody", n, nil, judge.Case{},
			with(readable(), answers{onProject: policy(binding(logWriter, "allUsers"))}),
			held(projectName + " grants")},
		{"granted to everybody with a Google account", n, nil, judge.Case{},
			with(readable(), answers{onProject: policy(binding(logWriter, "allAuthenticatedUsers"))}),
			held(projectName + " grants")},
		{"granted to a domain, which has no service accounts", n, nil, judge.Case{},
			with(readable(), answers{onProject: policy(binding(logWriter, "domain:acme.example"))}),
			missing(lacking...)},
		{"granted to a group", n, nil, judge.Case{},
			with(readable(), answers{onProject: policy(binding(logWriter, "group:nodes@acme.example"))}),
			unsure(projectName+" doubts", folderName+" lacks", orgName+" lacks")},
		{"granted to all service accounts of the folder", n, nil, judge.Case{},
			with(readable(), answers{onProject: policy(binding(logWriter, "principalSet://cloudresourcemanager.googleapis.com/folders/4/type/ServiceAccount"))}),
			held(projectName + " grants")},
		{"granted to all service accounts of another project", n, nil, judge.Case{},
			with(readable(), answers{onProject: policy(binding(logWriter, "principalSet://cloudresourcemanager.googleapis.com/projects/222222222222/type/ServiceAccount"))}),
			missing(lacking...)},

		{"project policy cannot be read", n, nil, judge.Case{},
			with(readable(), answers{onProject: forbidden}),
			unsure(projectName+" unread", folderName+" lacks", orgName+" lacks")},
		{"project policy cannot be read, and the folder grants it", n, nil, judge.Case{},
			with(readable(), answers{onProject: forbidden, onFolder: policy(binding(logWriter, nodes))}),
			held(folderName + " grants")},
		{"what is above the project cannot be read", n, nil, judge.Case{},
			with(readable(), answers{about(facts.KindAncestors, project): forbidden}),
			unsure(projectName+" lacks", "unread")},
		{"what is above the project cannot be read, and the project grants it", n, nil, judge.Case{},
			with(readable(), answers{about(facts.KindAncestors, project): forbidden, onProject: policy(binding(logWriter, nodes))}),
			held(projectName + " grants")},
	})
}

// TestConditionalGrants: a grant counts if its condition is true from now until
// an hour from now.
func TestConditionalGrants(t *testing.T) {
	n := nodesNeed(writeLogs)
	granted := func(expression string) answers {
		return with(readable(), answers{about(facts.KindAllowPolicy, projectName): policy(only(expression, binding(logWriter, nodes)))})
	}
	unsure := verdict{outcome: finding.Undetermined, code: "verbatim", who: nodes, unsure: []string{writeLogs},
		levels: []string{projectName + " doubts", folderName + " lacks", orgName + " lacks"}}
	checkVerdicts(t, []scenario{
		{"true", n, nil, judge.Case{}, granted(`request.time < timestamp("2030-01-01T00:00:00Z")`),
			verdict{outcome: finding.Pass, code: "permissions_held", who: nodes, levels: []string{projectName + " grants"}}},
		{"false", n, nil, judge.Case{}, granted(`request.time < timestamp("2020-01-01T00:00:00Z")`),
			verdict{outcome: finding.Fail, code: "permissions_missing", who: nodes, missing: []string{writeLogs},
				levels: []string{projectName + " unmet", folderName + " lacks", orgName + " lacks"}}},
		{"ends within the hour", n, nil, judge.Case{}, granted(`request.time < timestamp("2026-11-24T12:30:00Z")`), unsure},
		{"begins within the hour", n, nil, judge.Case{}, granted(`request.time > timestamp("2026-11-24T12:30:00Z")`), unsure},
		{"calls a function that is not known", n, nil, judge.Case{}, granted(`hasMoon(request.time)`), unsure},
		{"refers to attributes that are not known", n, nil, judge.Case{}, granted(`request.host == "logging.googleapis.com"`), unsure},
	})
}

// TestDenyPolicies: a deny policy decides over any grant.
func TestDenyPolicies(t *testing.T) {
	n := nodesNeed(makeClusters)
	const admin = "roles/container.clusterAdmin"
	everybody := iam.DenyRule{Policy: "no-clusters", Denied: []string{"principalSet://goog/public:all"}, Permissions: []string{"container.googleapis.com/clusters.create"}}
	denied := func(rule iam.DenyRule) answers {
		return with(readable(), answers{
			about(facts.KindAllowPolicy, projectName):             policy(binding(admin, nodes)),
			about(facts.KindDenyPolicies, folderName):             is([]string{"no-clusters"}),
			about(facts.KindDenyRules, folderName, "no-clusters"): is([]iam.DenyRule{rule}),
		})
	}
	held := verdict{outcome: finding.Pass, code: "permissions_held", who: nodes, levels: []string{projectName + " grants"}}
	checkVerdicts(t, []scenario{
		{"denies it to everybody", n, nil, judge.Case{}, denied(everybody),
			verdict{outcome: finding.Fail, code: "permissions_missing", who: nodes, missing: []string{makeClusters},
				levels: []string{projectName + " grants", folderName + " denies", orgName + " lacks"}}},
		{"excepts the account", n, nil, judge.Case{},
			denied(iam.DenyRule{Policy: "no-clusters", Denied: everybody.Denied, Permissions: everybody.Permissions,
				Except: []string{"principal://iam.googleapis.com/projects/-/serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com"}}),
			held},
		{"denies another permission", n, nil, judge.Case{},
			denied(iam.DenyRule{Policy: "no-clusters", Denied: everybody.Denied, Permissions: []string{"container.googleapis.com/clusters.delete"}}),
			held},
		{"denies it to a group", n, nil, judge.Case{},
			denied(iam.DenyRule{Policy: "no-clusters", Denied: []string{"principalSet://goog/group/nodes@acme.example"}, Permissions: everybody.Permissions}),
			verdict{outcome: finding.Undetermined, code: "verbatim", who: nodes, unsure: []string{makeClusters},
				levels: []string{projectName + " grants", folderName + " doubts", orgName + " lacks"}}},
		{"denies it on a false condition", n, nil, judge.Case{},
			denied(iam.DenyRule{Policy: "no-clusters", Denied: everybody.Denied, Permissions: everybody.Permissions,
				Condition: &iam.Condition{Expression: "false"}}),
			held},
	})

	t.Run("cannot be read", func(t *testing.T) {
		for _, tt := range []struct {
			name string
			more answers
		}{
			{"forbidden", answers{about(facts.KindDenyPolicies, orgName): forbidden}},
			{"quota used up", answers{about(facts.KindDenyPolicies, orgName): usedUp}},
			{"no answer", answers{about(facts.KindDenyPolicies, orgName): noAnswer}},
			{"rules forbidden", answers{about(facts.KindDenyPolicies, orgName): is([]string{"d"}), about(facts.KindDenyRules, orgName, "d"): forbidden}},
		} {
			known := with(readable(), answers{about(facts.KindAllowPolicy, projectName): policy(binding(admin, nodes))})
			s := scenario{tt.name, n, nil, judge.Case{}, with(known, tt.more), held}
			checkVerdicts(t, []scenario{s})
			read, _ := caseOf(t, s).Round(facts.New(known)).Describe()
			got, missing := caseOf(t, s).Round(facts.New(s.facts)).Describe()
			if len(missing) > 0 || len(got.Limits) != len(read.Limits)+1 {
				t.Errorf("%s: got the limits %q, want one more than %q", tt.name, got.Limits, read.Limits)
			}
		}
	})
}

// TestPermissionsByTest: Google Cloud tests the permissions of whoever asks.
func TestPermissionsByTest(t *testing.T) {
	n := need.Need{
		Rule: "GP201", Severity: need.Error, Kind: need.Permissions, Principal: need.Principal{Kind: need.Deployer},
		Project: project, Resource: projectFull, Permissions: []string{makeClusters}, Clusters: []string{clusterName},
	}
	both := n
	both.Permissions = []string{makeClusters, "container.operations.get"}
	tested := func(state facts.PermissionState, more ...answers) answers {
		known := with(readable(), answers{
			about(facts.KindIdentity, ""):                          is(facts.Identity{Email: "terraform@acme-prod.iam.gserviceaccount.com"}),
			about(facts.KindPermission, projectName, makeClusters): is(state),
		})
		for _, m := range more {
			known = with(known, m)
		}
		return known
	}
	granted := func(expression string) answers {
		return answers{about(facts.KindAllowPolicy, projectName): policy(only(expression, binding("roles/container.clusterAdmin", deployer)))}
	}
	failing := func(a facts.Answer) answers {
		return tested(facts.Granted, answers{about(facts.KindPermission, projectName, makeClusters): a})
	}
	pass := verdict{outcome: finding.Pass, code: "permissions_held", who: deployer}
	fail := verdict{outcome: finding.Fail, code: "permissions_missing", who: deployer, missing: []string{makeClusters}}
	undetermined := func(code judge.Code) verdict {
		return verdict{outcome: finding.Undetermined, code: code, who: deployer, unsure: []string{makeClusters}}
	}
	nameless := answers{about(facts.KindIdentity, ""): is(facts.Identity{})}
	at := func(v verdict, levels ...string) verdict { v.levels = levels; return v }
	without := func(v verdict) verdict { v.who = ""; return v }

	checkVerdicts(t, []scenario{
		{"granted", n, nil, judge.Case{}, tested(facts.Granted), pass},
		{"granted, and the token does not say whose it is", n, nil, judge.Case{}, tested(facts.Granted, nameless), without(pass)},
		{"granted to the deployer whom the user names", n, nil, judge.Case{Deployer: deployer}, tested(facts.Granted, nameless), pass},
		{"missing", n, nil, judge.Case{}, tested(facts.Missing), fail},
		{"permissions_untestable", n, nil, judge.Case{}, tested(facts.Untestable), undetermined("permissions_untestable")},
		{"granted until half an hour from now", n, nil, judge.Case{},
			tested(facts.Granted, granted(`request.time < timestamp("2026-11-24T12:30:00Z")`)),
			at(undetermined("verbatim"), projectName+" doubts", folderName+" lacks", orgName+" lacks")},
		{"missing on the project, and granted on this cluster", n, nil, judge.Case{},
			tested(facts.Missing, granted(`resource.name == "`+clusterName+`"`)), at(pass, projectName+" grants")},
		{"granted on the project, and not on this cluster", n, nil, judge.Case{},
			tested(facts.Granted, granted(`resource.type == "cloudresourcemanager.googleapis.com/Project"`)),
			at(fail, projectName+" unmet", folderName+" lacks", orgName+" lacks")},
		{"untestable on the project, and a grant that does not count for this cluster", n, nil, judge.Case{},
			tested(facts.Untestable, granted(`resource.type == "cloudresourcemanager.googleapis.com/Project"`)),
			at(fail, projectName+" unmet", folderName+" lacks", orgName+" lacks")},
		{"one is granted on this cluster, and the other is untestable", both, nil, judge.Case{},
			with(tested(facts.Missing, granted(`resource.name == "`+clusterName+`"`)), answers{about(facts.KindPermission, projectName, "container.operations.get"): is(facts.Untestable)}),
			verdict{outcome: finding.Undetermined, code: "permissions_untestable", who: deployer, unsure: []string{"container.operations.get"}, levels: []string{projectName + " grants"}}},
		{"Google Cloud does not answer", n, nil, judge.Case{}, failing(noAnswer), undetermined("no_response")},
		{"the quota is used up", n, nil, judge.Case{}, failing(usedUp), undetermined("quota_exhausted")},
		{"the credentials are rejected", n, nil, judge.Case{}, failing(expired), undetermined("credentials_rejected")},
		{"the API is disabled in the quota project", n, nil, judge.Case{}, failing(gkeDisabled), undetermined("request_service_disabled")},
		{"the quota project may not be used", n, nil, judge.Case{},
			failing(facts.Answer{Err: &facts.Error{Code: 403, Reason: "USER_PROJECT_DENIED", Message: "no"}}), undetermined("quota_project_denied")},
		{"the project is invisible", n, nil, judge.Case{},
			tested(facts.Granted, answers{about(facts.KindProject, project): forbidden}), pass},
	})
}
