package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"gke-preflight/preflight/finding"
)

// fingerprint tells a finding from others, and stays the same from run to run
// for as long as it is about the same thing: it is made of who needs what where
// because of what, and not of what was found, of lines or of the order of
// lists. The plan counts only where several are in one report.
func fingerprint(f finding.Finding) string {
	kind, member := "", ""
	if f.Principal != nil {
		kind, member = string(f.Principal.Kind), f.Principal.Member
	}
	var permissions []string
	if f.Permissions != nil {
		permissions = f.Permissions.Needed
	}
	// Lists of strings have no way to be refused.
	data, _ := json.Marshal([][]string{
		{f.Rule, f.Plan, kind, member, f.Resource, f.Service, f.Attribute},
		slices.Sorted(slices.Values(permissions)),
		slices.Sorted(slices.Values(f.Addresses)),
	})
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
