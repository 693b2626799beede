package rules

import (
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// keyProjectNeed returns a need of t in the project of key k.
func (t target) keyProjectNeed(k plan.Key) need.Need {
	n := t.needIn(plan.ProjectOfName(k.Name), k.Attribute+" is not known before apply")
	n.Attribute = k.Attribute
	n.Service = "cloudkms.googleapis.com"
	return n
}

// keyName returns the name of a key without its version.
func keyName(name string) string {
	return resource.Parse(name).Relative()
}

// forEachKey calls f for each key that clusters and node pools use, including
// unchanged ones that lose something they depend on.
func forEachKey(p *plan.Plan, f func(target, plan.Key)) {
	for _, t := range append(targets(p), unchanged(p)...) {
		for _, k := range t.keys {
			if strings.HasPrefix(k.Attribute, "database_encryption") && t.After("database_encryption", 0, "state").String() == "DECRYPTED" {
				continue
			}
			f(t, k)
		}
	}
}
