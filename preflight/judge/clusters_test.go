package judge_test

import (
	"testing"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/judge"
	"gke-preflight/preflight/need"
)

// nameNeed returns the need that no cluster has the name of a new one.
func nameNeed() need.Need {
	return need.Need{
		Rule: "GP905", Severity: need.Error, Kind: need.ClusterNameFree, Addresses: []string{"google_container_cluster.main"},
		Project: project, Resource: clusterFull, Clusters: []string{clusterName},
	}
}

// clusterNeed returns a need about the cluster main.
func clusterNeed(kind need.Kind, expect string) need.Need {
	n := nameNeed()
	n.Rule, n.Kind, n.Expect = "GP901", kind, expect
	return n
}

// anywhere returns a need about the cluster main in a location that is not known.
func anywhere(n need.Need) need.Need {
	n.Clusters, n.Message = []string{"projects/acme-prod/locations/-/clusters/main"}, "the location is not known"
	return n
}

// running is a cluster of which nothing is to be said.
func running(pools ...facts.NodePool) facts.Cluster {
	return facts.Cluster{Name: "main", Location: "europe-west1", Status: "RUNNING", NodePools: pools, CurrentVersion: "1.33.4-gke.100"}
}

// clusterIs returns the answers about acme-prod in which the cluster main has a state.
func clusterIs(a facts.Answer) answers {
	return with(readable(), answers{about(facts.KindCluster, clusterName): a})
}

// clustersAre returns the answers about acme-prod in which it has some clusters.
func clustersAre(names ...string) answers {
	all := map[string]facts.Cluster{}
	for _, name := range names {
		all[name] = running()
	}
	return with(readable(), answers{about(facts.KindClusters, project): is(all)})
}

// TestClusterNameFree: no cluster has the name of a new one.
func TestClusterNameFree(t *testing.T) {
	n := nameNeed()
	free := verdict{outcome: finding.Pass, code: "cluster_name_free"}
	several := n
	several.Clusters = []string{clusterName, "projects/acme-prod/locations/europe-west1/clusters/b", "projects/acme-prod/locations/europe-west1/clusters/c"}
	service := answers{about(facts.KindService, project, gkeService): is(facts.Service{State: facts.ServiceEnabled, ProjectNumber: number})}
	checkVerdicts(t, []scenario{
		{name: "no cluster has it", need: n, facts: clusterIs(notFound), want: free},
		{name: "a cluster has it", need: n, facts: clusterIs(is(running())), want: verdict{outcome: finding.Fail, code: "cluster_name_taken"}},
		{name: "forbidden", need: n, facts: clusterIs(forbidden), want: verdict{outcome: finding.Undetermined, code: "read_denied"}},
		{name: "no answer", need: n, facts: clusterIs(noAnswer), want: verdict{outcome: finding.Undetermined, code: "no_response"}},
		{name: "a 404 that is not Google's", need: n, facts: clusterIs(facts.Answer{Err: &facts.Error{Code: 404, Message: "<html>"}}),
			want: verdict{outcome: finding.Undetermined, code: "read_failed"}},
		{name: "the API is disabled", need: n, facts: clusterIs(gkeDisabled), want: verdict{outcome: finding.Skipped, code: "gke_disabled"}},
		{name: "the API is disabled in the quota project", need: n,
			facts: clusterIs(facts.Answer{Err: &facts.Error{Code: 403, Reason: "SERVICE_DISABLED", Metadata: map[string]string{"service": gkeService, "consumer": "projects/222222222222"}}}),
			want:  verdict{outcome: finding.Fail, code: "quota_project_service_disabled"}},
		{name: "the API is disabled and enabled", need: n, of: judge.Case{Needs: []need.Need{n, serviceNeed()}},
			facts: with(clusterIs(gkeDisabled), service), want: verdict{outcome: finding.Undetermined, code: "gke_state_contradictory"}},
		{name: "none of several clusters: one list", need: several, facts: clustersAre(), want: free},
		{name: "one of several clusters: one list", need: several, facts: clustersAre(clusterName), want: verdict{outcome: finding.Fail, code: "cluster_name_taken"}},
		{name: "several clusters, and they may not be listed", need: several,
			facts: with(readable(), answers{
				about(facts.KindClusters, project):            forbidden,
				about(facts.KindCluster, several.Clusters[0]): notFound, about(facts.KindCluster, several.Clusters[1]): notFound, about(facts.KindCluster, several.Clusters[2]): notFound,
			}), want: free},
		{name: "no location has it", need: anywhere(n), facts: clustersAre("projects/acme-prod/locations/europe-west1/clusters/other"), want: free},
		{name: "some location has it", need: anywhere(n), facts: clustersAre("projects/acme-prod/locations/us-east1/clusters/main"),
			want: verdict{outcome: finding.Undetermined, code: "cluster_name_taken_in_some_location"}},
	})
}

