package judge_test

import (
	"testing"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/judge"
	"gke-preflight/preflight/need"
)

const (
	gkeService     = "container.googleapis.com"
	serviceAddress = "google_project_service.gke"
)

func serviceNeed() need.Need {
	return need.Need{
		Rule: "GP101", Severity: need.Error, Kind: need.Service, Addresses: []string{"google_container_cluster.main"},
		Project: project, Resource: projectFull, Service: gkeService,
	}
}

// TestServices: an API is enabled when it is needed.
func TestServices(t *testing.T) {
	n := serviceNeed()
	state := func(s facts.ServiceState) answers {
		return with(readable(), answers{about(facts.KindService, project, gkeService): is(facts.Service{State: s, ProjectNumber: number})})
	}
	failing := func(a facts.Answer) answers {
		return with(readable(), answers{about(facts.KindService, project, gkeService): a})
	}
	const enables = `{"project": "acme-prod", "service": "container.googleapis.com", "disable_on_destroy": true}`
	checkVerdicts(t, []scenario{
		{name: "enabled", need: n, facts: state(facts.ServiceEnabled), want: verdict{outcome: finding.Pass, code: "service_enabled"}},
		{name: "disabled", need: n, facts: state(facts.ServiceDisabled), want: verdict{outcome: finding.Fail, code: "service_disabled"}},
		{name: "state not reported", need: n, facts: state(""), want: verdict{outcome: finding.Undetermined, code: "service_state_unknown"}},
		{name: "enabled by the plan before the cluster", need: n, facts: state(facts.ServiceDisabled),
			plan: []change{created(serviceAddress, enables), mainCluster(serviceAddress)},
			want: verdict{outcome: finding.Pass, code: "planned_in_time", plannedBy: []string{serviceAddress}}},
		{name: "enabled by the plan, and the cluster does not depend on that", need: n, facts: state(facts.ServiceDisabled),
			plan: []change{created(serviceAddress, enables), mainCluster()},
			want: verdict{outcome: finding.Fail, code: "missing_dependency", rule: need.RuleUnordered, plannedBy: []string{serviceAddress}}},
		{name: "enabled by the plan, which names the project by its number", need: n, facts: state(facts.ServiceDisabled),
			plan: []change{created(serviceAddress, `{"project": "111111111111", "service": "container.googleapis.com"}`), mainCluster(serviceAddress)},
			want: verdict{outcome: finding.Pass, code: "planned_in_time", plannedBy: []string{serviceAddress}}},
		{name: "an API that is not known before apply is enabled", need: n, facts: state(facts.ServiceDisabled),
			plan: []change{{address: serviceAddress, actions: []string{"create"}, after: `{"project": "acme-prod"}`, unknown: `{"service": true}`}, mainCluster(serviceAddress)},
			want: verdict{outcome: finding.Undetermined, code: "may_be_provided", plannedBy: []string{serviceAddress}}},
		{name: "enabled in another project", need: n, facts: state(facts.ServiceDisabled),
			plan: []change{created(serviceAddress, `{"project": "acme-dev", "service": "container.googleapis.com"}`), mainCluster(serviceAddress)},
			want: verdict{outcome: finding.Fail, code: "service_disabled"}},
		{name: "disabled by the plan", need: n, facts: state(facts.ServiceEnabled),
			plan: []change{destroyed(serviceAddress, enables), mainCluster()},
			want: verdict{outcome: finding.Fail, code: "with_rule", rule: need.RuleRemoved, removedBy: []string{serviceAddress}}},
		{name: "removed from the plan, and stays enabled", need: n, facts: state(facts.ServiceEnabled),
			plan: []change{destroyed(serviceAddress, `{"project": "acme-prod", "service": "container.googleapis.com", "disable_on_destroy": false}`), mainCluster()},
			want: verdict{outcome: finding.Pass, code: "service_enabled"}},
		{name: "disabled with the API that it depends on", need: n, facts: state(facts.ServiceEnabled),
			plan: []change{destroyed(serviceAddress, `{"project": "acme-prod", "service": "compute.googleapis.com", "disable_on_destroy": true, "disable_dependent_services": true}`), mainCluster()},
			want: verdict{outcome: finding.Fail, code: "with_rule", rule: need.RuleRemoved, removedBy: []string{serviceAddress}}},
		{name: "forbidden", need: n, facts: failing(forbidden), want: verdict{outcome: finding.Undetermined, code: "read_denied"}},
		{name: "Google Cloud does not answer", need: n, facts: failing(noAnswer), want: verdict{outcome: finding.Undetermined, code: "no_response"}},
		{name: "the quota is used up", need: n, facts: failing(usedUp), want: verdict{outcome: finding.Undetermined, code: "quota_exhausted"}},
		{name: "the credentials are rejected", need: n, facts: failing(expired), want: verdict{outcome: finding.Undetermined, code: "credentials_rejected"}},
		{name: "forbidden, and enabled by the plan", need: n, facts: failing(forbidden),
			plan: []change{created(serviceAddress, enables), mainCluster(serviceAddress)},
			want: verdict{outcome: finding.Pass, code: "planned_in_time", plannedBy: []string{serviceAddress}}},
	})
}

