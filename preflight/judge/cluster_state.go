package judge

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/shell"
)

// existingClustersVerdict returns the verdict on whether existing clusters accept
// changes.
func (cj *clusterJudge) existingClustersVerdict(n need.Need, v Verdict) Verdict {
	for _, name := range n.Clusters {
		cluster, err := cj.cluster(name)
		if err != nil && facts.AsError(err).NotFound() {
			v = v.withEvidence("clusters.get", clusterFullName(name), "404 not found")
			if n.Expect == need.Lasts {
				return v.undetermined(say(clusterMissing, name))
			}
			v.Outcome, v.Message = finding.Pass, say(clusterAlreadyGone, name)
			continue
		}
		if err != nil {
			return cj.lookupFailedVerdict(n, v, err)
		}
		v = v.withEvidence("clusters.get", clusterFullName(name), "status: "+cluster.Status)
		if v = cj.existingClusterVerdict(n, v, name, cluster); v.Outcome != finding.Pass {
			return v
		}
	}
	return v
}

// existingClusterVerdict returns the verdict on one of the clusters.
func (cj *clusterJudge) existingClusterVerdict(n need.Need, v Verdict, name string, cluster facts.Cluster) Verdict {
	switch n.Kind {
	case need.NoRunningOperation:
		return cj.operationVerdict(n, v, name, cluster)
	case need.NoPendingRecreation:
		return recreationVerdict(n, v, name, cluster)
	}
	return conditionVerdict(n, v, name, cluster)
}

// operationVerdict returns the verdict on whether an operation is running on a
// cluster or its node pools.
func (cj *clusterJudge) operationVerdict(n need.Need, v Verdict, name string, cluster facts.Cluster) Verdict {
	parts := strings.Split(name, "/")
	operations, err := cj.operations(parts[1])
	if err != nil {
		return v.undetermined(readFailure(err, "list the operations that are running on "+name, "container.operations.list", "roles/container.clusterViewer"))
	}
	for _, o := range operations {
		if o.Status == "DONE" || !isOnCluster(o, parts[3], parts[5]) {
			continue
		}
		if !isResting(cluster.Status) && need.Rank(need.Warning) < need.Rank(n.Severity) {
			v.Severity, n.Severity = need.Warning, need.Warning
		}
		n.ExpectedError = "Error 400: Cluster is running incompatible operation " + o.Name + "., failedPrecondition"
		n.Fix.Commands = []string{shell.Command("gcloud", "container", "operations", "wait", shell.Name(o.Name), "--location="+parts[3], "--project="+parts[1])}
		return v.withEvidence("operations.list", n.Resource, o.Name+" "+o.Type+" "+o.Status).
			fail(n, say(operationRunning, o.Name, o.Type, o.Status, parts[5], operationEffect(n.Severity)))
	}
	return v.pass(say(noOperation))
}

// isResting reports whether the provider starts to change a cluster with a status.
// Otherwise it waits, for 90 minutes unless timeouts are set.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/resource_container_cluster.go (containerClusterRestingStates)
func isResting(status string) bool {
	return status == "RUNNING" || status == "DEGRADED" || status == "ERROR"
}

// operationEffect says how a running operation affects apply. The provider does
// not retry updates of a cluster, unlike those of node pools.
// https://github.com/hashicorp/terraform-provider-google/issues/10366
func operationEffect(s need.Severity) string {
	if s == need.Error {
		return "GKE rejects other changes to the cluster until it ends"
	}
	return "apply waits for it, and fails if it takes longer than the timeout of the resource"
}

// isOnCluster reports whether an operation is about a cluster or one of its node
// pools.
func isOnCluster(o facts.Operation, location, cluster string) bool {
	target := "/" + o.Target + "/"
	for _, kind := range []string{"/locations/", "/zones/"} {
		if strings.Contains(target, kind+location+"/clusters/"+cluster+"/") {
			return true
		}
	}
	return false
}

