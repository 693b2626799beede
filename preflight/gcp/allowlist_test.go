package gcp

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/resource"
)

// TestAllowlistReadsPoliciesOfKinds: the allowlist has the getIamPolicy method of
// every kind whose policies are read, and no other. It is written out, rather than
// generated from the table of kinds, so that it can be reviewed by itself.
func TestAllowlistReadsPoliciesOfKinds(t *testing.T) {
	var allowed, want []string
	for _, m := range AllowedMethods() {
		if strings.HasSuffix(m.ID, ".getIamPolicy") {
			allowed = append(allowed, m.ID)
		}
	}
	for _, k := range resource.Kinds() {
		if k.Policy.Method != "" {
			want = append(want, k.Policy.Method)
		}
	}
	slices.Sort(allowed)
	slices.Sort(want)
	if diff := cmp.Diff(want, allowed); diff != "" {
		t.Errorf("getIamPolicy methods (-table of kinds +allowlist):\n%s", diff)
	}
}
