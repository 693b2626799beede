package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/shell"
)

// existsVerdict returns the verdict on whether the clusters of n exist, and the
// node pool that n expects in them. Google answers 404 only to callers who may get
// the cluster, so a 404 is proof.
// https://docs.cloud.google.com/kubernetes-engine/docs/troubleshooting/4xx-errors
func (cj *clusterJudge) existsVerdict(n need.Need, v Verdict) Verdict {
	for _, name := range n.Clusters {
		if resource.InAnyLocation(name) {
			v = cj.existsAnywhere(n, v, name)
		} else {
			v = cj.existsInLocation(n, v, name)
		}
		if v.Outcome != finding.Pass {
			return v
		}
	}
	return v
}

// existsInLocation returns the verdict on one cluster whose location is known.
func (cj *clusterJudge) existsInLocation(n need.Need, v Verdict, name string) Verdict {
	cluster, err := cj.cluster(name)
	if err != nil && facts.AsError(err).NotFound() {
		v = v.withEvidence("clusters.get", clusterFullName(name), "404 not found")
		return cj.missingClusterVerdict(n, v, name)
	}
	if err != nil {
		return cj.lookupFailedVerdict(n, v, err)
	}
	v = v.withEvidence("clusters.get", clusterFullName(name), "status: "+cluster.Status)
	switch {
	case cluster.Status == "STOPPING":
		return v.fail(n, say(clusterStopping, name))
	case n.Expect != "" && !hasNodePool(cluster, n.Expect):
		return v.fail(n, say(poolMissing, name, n.Expect))
	}
	v.Outcome, v.Message = finding.Pass, say(clusterExists, name)
	if n.Expect != "" {
		v.Message = say(poolExists, n.Expect, name)
	}
	return v
}

// missingClusterVerdict returns the verdict on a cluster that does not exist. It
// mentions clusters with the same name in other locations.
func (cj *clusterJudge) missingClusterVerdict(n need.Need, v Verdict, name string) Verdict {
	parts := strings.Split(name, "/")
	n.Fix.Commands = []string{shell.Command("gcloud", "container", "clusters", "list", "--project="+parts[1])}
	if found, err := cj.clustersNamed(name); err == nil && len(found) > 0 {
		return v.fail(n, say(clusterInOtherLocation, name, joinNames(found)))
	}
	return v.fail(n, say(clusterMissing, name))
}

// existsAnywhere returns the verdict on a cluster whose location is not known.
// Only the absence from all locations is certain.
func (cj *clusterJudge) existsAnywhere(n need.Need, v Verdict, name string) Verdict {
	found, err := cj.clustersNamed(name)
	if err != nil {
		return v.undetermined(readFailure(err, "list the clusters of "+need.ProjectInWords(name), "container.clusters.list", "roles/container.clusterViewer"))
	}
	if len(found) == 0 {
		v = v.withEvidence("clusters.list", clusterFullName(name), "no location has a cluster with this name")
		return v.fail(n, say(clusterInNoLocation, need.ProjectInWords(name), name[strings.LastIndex(name, "/")+1:]))
	}
	return v.undetermined(say(verbatim, n.Message))
}

// clustersNamed returns the relative names of all clusters with the same project
// and name, in any location.
func (cj *clusterJudge) clustersNamed(name string) ([]string, error) {
	all, err := cj.clustersOf(strings.Split(name, "/")[1])
	if err != nil {
		return nil, err
	}
	var out []string
	for other := range all {
		if other[strings.LastIndex(other, "/")+1:] == name[strings.LastIndex(name, "/")+1:] {
			out = append(out, other)
		}
	}
	slices.Sort(out)
	return out, nil
}

// hasNodePool reports whether a cluster has a node pool with a name.
func hasNodePool(c facts.Cluster, name string) bool {
	return slices.ContainsFunc(c.NodePools, func(p facts.NodePool) bool { return p.Name == name })
}

