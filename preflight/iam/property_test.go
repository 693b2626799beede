package iam

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// worlds is how many random worlds the property tests look at:
// go test ./preflight/iam -worlds 1000000
var worlds = flag.Int("worlds", 50_000, "random worlds to evaluate")

// random makes a question about policies that hold a bit of everything.
func random(r *rand.Rand) (Question, Roles) {
	q := Question{
		Identity:   Identity{Member: pick(r, account, agent, human), Home: pickHome(r)},
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
			level.Denies = append(level.Denies, randomDenial(r))
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

func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

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

// randomCondition is true, false, or about what is not known.
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

// naive says the same as Evaluate in another way: it lists every world that
// what is known leaves possible, in two extremes. If the permission is held
// even when everything in doubt is against it, it is a yes; if it is not held
// even when everything in doubt is for it, a no.
func naive(q Question, roles Roles) Verdict {
	switch {
	case possible(q, roles, false):
		return Yes
	case !possible(q, roles, true):
		return No
	}
	return Unknown
}

// possible reports whether the permission is held where everything in doubt
// is as kind says.
func possible(q Question, roles Roles, kind bool) bool {
	for _, level := range q.Levels {
		for _, d := range level.Denies {
			if taken(q, d, kind) {
				return false
			}
		}
	}
	return allowed(q, roles, kind)
}

// taken reports whether a rule denies the permission where everything in doubt
// is as kind says; kind means in favour of the one who asks.
func taken(q Question, d DenyRule, kind bool) bool {
	if d.Unknown != "" {
		return !kind
	}
	permission := map[string]bool{"p.x.y": true, "p.x.z": false}[q.Permission]
	names := map[string]bool{"p.googleapis.com/x.y": permission, "p.googleapis.com/x.z": !permission, "p.googleapis.com/*.z": !permission}
	covered := names[d.Permissions[0]] || d.Permissions[0] == "p.googleapis.com/x.*" && !kind
	if len(d.ExceptPermissions) > 0 && names[d.ExceptPermissions[0]] {
		covered = false
	}
	return covered && holds(d.Condition, !kind) && denied(q.Identity, d.Denied[0], !kind) &&
		(len(d.Except) == 0 || !denied(q.Identity, d.Except[0], kind))
}

func denied(id Identity, principal string, kind bool) bool {
	switch principal[len(principal)-4:] {
	case ":all":
		return true
	case "mple": // a user or a group
		return id.Member == human && strings.Contains(principal, "subject") || strings.Contains(principal, "group") && kind
	case ".com": // a service account
		return "serviceAccount:"+last(principal) == id.Member
	}
	return is(id, principal, kind)
}

func last(s string) string { return s[strings.LastIndex(s, "/")+1:] }

func holds(c *Condition, kind bool) bool {
	return c == nil || c.Expression == "true" || c.Expression == "x" && kind
}

func allowed(q Question, roles Roles, kind bool) bool {
	if kind && !q.Complete {
		return true
	}
	for _, level := range q.Levels {
		if level.Policy == nil {
			if kind {
				return true
			}
			continue
		}
		for _, b := range level.Policy.Bindings {
			if holds(b.Condition, kind) && gives(roles, b.Role, q.Permission, kind) &&
				slices.ContainsFunc(b.Members, func(m string) bool { return is(q.Identity, m, kind) }) {
				return true
			}
		}
	}
	return false
}

func gives(roles Roles, name, permission string, kind bool) bool {
	role, known := roles.Fetched[name]
	if !known {
		return kind
	}
	return !role.Deleted && role.Stage != "DISABLED" && slices.Contains(role.Permissions, permission)
}

func is(id Identity, member string, kind bool) bool {
	switch {
	case member == id.Member, member == "allUsers":
		return true
	case member == "domain:acme.example":
		return id.Member == human
	case strings.HasPrefix(member, "group:"), strings.HasPrefix(member, "projectOwner:"):
		return kind
	case strings.HasSuffix(member, "/type/ServiceAccount"):
		return id.Member == account && (slices.Contains(id.Home, "projects/1") || id.Home == nil && kind)
	case strings.HasSuffix(member, "/type/ServiceAgent"):
		return id.Member == agent && (slices.Contains(id.Home, "folders/4") || id.Home == nil && kind)
	}
	return false
}

// TestSameAsNaive: both evaluators say the same of every world.
func TestSameAsNaive(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[Verdict]int{}
	for range *worlds {
		q, roles := random(r)
		got, want := Evaluate(q, roles).Verdict, naive(q, roles)
		if got != want {
			t.Fatalf("the verdict is %d, want %d of %+v with %+v", got, want, q, roles)
		}
		seen[got]++
	}
	for _, v := range []Verdict{Yes, No, Unknown} {
		if seen[v] < *worlds/20 {
			t.Errorf("only %d worlds of %d came to %d: they say too little", seen[v], *worlds, v)
		}
	}
}

// TestMoreGrants: a grant more never turns a yes into anything else.
func TestMoreGrants(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range *worlds {
		q, roles := random(r)
		if Evaluate(q, roles).Verdict != Yes || len(q.Levels) == 0 || q.Levels[0].Policy == nil {
			continue
		}
		q.Levels[0].Policy.Bindings = append(q.Levels[0].Policy.Bindings, randomBinding(r))
		if got := Evaluate(q, roles).Verdict; got != Yes {
			t.Fatalf("one grant more made it %d: %+v", got, q)
		}
	}
}

// TestLessKnowledge: to know less never turns a no into a yes, a yes into a
// no, or what is not known into either.
func TestLessKnowledge(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range *worlds {
		q, roles := random(r)
		before := Evaluate(q, roles).Verdict
		forget(r, &q, roles)
		if after := Evaluate(q, roles).Verdict; after != before && after != Unknown {
			t.Fatalf("knowing less turned %d into %d: %+v", before, after, q)
		}
	}
}

// TestMoreDenials: a rule more never turns a no into anything else, and nothing
// into a yes.
func TestMoreDenials(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range *worlds {
		q, roles := random(r)
		before := Evaluate(q, roles).Verdict
		if len(q.Levels) == 0 {
			continue
		}
		q.Levels[0].Denies = append(q.Levels[0].Denies, randomDenial(r))
		after := Evaluate(q, roles).Verdict
		if before == No && after != No || before != Yes && after == Yes {
			t.Fatalf("one rule more turned %d into %d: %+v", before, after, q)
		}
	}
}

func forget(r *rand.Rand, q *Question, roles Roles) {
	switch r.IntN(5) {
	case 4:
		for i := range q.Levels {
			for k := range q.Levels[i].Denies {
				q.Levels[i].Denies[k].Unknown = "forgotten"
			}
		}
	case 0:
		q.Complete = false
	case 1:
		q.Identity.Home = nil
	case 2:
		delete(roles.Fetched, pick(r, "roles/a", "roles/b", "roles/c"))
	default:
		if len(q.Levels) > 0 {
			i := r.IntN(len(q.Levels))
			q.Levels[i] = Level{Unreadable: "403", Denies: q.Levels[i].Denies}
		}
	}
}

// FuzzEvaluate: whatever stands in a policy, nothing panics, and a yes takes a
// binding that names the identity or everybody.
func FuzzEvaluate(f *testing.F) {
	f.Add("group:x", "roles/gives", "p.x.y")
	f.Add("principalSet://cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount", "roles/gives", "p.x.y")
	f.Add(":", "", "")
	f.Fuzz(func(t *testing.T, member, role, permission string) {
		q := Question{Identity: Identity{Member: account, Home: []string{"projects/1"}}, Permission: permission, Complete: true,
			Levels: []Level{{Resource: project, Policy: bound(role, member)}}}
		got := Evaluate(q, roles())
		named := strings.EqualFold(member, account) || member == "allUsers" || member == "allAuthenticatedUsers" ||
			strings.HasSuffix(member, "//cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount")
		if got.Verdict == Yes && !named {
			t.Errorf("%q of %q was taken for the account", member, role)
		}
	})
}

func BenchmarkPredefined(b *testing.B) {
	for b.Loop() {
		parse(embedded)
	}
}
