package rules

import (
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func keyUsable() Rule {
	return Rule{
		ID:       "GP603",
		Name:     "key-usable",
		Title:    "Cloud KMS keys exist, are enabled and have the right purpose",
		Severity: need.Error,
		Requires: []string{"GP602"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachKey(p, func(t target, k plan.Key) {
				n := t.keyProjectNeed(k)
				n.Kind = need.Key
				n.Expect = "ENCRYPT_DECRYPT"
				if strings.Contains(k.Attribute, "service_account_") {
					// That these keys sign is inferred from their use.
					n.Expect, n.Severity = "ASYMMETRIC_SIGN", need.Warning
				}
				if n.UndeterminedReason == "" {
					n.Resource = "//cloudkms.googleapis.com/" + keyName(k.Name)
				}
				needs = append(needs, n)
			})
			return needs
		},
	}
}
