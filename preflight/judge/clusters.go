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

// present answers whether the clusters that a need names are there, and the node
// pool that it expects in them. Google answers 404 only to those who may get the
// cluster, so that a 404 is proof.
// https://docs.cloud.google.com/kubernetes-engine/docs/troubleshooting/4xx-errors
func (cj *clusterJudge) present(n need.Need, f Verdict) Verdict {
	for _, name := range n.Clusters {
		if resource.InAnyLocation(name) {
			f = cj.presentAnywhere(n, f, name)
		} else {
			f = cj.presentIn(n, f, name)
		}
		if f.Outcome != finding.Pass {
			return f
		}
	}
	return f
}

func (cj *clusterJudge) presentIn(n need.Need, f Verdict, name string) Verdict {
	cluster, err := cj.cluster(name)
	if err != nil && facts.AsError(err).NotFound() {
		f = f.evident("clusters.get", clusterResource(name), "404 not found")
		return cj.absent(n, f, name)
	}
	if err != nil {
		return cj.unlooked(n, f, err)
	}
	f = f.evident("clusters.get", clusterResource(name), "status: "+cluster.Status)
	switch {
	case cluster.Status == "STOPPING":
		return f.failed(n, say(clusterStopping, name))
	case n.Expect != "" && !hasPool(cluster, n.Expect):
		return f.failed(n, say(poolMissing, name, n.Expect))
	}
	f.Outcome, f.Message = finding.Pass, say(clusterExists, name)
	if n.Expect != "" {
		f.Message = say(poolExists, n.Expect, name)
	}
	return f
}

// absent is the finding about a cluster that is not there. Where another
// location has one of its name, that is what was meant.
func (cj *clusterJudge) absent(n need.Need, f Verdict, name string) Verdict {
	parts := strings.Split(name, "/")
	n.Fix.Commands = []string{shell.Command("gcloud", "container", "clusters", "list", "--project="+parts[1])}
	if found, err := cj.elsewhere(name); err == nil && len(found) > 0 {
		return f.failed(n, say(clusterInOtherLocation, name, list(found)))
	}
	return f.failed(n, say(clusterMissing, name))
}

// presentAnywhere answers as far as it can be answered without a location: a
// cluster that no location has does not exist.
func (cj *clusterJudge) presentAnywhere(n need.Need, f Verdict, name string) Verdict {
	found, err := cj.elsewhere(name)
	if err != nil {
		return f.undetermined(because(err, "which clusters "+need.ProjectInWords(name)+" has", "container.clusters.list", "roles/container.clusterViewer"))
	}
	if len(found) == 0 {
		f = f.evident("clusters.list", clusterResource(name), "no location has a cluster of this name")
		return f.failed(n, say(clusterNowhere, need.ProjectInWords(name), name[strings.LastIndex(name, "/")+1:]))
	}
	return f.undetermined(say(verbatim, n.Message))
}

// elsewhere are the clusters of the project and the name of a cluster, in all
// locations.
func (cj *clusterJudge) elsewhere(name string) ([]string, error) {
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

func hasPool(c facts.Cluster, name string) bool {
	return slices.ContainsFunc(c.NodePools, func(p facts.NodePool) bool { return p.Name == name })
}

// poolFree answers whether the name that the plan gives a new node pool is not
// taken.
func (cj *clusterJudge) poolFree(n need.Need, f Verdict) Verdict {
	for _, name := range n.Clusters {
		cluster, err := cj.cluster(name)
		if err != nil && facts.AsError(err).NotFound() {
			return f.undetermined(say(clusterMissing, name))
		}
		if err != nil {
			return cj.unlooked(n, f, err)
		}
		f = f.evident("clusters.get", clusterResource(name), "status: "+cluster.Status)
		if hasPool(cluster, n.Expect) {
			n.Fix.Commands = importPool(n, name)
			return f.failed(n, say(poolNameTaken, n.Expect, name))
		}
	}
	f.Outcome, f.Message = finding.Pass, say(poolNameFree)
	return f
}

// importPool is how Terraform takes over a node pool that is there.
// https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/container_node_pool#import
func importPool(n need.Need, cluster string) []string {
	if len(n.Addresses) != 1 {
		return nil
	}
	parts := strings.Split(cluster, "/")
	return []string{shell.Command("terraform", "import", shell.Name(n.Addresses[0]), shell.Name(strings.Join([]string{parts[1], parts[3], parts[5], n.Expect}, "/")))}
}

// onNetwork is a need with the network of its cluster put in. It need not be
// asked where that network is one of the cluster's own project.
func (j *judge) onNetwork(n need.Need) (_ need.Need, asked bool) {
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
		n = n.WithoutNetwork(because(err, "which network "+n.NetworkCluster+" uses", "container.clusters.get", "roles/container.clusterViewer").String())
	case host == "":
		n = n.WithoutNetwork("Google Cloud did not say which network " + n.NetworkCluster + " uses")
	case is == resource.Same:
		return n, false
	case is == resource.MaybeSame:
		n = n.WithoutNetwork(unresolved(host, own.String()))
	default:
		n = n.WithNetwork(host, cluster.NetworkConfig.Subnetwork)
	}
	return n, true
}
