// Package access finds out whether this machine can talk to a cluster's API
// server, and what is in the way: who is asking, whether the cluster is there
// and may be seen, whether its endpoint answers, what it says to the token, and
// whether kubectl would log in the same way.
//
// It changes nothing: no kubeconfig is written, no setting of gcloud touched.
// A token reaches Google, or an API server that proves with a certificate of
// the cluster's own authority that it is the one Google named; verification is
// never off. The package knows nothing of plans and rules, and prints no token.
package access

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"gke-preflight/preflight/facts"
)

// A Verdict is what a step found.
type Verdict string

// The verdicts.
const (
	Pass         Verdict = "pass"
	Fail         Verdict = "fail"
	Undetermined Verdict = "undetermined"
	// Skipped is a step that does not apply, or was not reached.
	Skipped Verdict = "skipped"
)

// A Step is one question on the way to the API server, and its answer.
type Step struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Message string  `json:"message"`
}

// A Fix is how a cause is mended.
type Fix struct {
	// Commands can be pasted, in this order.
	Commands []string `json:"commands"`
}

// A Result is whether one cluster can be reached, and why not.
type Result struct {
	// Cluster is projects/P/locations/L/clusters/C; empty where a plan does not
	// tell it.
	Cluster string `json:"cluster"`
	// Context is that of the kubeconfig; empty where there is none.
	Context string `json:"context,omitempty"`
	// Server is the URL of the API server that was asked.
	Server string `json:"server,omitempty"`
	// Identity is the member that asked; empty where Google does not tell.
	Identity string  `json:"identity,omitempty"`
	Result   Verdict `json:"result"`
	Steps    []Step  `json:"steps"`
	// Class names the kind of cause for programs; docs/access.md lists them.
	Class string `json:"class,omitempty"`
	// Cause is the one thing that is in the way, or that could not be found out.
	Cause string `json:"cause,omitempty"`
	Fix   *Fix   `json:"fix,omitempty"`
}

// A World is everything outside of this package.
type World struct {
	Google Google
	// Credentials says in words where the caller's were found.
	Credentials string
	// Connect makes the way to an API server. It must verify what Trust says.
	Connect func(Trust) http.RoundTripper
	// Proxy returns the proxy that Connect goes through; nil for none.
	Proxy func(*http.Request) (*url.URL, error)
	// LookPath finds a program as a shell would.
	LookPath func(string) (string, error)
	// Run runs a program, without a shell.
	Run      func(context.Context, Program) (Output, error)
	ReadFile func(string) ([]byte, error)
	Now      func() time.Time
	// Patience is how long an API server or a program may take; 0 for 10 s.
	Patience time.Duration
}

// A Target is a cluster to reach.
type Target struct {
	Ref Ref
	// Entry is the kubeconfig's of it; nil where there is none.
	Entry *Entry
	// Context is the one that was asked for, there or not; may be empty.
	Context string
}

// Check goes the way to a cluster step by step, and stops where the cause is
// found. Steps that do not depend on one that stays open are gone all the same.
func Check(ctx context.Context, w World, t Target) *Result {
	if w.Patience == 0 {
		w.Patience = 10 * time.Second
	}
	c := &course{World: w, Target: t, result: &Result{Cluster: t.Ref.String(), Context: t.Context, Result: Pass}}
	if t.Entry != nil {
		c.result.Context = t.Entry.Context
	}
	for _, s := range stages() {
		c.step(ctx, s)
	}
	c.result.Identity = c.member
	return c.result
}

// A course is a check under way.
type course struct {
	World
	Target
	result *Result

	member string // who asks; empty where it is not known
	token  string
	plane  *ControlPlane // nil until Google has told
	denial *facts.Error  // Google's answer where it is an error
	silent string        // why Google did not tell
	answer *answer       // of the API server to the caller's token
	site   *site         // where the API server is
	kubectlVersion
	login *login  // what kubectl would send
	left  []loose // what is undetermined so far
}

// A loose end is a step that is undetermined.
type loose struct {
	step string
	finding
}

// A finding is the outcome of a step, with what follows from it.
type finding struct {
	verdict  Verdict
	message  string
	class    string
	cause    string
	commands []string
}

func passed(message string) finding  { return finding{verdict: Pass, message: message} }
func skipped(message string) finding { return finding{verdict: Skipped, message: message} }
func open(message string) finding {
	return finding{verdict: Undetermined, message: message}
}

// A stage asks one question.
type stage struct {
	name string
	ask  func(*course, context.Context) finding
}

func stages() []stage {
	return []stage{
		{"identity", (*course).identity},
		{"cluster", (*course).cluster},
		{"get-permission", (*course).getPermission},
		{"kubeconfig", (*course).kubeconfig},
		{"connect-permission", (*course).connectPermission},
		{"api-server", (*course).apiServer},
		{"namespaces", (*course).namespaces},
		{"kubectl", (*course).kubectl},
		{"login", (*course).loginMethod},
		{"plugin", (*course).plugin},
		{"plugin-token", (*course).pluginToken},
		{"kubectl-access", (*course).kubectlAccess},
	}
}

func (c *course) step(ctx context.Context, s stage) {
	r := c.result
	if r.Result == Fail {
		r.Steps = append(r.Steps, Step{s.name, Skipped, "not reached"})
		return
	}
	f := s.ask(c, ctx)
	r.Steps = append(r.Steps, Step{s.name, f.verdict, c.hide(f.message)})
	switch f.verdict {
	case Fail:
		c.conclude(f)
	case Undetermined:
		c.left = append(c.left, loose{s.name, f})
		c.conclude(c.left[0].finding)
	}
}

// conclude makes a finding the cause. A failure takes the place of what was
// left open before it.
func (c *course) conclude(f finding) {
	r := c.result
	if f.cause == "" {
		f.cause = f.message
	}
	r.Result, r.Class, r.Cause, r.Fix = f.verdict, f.class, c.hide(f.cause), nil
	if len(f.commands) > 0 {
		r.Fix = &Fix{Commands: f.commands}
	}
}

// settle answers a step that was left open before, by what came out since.
func (c *course) settle(name, message string) {
	if !c.leftOpen(name) {
		return
	}
	c.left = slices.DeleteFunc(c.left, func(l loose) bool { return l.step == name })
	for i, s := range c.result.Steps {
		if s.Name == name {
			c.result.Steps[i] = Step{name, Pass, message}
		}
	}
	c.result.Result, c.result.Class, c.result.Cause, c.result.Fix = Pass, "", "", nil
	if len(c.left) > 0 {
		c.conclude(c.left[0].finding)
	}
}

func (c *course) leftOpen(step string) bool {
	return slices.ContainsFunc(c.left, func(l loose) bool { return l.step == step })
}