// recreationVerdict returns the verdict on whether a node pool has to be
// recreated. GKE says so only in free text.
func recreationVerdict(n need.Need, v Verdict, name string, cluster facts.Cluster) Verdict {
	parts := strings.Split(name, "/")
	for _, pool := range cluster.NodePools {
		texts := []string{pool.StatusMessage}
		for _, c := range pool.Conditions {
			texts = append(texts, c.Message)
		}
		if !slices.ContainsFunc(texts, mentionsRecreation) {
			continue
		}
		n.ExpectedError = fmt.Sprintf("Error 400: Node pool %q requires recreation., badRequest", pool.Name)
		n.Fix.Commands = []string{shell.Command("gcloud", "container", "clusters", "upgrade", shell.Name(parts[5]), "--node-pool="+pool.Name,
			"--cluster-version="+cluster.CurrentVersion, "--location="+parts[3], "--project="+parts[1])}
		return v.fail(n, say(recreationPending, pool.Name, parts[5]))
	}
	return v.pass(say(noRecreationPending))
}

// mentionsRecreation reports whether a message of GKE is about recreation.
func mentionsRecreation(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "recreat")
}

// conditionVerdict returns the verdict on whether GKE reports a condition that
// prevents changes to a cluster. Only a few conditions are known to do so; others
// are notes.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/StatusCondition
func conditionVerdict(n need.Need, v Verdict, name string, cluster facts.Cluster) Verdict {
	parts := strings.Split(name, "/")
	type reported struct {
		of string
		facts.StatusCondition
	}
	var all []reported
	for _, c := range cluster.Conditions {
		all = append(all, reported{"cluster " + cluster.Name, c})
	}
	for _, p := range cluster.NodePools {
		for _, c := range p.Conditions {
			all = append(all, reported{"node pool " + p.Name, c})
		}
	}
	worst := -1
	for i, c := range all {
		if c.Code != "" && (worst < 0 || need.Rank(conditionSeverity(c.Code)) > need.Rank(conditionSeverity(all[worst].Code))) {
			worst = i
		}
	}
	if n.Expect == need.Lasts && cluster.Status == "ERROR" && (worst < 0 || conditionSeverity(all[worst].Code) != need.Error) {
		return v.undetermined(errorStatusStatement(name, cluster))
	}
	if worst < 0 {
		return v.pass(say(noCondition))
	}
	c := all[worst]
	if need.Rank(conditionSeverity(c.Code)) < need.Rank(n.Severity) {
		v.Severity, n.Severity = conditionSeverity(c.Code), conditionSeverity(c.Code)
	}
	if c.Code == "GKE_SERVICE_ACCOUNT_DELETED" {
		n.ExpectedError = "Error 400/403: Missing edit permissions on account"
		n.Fix.Commands = []string{shell.Command("gcloud", "services", "enable", "container.googleapis.com", "--project="+parts[1])}
	}
	return v.fail(n, say(conditionReported, c.Code, c.of, c.Message))
}

// errorStatusStatement says what the status ERROR means. GKE calls such a cluster
// unusable, but some recover, and whether it accepts changes is not documented.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#Status
func errorStatusStatement(name string, cluster facts.Cluster) Statement {
	why := ""
	if cluster.StatusMessage != "" {
		why = " (" + cluster.StatusMessage + ")"
	}
	parts := strings.Split(name, "/")
	return say(clusterStatusError, name, why, shell.Command("gcloud", "container", "clusters", "describe", shell.Name(parts[5]), "--location="+parts[3], "--project="+parts[1]))
}

// conditionSeverity returns how severe a condition is for apply.
func conditionSeverity(code string) need.Severity {
	switch code {
	case "GKE_SERVICE_ACCOUNT_DELETED", "CLOUD_KMS_KEY_ERROR", "CLOUD_KMS_KEY_DESTROYED":
		return need.Error
	case "NODE_SERVICE_ACCOUNT_MISSING_PERMISSIONS", "CA_EXPIRING":
		return need.Warning
	}
	return need.Note
}
