package rules

import (
	"fmt"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func keyLocation() Rule {
	return Rule{
		ID:       "GP604",
		Name:     "key-location",
		Title:    "Cloud KMS keys are in the region of the clusters and nodes that use them",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachKey(p, func(t target, k plan.Key) {
				if t.location == "" {
					return
				}
				n := t.keyProjectNeed(k)
				n.Kind = need.PlanOnly
				if n.UndeterminedReason == "" {
					n = keyLocationNeed(n, t, k)
				}
				needs = append(needs, n)
			})
			return needs
		},
	}
}

// keyLocationNeed returns n with the finding whether key k is in the location of
// t.
func keyLocationNeed(n need.Need, t target, k plan.Key) need.Need {
	where := keyLocationInName(k.Name)
	n.Resource = "//cloudkms.googleapis.com/" + keyName(k.Name)
	if n.Satisfied = where == regionOf(t.location) || mayContainLocation(where, k); n.Satisfied {
		n.Message = fmt.Sprintf("the key of %s is in %s", k.Attribute, where)
		return n
	}
	n.Message = fmt.Sprintf("the key of %s is in %s, but %s is in %s: a Cloud KMS key can be used only in its own region", k.Attribute, where, t.Address, t.location)
	return n
}

// keyLocationInName returns the location in the name of a key.
func keyLocationInName(name string) string {
	_, rest, _ := strings.Cut(name, "/locations/")
	where, _, _ := strings.Cut(rest, "/")
	return where
}

// mayContainLocation reports whether a location that is not a region may contain
// the location of a cluster. Disks cannot use global keys.
func mayContainLocation(where string, k plan.Key) bool {
	if where == "global" {
		return !strings.HasSuffix(k.Attribute, "boot_disk_kms_key")
	}
	return !strings.Contains(where, "-")
}
