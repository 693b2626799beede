package plan

import "gke-preflight/preflight/resource"

// A Key is a Cloud KMS key.
type Key struct {
	Attribute string
	// Name is projects/P/locations/L/keyRings/R/cryptoKeys/K, possibly with a
	// version behind; empty where Unknown is true.
	Name      string
	Unknown   bool
	Sensitive bool
}

func (c *Cluster) keys() []Key {
	paths := [][]any{
		{"database_encryption", 0, "key_name"},
		{"node_config", 0, "boot_disk_kms_key"},
		{"cluster_autoscaling", 0, "auto_provisioning_defaults", 0, "boot_disk_kms_key"},
		{"user_managed_keys_config", 0, "control_plane_disk_encryption_key"},
		{"user_managed_keys_config", 0, "gkeops_etcd_backup_encryption_key"},
	}
	for i := range c.InlinePools() {
		paths = append(paths, []any{"node_pool", i, "node_config", 0, "boot_disk_kms_key"})
	}
	for _, list := range []string{"service_account_signing_keys", "service_account_verification_keys"} {
		all := c.After("user_managed_keys_config", 0, list)
		for i := range all.Len() {
			paths = append(paths, []any{"user_managed_keys_config", 0, list, i})
		}
		if all.State == Unknown {
			paths = append(paths, []any{"user_managed_keys_config", 0, list})
		}
	}
	if c.hasUnknownPools() {
		paths = append(paths, []any{"node_pool"})
	}
	return c.keysAt(paths)
}

func (c *Change) keysAt(paths [][]any) []Key {
	var out []Key
	for _, path := range paths {
		v := c.After(path...)
		if v.State == Absent {
			continue
		}
		name := v.String()
		if v.State == Unknown {
			name = c.referencedKey(path)
		}
		out = append(out, Key{
			Attribute: Path(path...),
			Name:      name,
			Unknown:   name == "",
			Sensitive: v.Sensitive,
		})
	}
	return out
}

// referencedKey is the name of the planned key that the attribute at path refers
// to by its id; empty where it does not follow from the plan. The id is the
// whole path of the key: an expression around it makes another key's name only
// if it takes the path apart. Of a key ring's it does make one.
func (c *Change) referencedKey(path []any) string {
	if c.block == nil {
		return ""
	}
	e, state := c.findExpression(path)
	if state != Known {
		return ""
	}
	f := c.plan.resolveExpression(c.block.module, expressionOf(e))
	if key := f.plannedObject("id"); key != nil && key.Type == "google_kms_crypto_key" {
		return key.ResourceName()
	}
	return ""
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

// ring is the key ring of a key, also one that the plan makes.
func (c *Change) keyRing(hops int) string {
	if v := c.Now("key_ring"); v.State == Known {
		return resource.ParseAs("keyRings", v.String(), c.Project().Name().Project(), "").Relative()
	}
	return c.referencedResourceName("key_ring", "google_kms_key_ring", hops)
}
