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

// maxApplyDuration is how long apply may take. A conditional grant that ends
// before then does not count.
const maxApplyDuration = time.Hour

// conditionRequests returns the attributes that IAM conditions can refer to when a
// permission of n is used: one request for each cluster. Only some services
// provide resource attributes.
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

// modifiedRoles returns the roles that the changes behind n grant or revoke on its
// resource; nil if not all of them are known.
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

// servicesWithAttributes returns the services that provide resource attributes,
// among those whose permissions the rules require.
func servicesWithAttributes() []string {
	return []string{"binaryauthorization", "cloudkms", "compute", "container"}
}

// clusterRequests returns base for each cluster of n.
func (ev *evaluator) clusterRequests(base iam.Request, n need.Need) []iam.Request {
	base.Service, base.Type = "container.googleapis.com", "container.googleapis.com/Cluster"
	out := make([]iam.Request, 0, len(n.Clusters))
	for _, name := range n.Clusters {
		base.Names = ev.idAndNumberNames(name)
		out = append(out, base)
	}
	return out
}

// resourceAttributes returns the type and the names of a resource below a project.
// They are empty for a need on a whole project: it is not known which of its
// networks or disks are used.
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

// keyVersion returns the version of a key that is used: the one in the plan, or
// else the primary one; empty if it is not known. The first version of a key that
// the plan creates is its primary one.
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
