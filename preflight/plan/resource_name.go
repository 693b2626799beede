package plan

import "gke-preflight/preflight/resource"

// ResourceName is the relative name that a planned key ring, key or subnetwork
// will have, such as projects/p/locations/l/keyRings/r/cryptoKeys/k; empty for
// other types, and where it does not follow from the plan.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func (c *Change) ResourceName() string { return c.resourceName(maxHops) }

func (c *Change) resourceName(hops int) string {
	name := c.Now("name").String()
	if name == "" || hops <= 0 {
		return ""
	}
	switch c.Type {
	case "google_kms_key_ring":
		return locationPath(c.Project().ID, "locations", c.Now("location").String(), "keyRings/"+name)
	case "google_kms_crypto_key":
		return wrapNonEmpty("", c.keyRing(hops-1), "/cryptoKeys/"+name)
	case "google_compute_subnetwork":
		return locationPath(c.Project().ID, "regions", lastSegment(c.Now("region").String()), "subnetworks/"+name)
	}
	return ""
}

// SubnetworkAt is After for an attribute that names a subnetwork: also one that
// the same plan makes, whose name follows from the plan.
func (c *Change) SubnetworkAt(path ...any) Value {
	v := c.After(path...)
	if v.State != Unknown || c.block == nil {
		return v
	}
	e, state := c.findExpression(path)
	if state != Known {
		return v
	}
	f := c.plan.resolveExpression(c.block.module, expressionOf(e))
	subnetwork := f.plannedObject("id", "self_link")
	if subnetwork == nil || subnetwork.Type != "google_compute_subnetwork" || subnetwork.ResourceName() == "" {
		return v
	}
	return Value{State: Known, Raw: subnetwork.ResourceName(), Sensitive: v.Sensitive}
}

// ring is the key ring of a key, also one that the plan makes.
func (c *Change) keyRing(hops int) string {
	if v := c.Now("key_ring"); v.State == Known {
		return resource.ParseAs("keyRings", v.String(), c.Project().Name().Project(), "").Relative()
	}
	return c.referencedResourceName("key_ring", "google_kms_key_ring", hops)
}

// KeyBefore returns the name of the key that c is about, as the state has it;
// empty if it is not known.
func (c *Change) KeyBefore() string {
	ring, name := resource.ParseAs("keyRings", c.Before("key_ring").String(), c.Project().Name().Project(), ""), c.Before("name").String()
	if c.Type != "google_kms_crypto_key" || ring.IsZero() || name == "" {
		return ""
	}
	return ring.Relative() + "/cryptoKeys/" + name
}

// within is projects/P/KIND/WHERE/REST; empty where a part is not known.
func locationPath(project, kind, where, rest string) string {
	if project == "" || where == "" {
		return ""
	}
	return "projects/" + project + "/" + kind + "/" + where + "/" + rest
}

// referencedResourceName is the name of the one planned resource of a type that an
// attribute refers to; empty where that is not certain. The id and the self link
// are the whole path of the resource.
func (c *Change) referencedResourceName(attribute, typ string, hops int) string {
	if c.block == nil {
		return ""
	}
	f := c.plan.resolveExpression(c.block.module, expressionOf(c.block.expressions[attribute]))
	if r := f.plannedObject("id", "self_link"); r != nil && r.Type == typ {
		return r.resourceName(hops)
	}
	return ""
}
