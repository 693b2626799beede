package judge

import (
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/shell"
)

// clusterNameVerdict returns the verdict on whether the names of the plan's new
// clusters are free.
func (cj *clusterJudge) clusterNameVerdict(n need.Need, v Verdict) Verdict {
	for _, name := range n.Clusters {
		if resource.InAnyLocation(name) {
			if v = cj.clusterNameAnywhereVerdict(n, v, name); v.Outcome != finding.Pass {
				return v
			}
			continue
		}
		c, err := cj.cluster(name)
		switch {
		case err == nil:
			return v.withEvidence("clusters.get", clusterFullName(name), "status: "+c.Status).
				fail(n, say(clusterNameTaken, name, c.Status))
		case facts.AsError(err).NotFound():
			v = v.withEvidence("clusters.get", clusterFullName(name), "404 not found")
		default:
			return cj.lookupFailedVerdict(n, v, err)
		}
	}
	return v.pass(say(clusterNameFree))
}

// clusterNameAnywhereVerdict returns the verdict on whether no location has a
// cluster with a name.
func (cj *clusterJudge) clusterNameAnywhereVerdict(n need.Need, v Verdict, name string) Verdict {
	found, err := cj.clustersNamed(name)
	if err != nil {
		return v.undetermined(readFailure(err, "list the clusters of "+need.ProjectInWords(name), "container.clusters.list", "roles/container.clusterViewer"))
	}
	if len(found) > 0 {
		return v.undetermined(say(clusterNameTakenInSomeLocation, joinNames(found), n.Message))
	}
	v = v.withEvidence("clusters.list", clusterFullName(name), "no location has a cluster with this name")
	return v.pass(say(clusterNameFree))
}

// nodePoolNameVerdict returns the verdict on whether the name of the plan's new
// node pool is free.
func (cj *clusterJudge) nodePoolNameVerdict(n need.Need, v Verdict) Verdict {
	for _, name := range n.Clusters {
		cluster, err := cj.cluster(name)
		if err != nil && facts.AsError(err).NotFound() {
			return v.undetermined(say(clusterMissing, name))
		}
		if err != nil {
			return cj.lookupFailedVerdict(n, v, err)
		}
		v = v.withEvidence("clusters.get", clusterFullName(name), "status: "+cluster.Status)
		if hasNodePool(cluster, n.Expect) {
			n.Fix.Commands = importCommand(n, name)
			return v.fail(n, say(poolNameTaken, n.Expect, name))
		}
	}
	return v.pass(say(poolNameFree))
}

// importCommand returns the command that imports an existing node pool into the
// Terraform state; nil if n has several addresses.
// https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/container_node_pool#import
func importCommand(n need.Need, cluster string) []string {
	if len(n.Addresses) != 1 {
		return nil
	}
	parts := strings.Split(cluster, "/")
	return []string{shell.Command("terraform", "import", shell.Name(n.Addresses[0]), shell.Name(strings.Join([]string{parts[1], parts[3], parts[5], n.Expect}, "/")))}
}