// TestClusterExists: a cluster that the plan uses exists, with its node pool.
func TestClusterExists(t *testing.T) {
	n := clusterNeed(need.Existing, "")
	pool := clusterNeed(need.Existing, "workers")
	stopping := running()
	stopping.Status = "STOPPING"
	absent := func(elsewhere ...string) answers { return with(clusterIs(notFound), clustersAre(elsewhere...)) }
	checkVerdicts(t, []scenario{
		{name: "exists", need: n, facts: clusterIs(is(running())), want: verdict{outcome: finding.Pass, code: "cluster_exists"}},
		{name: "exists with the node pool", need: pool, facts: clusterIs(is(running(facts.NodePool{Name: "workers"}))), want: verdict{outcome: finding.Pass, code: "pool_exists"}},
		{name: "exists without the node pool", need: pool, facts: clusterIs(is(running())), want: verdict{outcome: finding.Fail, code: "pool_missing"}},
		{name: "absent", need: n, facts: absent(), want: verdict{outcome: finding.Fail, code: "cluster_missing"}},
		{name: "absent, and another location has one", need: n, facts: absent("projects/acme-prod/locations/us-east1/clusters/main"),
			want: verdict{outcome: finding.Fail, code: "cluster_in_other_location"}},
		{name: "absent, and clusters may not be listed", need: n, facts: with(clusterIs(notFound), answers{about(facts.KindClusters, project): forbidden}),
			want: verdict{outcome: finding.Fail, code: "cluster_missing"}},
		{name: "being deleted", need: n, facts: clusterIs(is(stopping)), want: verdict{outcome: finding.Fail, code: "cluster_stopping"}},
		{name: "forbidden", need: n, facts: clusterIs(forbidden), want: verdict{outcome: finding.Undetermined, code: "read_denied"}},
		{name: "no location has it", need: anywhere(n), facts: clustersAre(), want: verdict{outcome: finding.Fail, code: "cluster_in_no_location"}},
		{name: "some location has it", need: anywhere(n), facts: clustersAre(clusterName), want: verdict{outcome: finding.Undetermined, code: "verbatim"}},
	})
}

// TestNodePoolNameFree: no node pool has the name of a new one.
func TestNodePoolNameFree(t *testing.T) {
	n := clusterNeed(need.NodePoolNameFree, "workers")
	checkVerdicts(t, []scenario{
		{name: "no node pool has it", need: n, facts: clusterIs(is(running(facts.NodePool{Name: "other"}))), want: verdict{outcome: finding.Pass, code: "pool_name_free"}},
		{name: "a node pool has it", need: n, facts: clusterIs(is(running(facts.NodePool{Name: "workers"}))), want: verdict{outcome: finding.Fail, code: "pool_name_taken"}},
		{name: "no cluster", need: n, facts: clusterIs(notFound), want: verdict{outcome: finding.Undetermined, code: "cluster_missing"}},
		{name: "forbidden", need: n, facts: clusterIs(forbidden), want: verdict{outcome: finding.Undetermined, code: "read_denied"}},
	})
}

// TestRunningOperations: no operation is running on a cluster.
func TestRunningOperations(t *testing.T) {
	n := clusterNeed(need.NoRunningOperation, "")
	lasts := clusterNeed(need.NoRunningOperation, need.Lasts)
	operation := func(status, target string) facts.Operation {
		return facts.Operation{Name: "operation-1", Type: "UPGRADE_MASTER", Status: status, Target: "https://container.googleapis.com/v1/projects/111111111111/" + target}
	}
	state := func(status string, operations ...facts.Operation) answers {
		c := running()
		c.Status = status
		return with(clusterIs(is(c)), answers{about(facts.KindOperations, project): is(operations)})
	}
	const here = "locations/europe-west1/clusters/main"
	fail := verdict{outcome: finding.Fail, code: "operation_running"}
	warn := verdict{outcome: finding.Fail, code: "operation_running", severity: need.Warning}
	pass := verdict{outcome: finding.Pass, code: "no_operation"}
	checkVerdicts(t, []scenario{
		{name: "none", need: n, facts: state("RUNNING"), want: pass},
		{name: "done", need: n, facts: state("RUNNING", operation("DONE", here)), want: pass},
		{name: "on another cluster", need: n, facts: state("RUNNING", operation("RUNNING", "locations/europe-west1/clusters/main2")), want: pass},
		{name: "in another location", need: n, facts: state("RUNNING", operation("RUNNING", "locations/us-east1/clusters/main")), want: pass},
		{name: "on the cluster", need: n, facts: state("RUNNING", operation("RUNNING", here)), want: fail},
		{name: "pending on a node pool", need: n, facts: state("RUNNING", operation("PENDING", here+"/nodePools/workers")), want: fail},
		{name: "on a cluster in a zone", need: n, facts: state("RUNNING", operation("RUNNING", "zones/europe-west1/clusters/main")), want: fail},
		{name: "on a cluster that the provider waits for", need: n, facts: state("RECONCILING", operation("RUNNING", here)), want: warn},
		{name: "operations forbidden", need: n, facts: with(state("RUNNING"), answers{about(facts.KindOperations, project): forbidden}), want: verdict{outcome: finding.Undetermined, code: "read_denied"}},
		{name: "cluster to be destroyed is gone", need: n, facts: clusterIs(notFound), want: verdict{outcome: finding.Pass, code: "cluster_already_gone"}},
		{name: "cluster to be updated is gone", need: lasts, facts: clusterIs(notFound), want: verdict{outcome: finding.Undetermined, code: "cluster_missing"}},
	})
}

