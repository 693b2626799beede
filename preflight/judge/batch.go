package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/need"
)

// A batch holds the questions that needs may ask. Once one question about a
// resource has to be asked, the others about it are added to the same request at
// no cost. A batch affects how fast a check is, but never its findings.
type batch struct {
	services    map[string][]string        // by project
	clusters    map[string]map[string]bool // by project
	permissions map[testKey][]string
}

// A testKey is a caller whose permissions are tested, and the relative name of the
// resource.
type testKey struct {
	as       facts.Caller
	resource string
}

// newBatch returns the questions that needs may ask, as far as their resources are
// known.
func newBatch(needs []need.Need, r *reader) *batch {
	b := &batch{services: map[string][]string{}, clusters: map[string]map[string]bool{}, permissions: map[testKey][]string{}}
	for _, n := range needs {
		b.add(n, r)
	}
	return b
}

// add adds the questions of n.
func (b *batch) add(n need.Need, r *reader) {
	switch {
	case n.UndeterminedReason != "":
	case n.Kind == need.Service:
		b.services[n.Project] = union(b.services[n.Project], n.Service)
	case n.Kind == need.Permissions:
		b.addPermissions(n, r)
		if len(n.OnlyIfDisabled) > 0 && !slices.Contains(n.OnlyIfDisabled, "") {
			b.services[n.Project] = union(b.services[n.Project], n.OnlyIfDisabled...)
		}
	default:
		b.addClusters(n)
	}
}

// addClusters adds the clusters of n.
func (b *batch) addClusters(n need.Need) {
	if n.NetworkCluster != "" || len(n.Clusters) == 0 {
		return
	}
	if b.clusters[n.Project] == nil {
		b.clusters[n.Project] = map[string]bool{}
	}
	for _, name := range n.Clusters {
		b.clusters[n.Project][name] = true
	}
}

// addPermissions adds the permissions of n that are tested.
func (b *batch) addPermissions(n need.Need, r *reader) {
	as, err := r.caller(n.Principal)
	if isOrganizationOnly(n) || err != nil {
		return
	}
	for _, resource := range testableNames(n) {
		key := testKey{as, resource}
		b.permissions[key] = union(b.permissions[key], n.Permissions...)
	}
	if isUserManaged(n.Principal.Kind) {
		key := testKey{resource: accountName(n)}
		b.permissions[key] = union(b.permissions[key], getAccessToken)
	}
}

// expand returns questions and the questions of the batch that can travel with
// them.
func (b *batch) expand(questions []facts.Question) []facts.Question {
	out := slices.Clone(questions)
	for _, q := range questions {
		switch q.Kind {
		case facts.KindPermission:
			for _, p := range b.permissions[testKey{q.As, q.On}] {
				out = append(out, facts.Question{Kind: q.Kind, As: q.As, On: q.On, Item: p})
			}
		case facts.KindService:
			for _, s := range b.services[q.On] {
				out = append(out, facts.Question{Kind: q.Kind, On: q.On, Item: s})
			}
		}
	}
	return out
}

// likelyQuestions returns the questions that needs will most likely ask, so that
// they do not wait for the answers to other questions. It affects how many rounds
// a check takes, but never its findings.
func likelyQuestions(needs []need.Need, r *reader) []facts.Question {
	out := []facts.Question{{Kind: facts.KindIdentity}}
	seen := map[string]bool{}
	for _, n := range needs {
		if n.UndeterminedReason != "" || n.Project == "" || strings.HasPrefix(n.Project, "{") {
			continue
		}
		key := n.Project
		if isJudgedByPolicies(n) {
			key += " policies"
		}
		if seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, facts.Question{Kind: facts.KindProject, On: n.Project})
		if isJudgedByPolicies(n) {
			out = append(out, hierarchyQuestions(n.Project, r)...)
		}
	}
	return out
}

// hierarchyQuestions returns the questions for the policies of a project's
// hierarchy.
func hierarchyQuestions(project string, r *reader) []facts.Question {
	q := facts.Question{Kind: facts.KindAncestors, On: project}
	ancestors, err := facts.Get[[]string](r.facts, q)
	if err != nil {
		return []facts.Question{q}
	}
	var out []facts.Question
	for _, a := range ancestors {
		out = append(out, facts.Question{Kind: facts.KindAllowPolicy, On: a})
	}
	return out
}

// isJudgedByPolicies reports whether n is about a principal whose permissions
// cannot be tested, so that only policies show them.
func isJudgedByPolicies(n need.Need) bool {
	return n.Kind == need.Permissions && n.Principal.Kind != need.Deployer
}
