package judge_test

import (
	"testing"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/judge"
	"gke-preflight/preflight/need"
)

const (
	attachmentAddress = "google_compute_shared_vpc_service_project.s"
	attachmentJSON    = `{"service_project": "acme-prod", "host_project": "acme-host"}`
)

// TestSharedVPCAttachment: the project is attached to the host project of its network.
func TestSharedVPCAttachment(t *testing.T) {
	n := need.Need{
		Rule: "GP504", Severity: need.Error, Kind: need.SharedVPCAttachment, Addresses: []string{"google_container_cluster.main"},
		Project: project, Resource: projectFull, Expect: "acme-host",
	}
	host := func(a facts.Answer) answers {
		return with(readable(), answers{about(facts.KindHostProject, project): a})
	}
	attached := verdict{outcome: finding.Pass, code: "attached"}
	checkVerdicts(t, []scenario{
		{name: "attached", need: n, facts: host(is("acme-host")), want: attached},
		{name: "attached elsewhere", need: n, facts: host(is("acme-other")), want: verdict{outcome: finding.Fail, code: "attached_elsewhere"}},
		{name: "not attached", need: n, facts: host(is("")), want: verdict{outcome: finding.Fail, code: "not_attached"}},
		{name: "forbidden", need: n, facts: host(forbidden), want: verdict{outcome: finding.Undetermined, code: "read_denied"}},
		{name: "attached by the plan", need: n, facts: host(is("")), plan: []change{created(attachmentAddress, attachmentJSON), mainCluster(attachmentAddress)},
			want: verdict{outcome: finding.Pass, code: "planned_in_time", plannedBy: []string{attachmentAddress}}},
		{name: "attached by the plan, and the cluster does not depend on it", need: n, facts: host(is("")), plan: []change{created(attachmentAddress, attachmentJSON), mainCluster()},
			want: verdict{outcome: finding.Fail, code: "missing_dependency", rule: need.RuleUnordered, plannedBy: []string{attachmentAddress}}},
		{name: "attached by the plan to another host project", need: n, facts: host(is("")),
			plan: []change{created(attachmentAddress, `{"service_project": "acme-prod", "host_project": "acme-other"}`), mainCluster(attachmentAddress)},
			want: verdict{outcome: finding.Fail, code: "not_attached"}},
		{name: "detached by the plan", need: n, facts: host(is("acme-host")), plan: []change{destroyed(attachmentAddress, attachmentJSON), mainCluster()},
			want: verdict{outcome: finding.Fail, code: "with_rule", rule: need.RuleRemoved, removedBy: []string{attachmentAddress}}},
		{name: "the plan ends the host project", need: n, facts: host(is("acme-host")),
			plan: []change{destroyed("google_compute_shared_vpc_host_project.h", `{"project": "acme-host"}`), mainCluster()},
			want: verdict{outcome: finding.Fail, code: "with_rule", rule: need.RuleRemoved, removedBy: []string{"google_compute_shared_vpc_host_project.h"}}},
		{name: "another project is detached", need: n, facts: host(is("acme-host")),
			plan: []change{destroyed(attachmentAddress, `{"service_project": "acme-dev", "host_project": "acme-host"}`), mainCluster()}, want: attached},
	})
}

// TestNetworkOfCluster: only Google Cloud knows the network of an existing cluster.
func TestNetworkOfCluster(t *testing.T) {
	n := need.Need{
		Rule: "GP501", Severity: need.Error, Kind: need.Service, Service: "compute.googleapis.com", Addresses: []string{"google_container_node_pool.p"},
		Project: need.HostProjectPlaceholder, Resource: "//cloudresourcemanager.googleapis.com/projects/" + need.HostProjectPlaceholder,
		NetworkCluster: clusterName,
	}
	on := func(network string) facts.Answer {
		c := running()
		c.NetworkConfig.Network = network
		return is(c)
	}
	enabled := answers{
		about(facts.KindProject, "acme-host"):                           is(facts.Project{ID: "acme-host", Number: "999999999999"}),
		about(facts.KindService, "acme-host", "compute.googleapis.com"): is(facts.Service{State: facts.ServiceEnabled}),
	}
	const shared, own = "projects/acme-host/global/networks/shared", "projects/acme-prod/global/networks/default"
	checkVerdicts(t, []scenario{
		{name: "in the host project", need: n, facts: with(clusterIs(on(shared)), enabled), want: verdict{outcome: finding.Pass, code: "service_enabled"}},
		{name: "cluster does not exist", need: n, facts: clusterIs(notFound), want: verdict{outcome: finding.Undetermined, code: "verbatim"}},
		{name: "cluster is forbidden", need: n, facts: clusterIs(forbidden), want: verdict{outcome: finding.Undetermined, code: "verbatim"}},
		{name: "network is not reported", need: n, facts: clusterIs(on("")), want: verdict{outcome: finding.Undetermined, code: "verbatim"}},
	})

	t.Run("in the project of the cluster: the need does not arise", func(t *testing.T) {
		c := caseOf(t, scenario{need: n})
		got := gatherOne(t, c, n, clusterIs(on(own)))
		if !got.Dropped {
			t.Errorf("got %+v, want the need to be dropped", judge.Explain(got.Need, got.Verdict))
		}
	})
}