// withClusterNetwork returns n with the network of its cluster, which only Google
// Cloud knows. The need does not apply if the network is in the cluster's own
// project.
func (j *judge) withClusterNetwork(n need.Need) (_ need.Need, asked bool) {
	if n.NetworkCluster == "" {
		return n, true
	}
	own := resource.Parse(n.NetworkCluster).Project()
	cluster, err := j.cluster(n.NetworkCluster)
	host := plan.ProjectOfName(cluster.NetworkConfig.Network)
	is := j.matchProject(resource.ParseProject(host), own)
	switch {
	case err != nil && facts.AsError(err).NotFound():
		n = n.WithoutNetwork("cluster " + n.NetworkCluster + " does not exist")
	case err != nil:
		n = n.WithoutNetwork(readFailure(err, "read the network of "+n.NetworkCluster, "container.clusters.get", "roles/container.clusterViewer").String())
	case host == "":
		n = n.WithoutNetwork("Google Cloud did not report which network " + n.NetworkCluster + " uses")
	case is == resource.Same:
		return n, false
	case is == resource.MaybeSame:
		n = n.WithoutNetwork(projectsNotComparable(host, own.String()))
	default:
		n = n.WithNetwork(host, cluster.NetworkConfig.Subnetwork)
	}
	return n, true
}

// A clusterJudge returns verdicts on clusters and node pools: whether they exist,
// whether their names are free, and whether GKE accepts changes to them.
type clusterJudge struct{ *planned }

// lookupFailedVerdict returns the verdict on a cluster that could not be read
// because of err. It is skipped if the Kubernetes Engine API is disabled in the
// cluster's project, since another rule reports that.
func (cj *clusterJudge) lookupFailedVerdict(n need.Need, v Verdict, err error) Verdict {
	if isMissing(err) {
		return v
	}
	_, consumer, off := facts.AsError(err).ServiceDisabled()
	if !off {
		return v.undetermined(readFailure(err, "read "+joinNames(n.Clusters), "container.clusters.get", "roles/container.clusterViewer"))
	}
	consumer = strings.TrimPrefix(consumer, "projects/")
	number, numberErr := cj.number(n.Project)
	switch {
	case consumer == "" || numberErr != nil && consumer != n.Project:
		return v.undetermined(say(gkeDisabledInUnknownProject, facts.AsError(err).Message))
	case consumer != n.Project && consumer != number:
		return cj.quotaProjectVerdict(n, v, err, consumer)
	}
	if services, err := cj.servicesOf(n.Project); err == nil && services.State["container.googleapis.com"] == facts.ServiceEnabled {
		return v.undetermined(say(gkeStateContradictory, n.Project))
	}
	v.Outcome, v.Message, v.Reason = finding.Skipped, Statement{}, say(gkeDisabled, n.Project)
	return v
}

// quotaProjectVerdict returns the verdict if the Kubernetes Engine API is disabled
// in the project that requests are billed to, and that is not the cluster's
// project. Apply fails in the same way if it uses the same credentials.
// https://docs.cloud.google.com/docs/quotas/quota-project
func (cj *clusterJudge) quotaProjectVerdict(n need.Need, v Verdict, err error, project string) Verdict {
	if !cj.plan.UsesOnlyEnvironmentCredentials() {
		return v.undetermined(say(callerQuotaProjectServiceDisabled, project))
	}
	enabled := need.Need{Project: project, Service: "container.googleapis.com"}
	if on := cj.changesAffecting(enabled, cj.enablesService); len(on) > 0 {
		return v.undetermined(say(quotaProjectServiceMayBeEnabled, project, joinNames(addresses(on))))
	}
	n.ExpectedError = facts.AsError(err).Message
	n.Fix.Role = ""
	n.Fix.Commands = []string{shell.Command("gcloud", "services", "enable", "container.googleapis.com", "--project="+project)}
	v = v.withEvidence(facts.AsError(err).Method, n.Resource, "SERVICE_DISABLED, consumer projects/"+project)
	return v.fail(n, say(quotaProjectServiceDisabled, project))
}

// clusterFullName returns the full resource name of a cluster.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func clusterFullName(name string) string { return "//container.googleapis.com/" + name }
