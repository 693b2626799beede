package iam

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// worlds is the number of random questions of each property test:
// go test ./preflight/iam -worlds 1000000
var worlds = flag.Int("worlds", 50_000, "`number` of random questions")

// randomQuestion returns a question about random policies, and random roles.
func randomQuestion(r *rand.Rand) (Question, Roles) {
	q := Question{
		Identity:   Identity{Member: pick(r, account, agent, human), Containers: pickHome(r)},
		Permission: pick(r, "p.x.y", "p.x.z"),
		Complete:   r.IntN(4) > 0,
	}
	q.Identity.ServiceAgent = q.Identity.Member == agent
	for i := range r.IntN(4) {
		level := Level{Resource: fmt.Sprintf("//level/%d", i)}
		if r.IntN(5) == 0 {
			level.Unreadable = "403"
		} else {
			level.Policy = randomPolicy(r)
		}
		if r.IntN(8) == 0 {
			level.DenyRules = append(level.DenyRules, randomDenial(r))
		}
		q.Levels = append(q.Levels, level)
	}
	known := map[string]Role{}
	for _, name := range []string{"roles/a", "roles/b", "roles/c"} {
		if r.IntN(5) > 0 {
			known[name] = randomRole(r)
		}
	}
	return q, Roles{Fetched: known}
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func pickHome(r *rand.Rand) []string {
	return [][]string{nil, {"projects/1", "folders/4"}, {"projects/2"}}[r.IntN(3)]
}

func randomRole(r *rand.Rand) Role {
	role := Role{Stage: pick(r, "GA", "GA", "GA", "DISABLED"), Deleted: r.IntN(6) == 0}
	for _, p := range []string{"p.x.y", "p.x.z"} {
		if r.IntN(2) == 0 {
			role.Permissions = append(role.Permissions, p)
		}
	}
	return role
}

func randomPolicy(r *rand.Rand) *Policy {
	p := &Policy{}
	for range r.IntN(4) {
		p.Bindings = append(p.Bindings, randomBinding(r))
	}
	return p
}

func randomBinding(r *rand.Rand) Binding {
	b := Binding{Role: pick(r, "roles/a", "roles/b", "roles/c", "roles/d")}
	for range r.IntN(3) {
		b.Members = append(b.Members, pick(r,
			account, agent, human, "group:g@acme.example", "domain:acme.example", "allUsers", "deleted:"+account+"?uid=1",
			"principalSet://cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount",
			"principalSet://cloudresourcemanager.googleapis.com/folders/4/type/ServiceAgent",
			"serviceAccount:other@x.iam.gserviceaccount.com", "projectOwner:p"))
	}
	if r.IntN(5) == 0 {
		b.Condition = randomCondition(r)
	}
	return b
}

// randomCondition returns a condition that is true, false or unknown.
func randomCondition(r *rand.Rand) *Condition {
	return &Condition{Expression: pick(r, "true", "false", "x")}
}

func randomDenial(r *rand.Rand) DenyRule {
	const other = "principal://iam.googleapis.com/projects/-/serviceAccounts/other@x.iam.gserviceaccount.com"
	principal := func() string {
		return pick(r, other, other, "principalSet://goog/public:all", "principal://goog/subject/alice@acme.example",
			"principal://iam.googleapis.com/projects/-/serviceAccounts/gke@acme-prod.iam.gserviceaccount.com",
			"principalSet://goog/group/g@acme.example",
			"principalSet://cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount",
			"principalSet://cloudresourcemanager.googleapis.com/folders/4/type/ServiceAgent")
	}
	d := DenyRule{Denied: []string{principal()}, Permissions: []string{pick(r, "p.googleapis.com/x.y", "p.googleapis.com/x.z", "p.googleapis.com/x.*", "q.googleapis.com/*.*")}}
	if r.IntN(3) == 0 {
		d.Except = []string{principal()}
	}
	if r.IntN(5) == 0 {
		d.ExceptPermissions = []string{pick(r, "p.googleapis.com/*.z", "p.googleapis.com/x.y")}
	}
	if r.IntN(4) == 0 {
		d.Condition = randomCondition(r)
	}
	if r.IntN(8) == 0 {
		d.Unknown = "not known before apply"
	}
	return d
}

// naive returns the verdict of Evaluate in another way: it decides everything
// uncertain in two extreme ways. If the permission is held even if everything
// uncertain is decided against it, it is Yes; if it is not held even if everything
// is decided for it, it is No.
func naive(q Question, roles Roles) Verdict {
	switch {
	case isHeld(q, roles, false):
		return Yes
	case !isHeld(q, roles, true):
		return No
	}
	return Unknown
}

// isHeld reports whether the permission is held if everything uncertain is decided
// for it (optimistic) or against it.
func isHeld(q Question, roles Roles, optimistic bool) bool {
	for _, level := range q.Levels {
		for _, d := range level.DenyRules {
			if isDenied(q, d, optimistic) {
				return false
			}
		}
	}
	return isGranted(q, roles, optimistic)
}

// isDenied reports whether a rule denies the permission.
func isDenied(q Question, d DenyRule, optimistic bool) bool {
	if d.Unknown != "" {
		return !optimistic
	}
	permission := map[string]bool{"p.x.y": true, "p.x.z": false}[q.Permission]
	names := map[string]bool{"p.googleapis.com/x.y": permission, "p.googleapis.com/x.z": !permission, "p.googleapis.com/*.z": !permission}
	covered := names[d.Permissions[0]] || d.Permissions[0] == "p.googleapis.com/x.*" && !optimistic
	if len(d.ExceptPermissions) > 0 && names[d.ExceptPermissions[0]] {
		covered = false
	}
	return covered && holds(d.Condition, !optimistic) && includesDenied(q.Identity, d.Denied[0], !optimistic) &&
		(len(d.Except) == 0 || !includesDenied(q.Identity, d.Except[0], optimistic))
}

func includesDenied(id Identity, principal string, optimistic bool) bool {
	switch principal[len(principal)-4:] {
	case ":all":
		return true
	case "mple": // a user or a group
		return id.Member == human && strings.Contains(principal, "subject") || strings.Contains(principal, "group") && optimistic
	case ".com": // a service account
		return "serviceAccount:"+last(principal) == id.Member
	}
	return includes(id, principal, optimistic)
}

func last(s string) string { return s[strings.LastIndex(s, "/")+1:] }

func holds(c *Condition, optimistic bool) bool {
	return c == nil || c.Expression == "true" || c.Expression == "x" && optimistic
}

func isGranted(q Question, roles Roles, optimistic bool) bool {
	if optimistic && !q.Complete {
		return true
	}
	for _, level := range q.Levels {
		if level.Policy == nil {
			if optimistic {
				return true
			}
			continue
		}
		for _, b := range level.Policy.Bindings {
			if holds(b.Condition, optimistic) && hasPermission(roles, b.Role, q.Permission, optimistic) &&
				slices.ContainsFunc(b.Members, func(m string) bool { return includes(q.Identity, m, optimistic) }) {
				return true
			}
		}
	}
	return false
}

func hasPermission(roles Roles, name, permission string, optimistic bool) bool {
	role, known := roles.Fetched[name]
	if !known {
		return optimistic
	}
	return !role.Deleted && role.Stage != "DISABLED" && slices.Contains(role.Permissions, permission)
}

func includes(id Identity, member string, optimistic bool) bool {
	switch {
	case member == id.Member, member == "allUsers":
		return true
	case member == "domain:acme.example":
		return id.Member == human
	case strings.HasPrefix(member, "group:"), strings.HasPrefix(member, "projectOwner:"):
		return optimistic
	case strings.HasSuffix(member, "/type/ServiceAccount"):
		return id.Member == account && (slices.Contains(id.Containers, "projects/1") || id.Containers == nil && optimistic)
	case strings.HasSuffix(member, "/type/ServiceAgent"):
		return id.Member == agent && (slices.Contains(id.Containers, "folders/4") || id.Containers == nil && optimistic)
	}
	return false
}

// TestNaive: Evaluate and naive return the same verdict.
func TestNaive(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[Verdict]int{}
	for range *worlds {
		q, roles := randomQuestion(r)
		got, want := Evaluate(q, roles).Verdict, naive(q, roles)
		if got != want {
			t.Fatalf("got verdict %d, want %d, for %+v with %+v", got, want, q, roles)
		}
		seen[got]++
	}
	for _, v := range []Verdict{Yes, No, Unknown} {
		if seen[v] < *worlds/20 {
			t.Errorf("got verdict %[3]d for %[1]d of %[2]d questions, want at least 5 %%", seen[v], *worlds, v)
		}
	}
}

// TestMoreGrants: another grant never changes a Yes.
func TestMoreGrants(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range *worlds {
		q, roles := randomQuestion(r)
		if Evaluate(q, roles).Verdict != Yes || len(q.Levels) == 0 || q.Levels[0].Policy == nil {
			continue
		}
		q.Levels[0].Policy.Bindings = append(q.Levels[0].Policy.Bindings, randomBinding(r))
		if got := Evaluate(q, roles).Verdict; got != Yes {
			t.Fatalf("another grant turned Yes into %d: %+v", got, q)
		}
	}
}

// TestLessKnowledge: less knowledge never turns No into Yes, Yes into No, or Unknown
// into either.
func TestLessKnowledge(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range *worlds {
		q, roles := randomQuestion(r)
		before := Evaluate(q, roles).Verdict
		forget(r, &q, roles)
		if after := Evaluate(q, roles).Verdict; after != before && after != Unknown {
			t.Fatalf("less knowledge turned %d into %d: %+v", before, after, q)
		}
	}
}

// TestMoreDenials: another deny rule never changes a No, and never results in a new
// Yes.
func TestMoreDenials(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range *worlds {
		q, roles := randomQuestion(r)
		before := Evaluate(q, roles).Verdict
		if len(q.Levels) == 0 {
			continue
		}
		q.Levels[0].DenyRules = append(q.Levels[0].DenyRules, randomDenial(r))
		after := Evaluate(q, roles).Verdict
		if before == No && after != No || before != Yes && after == Yes {
			t.Fatalf("another deny rule turned %d into %d: %+v", before, after, q)
		}
	}
}

// forget removes some knowledge from a question or roles.
func forget(r *rand.Rand, q *Question, roles Roles) {
	switch r.IntN(5) {
	case 4:
		for i := range q.Levels {
			for k := range q.Levels[i].DenyRules {
				q.Levels[i].DenyRules[k].Unknown = "forgotten"
			}
		}
	case 0:
		q.Complete = false
	case 1:
		q.Identity.Containers = nil
	case 2:
		delete(roles.Fetched, pick(r, "roles/a", "roles/b", "roles/c"))
	default:
		if len(q.Levels) > 0 {
			i := r.IntN(len(q.Levels))
			q.Levels[i] = Level{Unreadable: "403", DenyRules: q.Levels[i].DenyRules}
		}
	}
}

// FuzzEvaluate: no policy causes a panic, and Yes needs a member that is the
// identity, its project or everyone.
func FuzzEvaluate(f *testing.F) {
	f.Add("group:x", "roles/gives", "p.x.y")
	f.Add("principalSet://cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount", "roles/gives", "p.x.y")
	f.Add(":", "", "")
	f.Fuzz(func(t *testing.T, member, role, permission string) {
		q := Question{Identity: Identity{Member: account, Containers: []string{"projects/1"}}, Permission: permission, Complete: true,
			Levels: []Level{{Resource: project, Policy: bound(role, member)}}}
		got := Evaluate(q, roles())
		named := strings.EqualFold(member, account) || member == "allUsers" || member == "allAuthenticatedUsers" ||
			strings.HasSuffix(member, "//cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount")
		if got.Verdict == Yes && !named {
			t.Errorf("%q of %q: got Yes for the account", member, role)
		}
	})
}

func BenchmarkPredefined(b *testing.B) {
	for b.Loop() {
		parseTable(rolesText)
	}
}
