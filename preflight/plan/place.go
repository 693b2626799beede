package plan

import (
	"regexp"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// A Place is where a cluster is, or will be.
type Place struct {
	// Project and Cluster are empty if they are not known before apply.
	Project Project
	Cluster string
	// Location is a region or a zone; empty if it is not known before apply.
	Location string
	// Unknown says why a part is not known; empty if all are.
	Unknown string
}

// Name returns projects/P/locations/L/clusters/C, or "" if a part is not known.
func (p Place) Name() string {
	if p.Location == "" {
		return ""
	}
	return p.nameIn(p.Location)
}

// NameAnywhere is Name with - for a location that is not known, as Google's
// list methods have it for all locations.
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

// Same reports whether two places are known to be one.
func (p Place) Same(other Place) bool { return p.Name() != "" && p.Name() == other.Name() }

// clusterPath is how the provider finds project, location and cluster in the
// attribute cluster of a node pool. What it finds there wins over project and
// location.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/resource_container_node_pool.go (clusterIdRegex)
var clusterPath = regexp.MustCompile(`projects/([^/]+)/locations/([^/]+)/clusters/([^/]+)`)

// placeInPath returns the place that a cluster's path names.
func placeInPath(cluster, of string) (Place, bool) {
	m := clusterPath.FindStringSubmatch(cluster)
	if m == nil {
		return Place{}, false
	}
	return Place{Project: Project{ID: m[1], Source: "attribute cluster of " + of}, Location: m[2], Cluster: m[3]}, true
}

// place returns where a cluster is after apply, or, if it leaves, where it is
// until then.
func (c *Cluster) place() Place {
	location, why := c.location()
	p := Place{Project: c.Project, Cluster: c.Name.String(), Location: location.String(), Unknown: why}
	if p.Cluster == "" {
		p.Unknown = "the name of " + c.Address + " is not known before apply"
	}
	if p.Project.ID == "" {
		p.Unknown = p.Project.Source
	}
	return p
}

// placeBefore returns where c has a cluster before apply, as the state has it.
func (c *Change) placeBefore(name string) Place {
	p := Place{Project: c.projectBefore(), Cluster: name, Location: lastSegment(c.Before("location").String())}
	if p.Name() == "" {
		p.Unknown = "the state of " + c.Address + " does not say where its cluster is"
	}
	return p
}

func (c *Change) projectBefore() Project {
	if v := c.Before("project"); v.String() != "" {
		return Project{ID: v.String(), Source: "state of " + c.Address, Sensitive: v.Sensitive}
	}
	return c.Project()
}

// place returns where the cluster of a node pool is, and placeBefore where it
// was if that is what apply acts on.
func (n *NodePool) place() Place {
	v := n.Now("cluster")
	if p, ok := placeInPath(v.String(), n.Address); ok {
		return p
	}
	if v.State == Unknown && n.Cluster != nil {
		return n.Cluster.Place
	}
	location, why := n.location()
	p := Place{Project: n.Project, Cluster: n.ClusterName, Location: location.String(), Unknown: why}
	if p.Location == "" && n.locatedAsCluster() {
		p.Location, p.Unknown = n.Cluster.Place.Location, n.Cluster.Place.Unknown
	}
	if p.Cluster == "" {
		p.Unknown = "the cluster of " + n.Address + " is not known before apply"
	}
	if p.Project.ID == "" {
		p.Unknown = p.Project.Source
	}
	return p
}

// locatedAsCluster reports whether the location of a node pool is a reference
// to its cluster, or both are left to the same provider configuration.
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

func (n *NodePool) placeBefore() Place {
	name := n.Before("cluster").String()
	if p, ok := placeInPath(name, n.Address); ok {
		return p
	}
	return n.Change.placeBefore(lastSegment(name))
}

// location returns the location of a cluster or a node pool as the provider
// finds it: its own, else the region of the provider configuration, else the
// zone there. It is unknown, and why says why, where the plan does not show it.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/tpgresource/regional_utils.go (GetLocation)
func (c *Change) location() (_ Value, why string) {
	for _, name := range []string{"location", "region", "zone"} {
		v := c.Now(name)
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
	v, why := c.defaultLocation()
	return v, why
}

// defaultLocation returns what the provider fills in for a location that
// nobody set.
func (c *Change) defaultLocation() (_ Value, why string) {
	nothing := "neither the plan nor the environment names the location of " + c.Address + ": set location"
	if c.block == nil {
		return Value{State: Unknown}, nothing
	}
	config, _ := c.plan.config.provider(c.block)
	if config == nil && c.plan.hasProvider() {
		return Value{State: Unknown}, "the location of " + c.Address + " is left to its provider configuration, which the plan does not name: set location"
	}
	for _, name := range []string{"region", "zone"} {
		v, written := c.plan.defaultIn(config, name)
		if v.State == Unknown {
			return v, "the location of " + c.Address + " is left to the " + name + " of provider " + c.provider.Key + " (" + written + "), which the plan does not show: set location"
		}
		if v.String() != "" {
			v.Raw = lastSegment(v.String())
			return v, ""
		}
	}
	return Value{State: Unknown}, nothing
}

func (p *Plan) hasProvider() bool {
	for _, config := range p.config.providers {
		if isGoogleProvider(config) {
			return true
		}
	}
	return false
}

// defaultIn returns the region or the zone of a provider configuration: a
// constant, else what the environment says. A reference may be part of a larger
// expression, which a plan does not show: it stays unknown.
func (p *Plan) defaultIn(config *tfjson.ProviderConfig, name string) (_ Value, written string) {
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

// environmentLocations are the variables that the provider reads its default
// region or zone from, in its order.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/transport/config.go (HandleSDKDefaults)
func environmentLocations(name string) []string {
	if name == "region" {
		return []string{"GOOGLE_REGION", "GCLOUD_REGION", "CLOUDSDK_COMPUTE_REGION"}
	}
	return []string{"GOOGLE_ZONE", "GCLOUD_ZONE", "CLOUDSDK_COMPUTE_ZONE"}
}
