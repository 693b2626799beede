package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"gke-preflight/preflight/finding"
)

// fingerprint returns a hash that identifies a finding across runs. It covers what
// is checked (rule, principal, permissions, resource, addresses) but not the outcome,
// line numbers or the order of lists. Finding.Plan is empty in a report of one plan.
func fingerprint(f finding.Finding) string {
	kind, member := "", ""
	if f.Principal != nil {
		kind, member = string(f.Principal.Kind), f.Principal.Member
	}
	var permissions []string
	if f.Permissions != nil {
		permissions = f.Permissions.Needed
	}
	// Marshaling lists of strings cannot fail.
	data, _ := json.Marshal([][]string{
		{f.Rule, f.Plan, kind, member, f.Resource, f.Service, f.Attribute},
		slices.Sorted(slices.Values(permissions)),
		slices.Sorted(slices.Values(f.Addresses)),
	})
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
