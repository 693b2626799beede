package rules

import (
	"fmt"
	"strings"

	"gke-preflight/preflight/plan"
)

func keyLocation() Rule {
	return Rule{
		ID:       "GP604",
		Name:     "key-location",
		Title:    "The Cloud KMS keys are in the region of the clusters and nodes that use them",
		Severity: Warning,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			eachKey(p, func(s subject, k plan.Key) {
				where := keyPlace(k.Name)
				if where == "" || s.location == "" || where == region(s.location) || mayContain(where, k) {
					return
				}
				n := s.inKeyProject(k)
				n.Kind = Statement
				n.Resource = "//cloudkms.googleapis.com/" + keyName(k.Name)
				n.Message = fmt.Sprintf("the key of %s is in %s, and %s in %s: Cloud KMS keys are used in their own region", k.Attribute, where, s.Address, s.location)
				needs = append(needs, n)
			})
			return needs
		},
	}
}

// keyPlace is the location in a key's name.
func keyPlace(name string) string {
	_, rest, _ := strings.Cut(name, "/locations/")
	where, _, _ := strings.Cut(rest, "/")
	return where
}

// mayContain reports whether a location that is no region may contain that of
// a cluster. Disks take no global keys.
func mayContain(where string, k plan.Key) bool {
	if where == "global" {
		return !strings.HasSuffix(k.Attribute, "boot_disk_kms_key")
	}
	return !strings.Contains(where, "-")
}
