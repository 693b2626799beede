package judge

import (
	"slices"
	"strings"
	"time"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// maxApplyDuration is how long apply may take from now on: a condition that ends
// before then does not count.
const maxApplyDuration = time.Hour

// conditionRequests returns what conditions may ask about when a permission of a need is
// used: one for each cluster that it is used on. Only services that know
// resource attributes have any.
// https://docs.cloud.google.com/iam/docs/conditions-resource-attributes
func (ev *evaluator) conditionRequests(n need.Need, permission string) []iam.Request {
	base := iam.Request{Time: ev.input.Now, Until: ev.input.Now.Add(maxApplyDuration), Cache: ev.input.programs}
	if strings.HasSuffix(permission, ".setIamPolicy") {
		base.ChangesPolicy, base.ModifiedRoles = true, ev.modifiedRoles(n)
	}
	service, kind, _ := strings.Cut(permission, ".")
	switch {
	case service == "container" && strings.HasPrefix(kind, "clusters.") && len(n.Clusters) > 0:
		return ev.clusterRequests(base, n)
	case service == "resourcemanager" && strings.HasPrefix(kind, "projects."):
		base.Service, base.Type = "cloudresourcemanager.googleapis.com", "cloudresourcemanager.googleapis.com/Project"
		base.Names = ev.idAndNumberNames(projectName(n.Project))
		slices.Reverse(base.Names) // Resource Manager writes the number
	case slices.Contains(servicesWithAttributes(), service):
		base.Service = service + ".googleapis.com"
		base.Type, base.Names = ev.resourceAttributes(n, kind)
	}
	return []iam.Request{base}
}

// modifiedRoles returns the roles that the changes behind a need grant or revoke
// on its resource; nil if not all of them are known.
func (ev *evaluator) modifiedRoles(n need.Need) []string {
	out := []string{}
	for _, pc := range ev.policyChanges {
		if !slices.Contains(n.Addresses, pc.Address) {
			continue
		}
		if pc.Unknown || pc.Effect == plan.SetsPolicy || pc.Effect == plan.RemovesDefaultAccounts {
			return nil
		}
		for _, g := range pc.Grants {
			if g.Role == "" {
				return nil
			}
			out = union(out, g.Role)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// servicesWithAttributes returns the services whose resources have attributes, of those that
// rules ask permissions of.
func servicesWithAttributes() []string {
	return []string{"binaryauthorization", "cloudkms", "compute", "container"}
}

func (ev *evaluator) clusterRequests(base iam.Request, n need.Need) []iam.Request {
	base.Service, base.Type = "container.googleapis.com", "container.googleapis.com/Cluster"
	out := make([]iam.Request, 0, len(n.Clusters))
	for _, name := range n.Clusters {
		base.Names = ev.idAndNumberNames(name)
		out = append(out, base)
	}
	return out
}

// resourceAttributes returns the type and the names of what lies below a project;
// of a whole project's networks and disks nobody knows which are meant.
func (ev *evaluator) resourceAttributes(n need.Need, permission string) (kind string, names []string) {
	name := resource.RelativeName(n.Resource)
	switch collection := resource.KindOf(name).Collection; {
	case collection == resource.Subnetworks:
		return "compute.googleapis.com/Subnetwork", ev.idAndNumberNames(name)
	case collection == resource.CryptoKeys && strings.HasPrefix(permission, "cryptoKeyVersions."):
		const kind = "cloudkms.googleapis.com/CryptoKeyVersion"
		if version := ev.keyVersion(n, name); version != "" {
			return kind, ev.idAndNumberNames(name + "/cryptoKeyVersions/" + version)
		}
		return kind, nil
	}
	return "", nil
}

// keyVersion returns the version of a key that is used: the one that the plan names,
// else the primary one; empty where that is not known. The first version of a
// key that the plan makes is its primary one.
// https://docs.cloud.google.com/kms/docs/resource-hierarchy#key_versions
func (ev *evaluator) keyVersion(n need.Need, name string) string {
	if n.KeyVersion != "" {
		return n.KeyVersion
	}
	key, err := ev.key(name)
	if err != nil && facts.AsError(err).NotFound() && ev.creates(name) {
		return "1"
	}
	return key.Primary
}
