package plan

// ResourceName returns the relative name that a planned key ring, key or
// subnetwork will have, such as projects/p/locations/l/keyRings/r/cryptoKeys/k;
// empty for other types, and if it does not follow from the plan.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func (c *Change) ResourceName() string { return resourceName(c, maxHops) }

func resourceName(c *Change, hops int) string {
	name := c.Latest("name").String()
	if name == "" || hops <= 0 {
		return ""
	}
	switch c.Type {
	case "google_kms_key_ring":
		return locationPath(c.Project().ID, "locations", c.Latest("location").String(), "keyRings/"+name)
	case "google_kms_crypto_key":
		return wrapNonEmpty("", keyRing(c, hops-1), "/cryptoKeys/"+name)
	case "google_compute_subnetwork":
		return locationPath(c.Project().ID, "regions", lastSegment(c.Latest("region").String()), "subnetworks/"+name)
	}
	return ""
}

// SubnetworkAt returns After for an attribute that names a subnetwork, or, if
// it refers to a planned subnetwork, the name that follows from the plan.
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

// referencedResourceName returns the name of the one planned resource of a type
// that an attribute refers to by its ID or self link, which are whole paths;
// empty if that is not certain.
func referencedResourceName(c *Change, attribute, typ string, hops int) string {
	if c.block == nil {
		return ""
	}
	f := c.plan.resolveExpression(c.block.module, expressionOf(c.block.expressions[attribute]))
	if r := f.plannedObject("id", "self_link"); r != nil && r.Type == typ {
		return resourceName(r, hops)
	}
	return ""
}