// TestInvisibleProject: of a project that the deployer cannot see, only what the
// plan creates is known.
func TestInvisibleProject(t *testing.T) {
	n := serviceNeed()
	invisible := answers{
		about(facts.KindProject, project):             forbidden,
		about(facts.KindService, project, gkeService): forbidden,
	}
	newProject := created("google_project.p", `{"project_id": "acme-prod"}`)
	checkVerdicts(t, []scenario{
		{name: "invisible", need: n, facts: invisible, want: verdict{outcome: finding.Undetermined, code: "project_invisible"}},
		{name: "created by the plan", need: n, facts: invisible, plan: []change{newProject, mainCluster("google_project.p")},
			want: verdict{outcome: finding.Undetermined, code: "project_planned", plannedBy: []string{"google_project.p"}}},
		{name: "created by the plan, with the API", need: n, facts: invisible,
			plan: []change{newProject, created(serviceAddress, `{"project": "acme-prod", "service": "container.googleapis.com"}`, "google_project.p"), mainCluster(serviceAddress)},
			want: verdict{outcome: finding.Pass, code: "planned_in_time", plannedBy: []string{serviceAddress}}},
		{name: "created by the plan: no cluster has the name", facts: invisible, of: judge.Case{Needs: []need.Need{n, nameNeed()}},
			need: nameNeed(),
			plan: []change{newProject, mainCluster("google_project.p")},
			want: verdict{outcome: finding.Pass, code: "project_new_without_clusters", plannedBy: []string{"google_project.p"}}},
	})
}

// TestServiceAgents: enabling an API creates its service agent, with its role.
func TestServiceAgents(t *testing.T) {
	n := need.Need{
		Rule: "GP401", Severity: need.Error, Kind: need.Permissions, Addresses: []string{"google_container_cluster.main"},
		Principal: need.Principal{Kind: need.GKEServiceAgent, Member: "serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com"},
		Project:   project, Resource: projectFull, Permissions: []string{"compute.instances.create"}, Fix: need.Fix{Role: "roles/container.serviceAgent"},
	}
	state := func(s facts.ServiceState, bindings facts.Answer) answers {
		return with(readable(), answers{
			about(facts.KindService, project, gkeService): is(facts.Service{State: s, ProjectNumber: number}),
			about(facts.KindAllowPolicy, projectName):     bindings,
		})
	}
	agentRole := policy(binding("roles/container.serviceAgent", gkeAgent))
	const enables = `{"project": "acme-prod", "service": "container.googleapis.com"}`
	withService := []need.Need{n, serviceNeed()}
	s := func(name string, known answers, want verdict, changes ...change) scenario {
		out := scenario{name: name, need: n, facts: known, plan: changes, want: want}
		out.of.Needs = withService
		return out
	}
	numberless := with(readable(), answers{
		about(facts.KindProject, project):             noAnswer,
		about(facts.KindService, project, gkeService): noAnswer,
	})
	checkVerdicts(t, []scenario{
		s("has its role", state(facts.ServiceEnabled, agentRole),
			verdict{outcome: finding.Pass, code: "permissions_held", who: gkeAgent, levels: []string{projectName + " grants"}}),
		s("lost its role", state(facts.ServiceEnabled, policy()),
			verdict{outcome: finding.Fail, code: "permissions_missing", who: gkeAgent, missing: []string{"compute.instances.create"},
				levels: []string{projectName + " lacks", folderName + " lacks", orgName + " lacks"}}),
		s("created when the plan enables the API", state(facts.ServiceDisabled, policy()),
			verdict{outcome: finding.Pass, code: "planned_in_time", who: gkeAgent, plannedBy: []string{serviceAddress}},
			created(serviceAddress, enables), mainCluster(serviceAddress)),
		s("created when the plan enables the API, too late", state(facts.ServiceDisabled, policy()),
			verdict{outcome: finding.Fail, code: "missing_dependency", rule: need.RuleUnordered, who: gkeAgent, plannedBy: []string{serviceAddress}},
			created(serviceAddress, enables), mainCluster()),
		s("created when the plan enables the API, and the plan removes its role", state(facts.ServiceDisabled, policy()),
			verdict{outcome: finding.Fail, code: "agent_role_removed", rule: need.RuleRemoved, who: gkeAgent, removedBy: []string{"google_project_iam_policy.p"}},
			created(serviceAddress, enables), created("google_project_iam_policy.p", `{"project": "acme-prod", "policy_data": "{\"bindings\": []}"}`, serviceAddress), mainCluster(serviceAddress)),
		s("the number of its project is not known", numberless,
			verdict{outcome: finding.Undetermined, code: "no_response", who: n.Principal.Member, unsure: []string{"compute.instances.create"}}),
	})
}
