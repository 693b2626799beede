package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// Needs returns what a plan needs according to all rules, sorted. Equal needs are
// merged into one with the addresses of all. A plan without GKE has no needs. The
// only error is that ctx was canceled: rules take no longer than reading the plan,
// so a deadline is left to the code that calls Google Cloud.
func Needs(ctx context.Context, p *plan.Plan, set Settings) ([]need.Need, error) {
	if p.IsEmpty() {
		return nil, nil
	}
	merged := map[string]*need.Need{}
	for _, rule := range All() {
		if rule.Derived {
			continue
		}
		if err := ctx.Err(); errors.Is(err, context.Canceled) {
			return nil, fmt.Errorf("derive the needs of the plan: %w", err)
		}
		for _, n := range rule.Needs(p, set) {
			complete(&n, rule, set)
			if first := merged[n.Key()]; first != nil {
				// Sorted once at the end: 10,000 clusters may share one need.
				first.Addresses = append(first.Addresses, n.Addresses...)
				first.Clusters = append(first.Clusters, n.Clusters...)
				first.OnlyIfDisabled = append(first.OnlyIfDisabled, n.OnlyIfDisabled...)
				first.ClusterUnchanged = first.ClusterUnchanged && n.ClusterUnchanged
				continue
			}
			merged[n.Key()] = &n
		}
	}
	return sortedNeeds(merged), nil
}

// complete sets the fields of n that come from its rule and from configuration.
func complete(n *need.Need, rule Rule, set Settings) {
	n.Rule = rule.ID
	if n.Severity == "" {
		n.Severity = rule.Severity
	}
	if configured, ok := set.Severities[rule.ID]; ok {
		n.Severity = configured
	}
	n.Addresses = sortedUnion(nil, n.Addresses)
	n.Permissions = sortedUnion(nil, n.Permissions)
}

// sortedNeeds returns the needs in the order of their keys.
func sortedNeeds(merged map[string]*need.Need) []need.Need {
	keys := make([]string, 0, len(merged))
	for k := range merged {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	out := make([]need.Need, 0, len(keys))
	for _, k := range keys {
		n := *merged[k]
		n.Addresses, n.Clusters, n.OnlyIfDisabled = sortedUnion(nil, n.Addresses), sortedUnion(nil, n.Clusters), sortedUnion(nil, n.OnlyIfDisabled)
		out = append(out, n)
	}
	return out
}

// sortedUnion returns the elements of a and b, sorted and without duplicates.
func sortedUnion(a, b []string) []string {
	out := append(append([]string(nil), a...), b...)
	sort.Strings(out)
	return slices.Compact(out)
}
