package plan

import "gke-preflight/preflight/resource"

// A Key is a Cloud KMS key that a cluster or node pool uses.
type Key struct {
	Attribute string
	// Name is projects/P/locations/L/keyRings/R/cryptoKeys/K, possibly followed
	// by a version; empty if Unknown is true.
	Name      string
	Unknown   bool
	Sensitive bool
}

// keys returns the Cloud KMS keys of the cluster and its own node pools.
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
	return keysAt(c.Change, paths)
}

// keysAt returns the keys that are set at the given paths.
func keysAt(c *Change, paths [][]any) []Key {
	var out []Key
	for _, path := range paths {
		v := c.After(path...)
		if v.State == Absent {
			continue
		}
		name := v.String()
		if v.State == Unknown {
			name = referencedKey(c, path)
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

// referencedKey returns the name of the planned key that the attribute at path
// refers to by its ID; empty if it does not follow from the plan. The ID is the
// whole path of the key: an expression around it cannot name another key unless
// it takes the path apart. The ID of a key ring proves nothing, since an
// expression can append any key to it.
func referencedKey(c *Change, path []any) string {
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

// KeyBefore returns the name of the key that c changes, as the state has it;
// empty if it is not known.
func (c *Change) KeyBefore() string {
	ring, name := resource.ParseAs("keyRings", c.Before("key_ring").String(), c.Project().Name().Project(), ""), c.Before("name").String()
	if c.Type != "google_kms_crypto_key" || ring.IsZero() || name == "" {
		return ""
	}
	return ring.Relative() + "/cryptoKeys/" + name
}

// keyRing returns the name of the key ring of a key, which the plan may create.
func keyRing(c *Change, hops int) string {
	if v := c.Latest("key_ring"); v.State == Known {
		return resource.ParseAs("keyRings", v.String(), c.Project().Name().Project(), "").Relative()
	}
	return referencedResourceName(c, "key_ring", "google_kms_key_ring", hops)
}
