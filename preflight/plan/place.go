package plan

import (
	"regexp"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// A Place is the location of a cluster, before or after apply.
type Place struct {
	// Project and Cluster are empty if they are only known after apply.
	Project Project
	Cluster string
	// Location is a region or a zone; empty if it is only known after apply.
	Location string
	// UnknownReason says why a part is not known; empty if all parts are known.
	UnknownReason string
}

// Name returns projects/P/locations/L/clusters/C, or "" if a part is not known.
func (p Place) Name() string {
	if p.Location == "" {
		return ""
	}
	return p.nameIn(p.Location)
}

// NameAnywhere returns Name, with - for an unknown location, which Google's
// list methods accept for all locations.
func (p Place) NameAnywhere() string {
	if p.Location == "" {
		return p.nameIn("-")
	}
	return p.Name()
}

func (p Place) nameIn(location string) string {
	if p.Project.ID == "" || p.Cluster == "" {
		return ""
	}
	return "projects/" + p.Project.ID + "/locations/" + location + "/clusters/" + p.Cluster
}

// IsSame reports whether p and other are known to be the same cluster.
func (p Place) IsSame(other Place) bool { return p.Name() != "" && p.Name() == other.Name() }

// clusterPath matches the cluster attribute of a node pool as the provider
// does. What it finds takes precedence over project and location.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/resource_container_node_pool.go (clusterIdRegex)
var clusterPath = regexp.MustCompile(`projects/([^/]+)/locations/([^/]+)/clusters/([^/]+)`)

// placeInPath returns the place in a cluster's path. Of is the address of the
// node pool that has it.
func placeInPath(cluster, of string) (Place, bool) {
	m := clusterPath.FindStringSubmatch(cluster)
	if m == nil {
		return Place{}, false
	}
	return Place{Project: Project{ID: m[1], Source: "attribute cluster of " + of}, Location: m[2], Cluster: m[3]}, true
}

// place returns the cluster's location after apply, or its last one if apply
// removes it.
func (c *Cluster) place() Place {
	location, why := findLocation(c.Change)
	p := Place{Project: c.Project, Cluster: c.Name.String(), Location: location.String(), UnknownReason: why}
	if p.Cluster == "" {
		p.UnknownReason = "the name of " + c.Address + " is not known before apply"
	}
	if p.Project.ID == "" {
		p.UnknownReason = p.Project.Source
	}
	return p
}

// placeBefore returns the location in the state of the cluster with the given
// name.
func placeBefore(c *Change, name string) Place {
	p := Place{Project: projectBefore(c), Cluster: name, Location: lastSegment(c.Before("location").String())}
	if p.Name() == "" {
		p.UnknownReason = "the state of " + c.Address + " does not show the location of its cluster"
	}
	return p
}

// projectBefore returns the project of c in the state.
func projectBefore(c *Change) Project {
	if v := c.Before("project"); v.String() != "" {
		return Project{ID: v.String(), Source: "state of " + c.Address, Sensitive: v.Sensitive}
	}
	return c.Project()
}

// place returns the location of the pool's cluster after apply, or its last one
// if apply removes the pool.
func (n *NodePool) place() Place {
	v := n.Latest("cluster")
	if p, ok := placeInPath(v.String(), n.Address); ok {
		return p
	}
	if v.State == Unknown && n.Cluster != nil {
		return n.Cluster.Place
	}
	location, why := findLocation(n.Change)
	p := Place{Project: n.Project, Cluster: n.ClusterName, Location: location.String(), UnknownReason: why}
	if p.Location == "" && n.locatedAsCluster() {
		p.Location, p.UnknownReason = n.Cluster.Place.Location, n.Cluster.Place.UnknownReason
	}
	if p.Cluster == "" {
		p.UnknownReason = "the cluster of " + n.Address + " is not known before apply"
	}
	if p.Project.ID == "" {
		p.UnknownReason = p.Project.Source
	}
	return p
}

// locatedAsCluster reports whether the location of a node pool refers to its
// cluster, or both use the default of the same provider configuration.
func (n *NodePool) locatedAsCluster() bool {
	if n.Cluster == nil || n.block == nil || n.Cluster.block == nil {
		return false
	}
	e := n.block.expressions["location"]
	if e == nil {
		return n.Cluster.block.expressions["location"] == nil && n.provider == n.Cluster.provider
	}
	for _, c := range n.plan.referencedChanges(n.block.module, e) {
		if c.Block() == n.Cluster.Block() {
			return true
		}
	}
	return false
}

// placeBefore returns the location of the pool's cluster in the state.
func (n *NodePool) placeBefore() Place {
	name := n.Before("cluster").String()
	if p, ok := placeInPath(name, n.Address); ok {
		return p
	}
	return placeBefore(n.Change, lastSegment(name))
}

// findLocation returns the location of a cluster or a node pool as the provider
// finds it: its own, else the region of the provider configuration, else its
// zone. If the location is unknown, why says why.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/tpgresource/regional_utils.go (GetLocation)
func findLocation(c *Change) (_ Value, why string) {
	for _, name := range []string{"location", "region", "zone"} {
		v := c.Latest(name)
		if v.State == Unknown {
			return v, name + " of " + c.Address + " is not known before apply"
		}
		if v.String() != "" {
			v.Raw = lastSegment(v.String())
			return v, ""
		}
	}
	if v := c.Before("location"); v.String() != "" && !c.Creates() {
		return v, ""
	}
	v, why := defaultLocation(c)
	return v, why
}

// defaultLocation returns the location that the provider uses by default.
func defaultLocation(c *Change) (_ Value, why string) {
	nothing := "neither the plan nor the environment names the location of " + c.Address + ": set location"
	if c.block == nil {
		return Value{State: Unknown}, nothing
	}
	config, _ := c.plan.config.provider(c.block)
	if config == nil && c.plan.hasProvider() {
		return Value{State: Unknown}, "the location of " + c.Address + " comes from its provider configuration, which the plan does not name: set location"
	}
	for _, name := range []string{"region", "zone"} {
		v, references := defaultIn(c.plan, config, name)
		if v.State == Unknown {
			return v, "the location of " + c.Address + " comes from the " + name + " of provider " + c.provider.Key + " (" + references + "), which the plan does not show: set location"
		}
		if v.String() != "" {
			v.Raw = lastSegment(v.String())
			return v, ""
		}
	}
	return Value{State: Unknown}, nothing
}

// hasProvider reports whether the plan has a google provider configuration.
func (p *Plan) hasProvider() bool {
	for _, config := range p.config.providers {
		if isGoogleProvider(config) {
			return true
		}
	}
	return false
}

// defaultIn returns the region or the zone of a provider configuration: a
// constant, else that of the environment. A reference may be part of a larger
// expression, which a plan does not show, so it stays unknown; references then
// lists it.
func defaultIn(p *Plan, config *tfjson.ProviderConfig, name string) (_ Value, references string) {
	var e *tfjson.Expression
	if config != nil {
		e = config.Expressions[name]
	}
	if v, ok := constant(e); ok {
		if v != "" {
			return Value{State: Known, Raw: v}, ""
		}
		e = nil
	}
	if e != nil && e.ExpressionData != nil && len(e.References) > 0 {
		return Value{State: Unknown}, strings.Join(writtenReferences(e.References), ", ")
	}
	for _, variable := range environmentLocations(name) {
		if p.options.Getenv == nil {
			break
		}
		if v := p.options.Getenv(variable); v != "" {
			return Value{State: Known, Raw: v}, ""
		}
	}
	return Value{}, ""
}

// environmentLocations returns the variables that the provider reads its
// default region or zone from, in its order.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/transport/config.go (HandleSDKDefaults)
func environmentLocations(name string) []string {
	if name == "region" {
		return []string{"GOOGLE_REGION", "GCLOUD_REGION", "CLOUDSDK_COMPUTE_REGION"}
	}
	return []string{"GOOGLE_ZONE", "GCLOUD_ZONE", "CLOUDSDK_COMPUTE_ZONE"}
}