// TestClusterHealth: GKE reports nothing that prevents changes.
func TestClusterHealth(t *testing.T) {
	n := clusterNeed(need.ClusterHealthy, need.Lasts)
	recreation := clusterNeed(need.NoPendingRecreation, need.Lasts)
	reports := func(codes ...string) answers {
		c := running()
		for _, code := range codes {
			c.Conditions = append(c.Conditions, facts.StatusCondition{Code: code})
		}
		return clusterIs(is(c))
	}
	broken := running()
	broken.Status, broken.StatusMessage = "ERROR", "no capacity"
	fail := func(s need.Severity) verdict {
		return verdict{outcome: finding.Fail, code: "condition_reported", severity: s}
	}
	checkVerdicts(t, []scenario{
		{name: "no condition", need: n, facts: reports(), want: verdict{outcome: finding.Pass, code: "no_condition"}},
		{name: "a condition that stops apply", need: n, facts: reports("GKE_SERVICE_ACCOUNT_DELETED"), want: fail("")},
		{name: "a condition that does not stop apply", need: n, facts: reports("CA_EXPIRING"), want: fail(need.Warning)},
		{name: "a condition that is not known", need: n, facts: reports("SOMETHING_NEW"), want: fail(need.Note)},
		{name: "the worst of several", need: n, facts: reports("SOMETHING_NEW", "CLOUD_KMS_KEY_ERROR", "CA_EXPIRING"), want: fail("")},
		{name: "a condition of a node pool", need: n, facts: clusterIs(is(running(facts.NodePool{Name: "workers", Conditions: []facts.StatusCondition{{Code: "CLOUD_KMS_KEY_DESTROYED"}}}))), want: fail("")},
		{name: "status ERROR", need: n, facts: clusterIs(is(broken)), want: verdict{outcome: finding.Undetermined, code: "cluster_status_error"}},
		{name: "no node pool has to be recreated", need: recreation, facts: clusterIs(is(running(facts.NodePool{Name: "workers"}))), want: verdict{outcome: finding.Pass, code: "no_recreation_pending"}},
		{name: "a node pool has to be recreated", need: recreation,
			facts: clusterIs(is(running(facts.NodePool{Name: "workers", StatusMessage: "Node pool requires recreation."}))),
			want:  verdict{outcome: finding.Fail, code: "recreation_pending"}},
	})
}

// TestSeveralClusters: an answer about one cluster says nothing about the next.
func TestSeveralClusters(t *testing.T) {
	const other = "projects/acme-prod/locations/europe-west1/clusters/other"
	n := clusterNeed(need.Existing, "")
	n.Clusters = []string{clusterName, other}
	next := func(a facts.Answer) answers {
		return with(clusterIs(is(running())), answers{about(facts.KindCluster, other): a, about(facts.KindClusters, project): is(map[string]facts.Cluster{})})
	}
	checkVerdicts(t, []scenario{
		{name: "both exist", need: n, facts: next(is(running())), want: verdict{outcome: finding.Pass, code: "cluster_exists"}},
		{name: "the second does not", need: n, facts: next(notFound), want: verdict{outcome: finding.Fail, code: "cluster_missing"}},
		{name: "the second is forbidden", need: n, facts: next(forbidden), want: verdict{outcome: finding.Undetermined, code: "read_denied"}},
		{name: "the API is disabled when the second is asked about", need: n, facts: next(gkeDisabled), want: verdict{outcome: finding.Skipped, code: "gke_disabled"}},
	})
}
