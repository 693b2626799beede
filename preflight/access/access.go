// Package access checks whether this machine can reach a cluster's API server
// and, if not, why: who the caller is, whether the cluster exists and the caller
// can get it, whether its endpoint answers, what the API server says to the
// caller's token, and whether kubectl would authenticate in the same way.
//
// It changes nothing: it writes no kubeconfig and no gcloud configuration. It
// sends a token to Google, and to an API server only after that has proved, with
// a certificate of the cluster's own CA, that it is the one that Google lists;
// verification is never off. It knows nothing of plans and rules, and prints no
// token.
package access

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"gke-preflight/preflight/facts"
)

// A Verdict is the outcome of a step.
type Verdict string

// The verdicts.
const (
	Pass         Verdict = "pass"
	Fail         Verdict = "fail"
	Undetermined Verdict = "undetermined"
	// Skipped is the verdict of a step that does not apply or was not reached.
	Skipped Verdict = "skipped"
)

// A Step is one check on the way to the API server.
type Step struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Message string  `json:"message"`
}

// A Fix holds the commands that fix a cause.
type Fix struct {
	// Commands can be pasted into a shell, in this order.
	Commands []string `json:"commands"`
}

// A Result says whether this machine can reach one cluster and, if not, why.
type Result struct {
	// Cluster is projects/P/locations/L/clusters/C; empty if the plan does not
	// show it.
	Cluster string `json:"cluster"`
	// Context is the context of the kubeconfig; empty if there is none.
	Context string `json:"context,omitempty"`
	// Server is the URL of the API server that was contacted; empty if none was.
	Server string `json:"server,omitempty"`
	// Identity is the caller's IAM member; empty if Google does not show it.
	Identity string  `json:"identity,omitempty"`
	Result   Verdict `json:"result"`
	Steps    []Step  `json:"steps"`
	// Class is the kind of cause, for programs; docs/access.md lists them.
	Class string `json:"class,omitempty"`
	// Cause is the one thing that prevents access, or that is undetermined; empty
	// if access works.
	Cause string `json:"cause,omitempty"`
	Fix   *Fix   `json:"fix,omitempty"`
}

// An Env holds everything that a check uses from outside of this package.
type Env struct {
	Google Google
	// Credentials is the source of the caller's credentials, in words.
	Credentials string
	// Connect returns a transport to an API server. It must verify the server as
	// Trust demands.
	Connect func(Trust) http.RoundTripper
	// Proxy returns the proxy that the transport of Connect uses for a request;
	// nil for none.
	Proxy func(*http.Request) (*url.URL, error)
	// LookPath finds a program in PATH.
	LookPath func(string) (string, error)
	// Run runs a program, without a shell.
	Run      func(context.Context, Program) (Output, error)
	ReadFile func(string) ([]byte, error)
	Now      func() time.Time
	// StepTimeout limits how long an API server or a program may take; 0 means
	// 10 seconds.
	StepTimeout time.Duration
}

// A Target is a cluster to check.
type Target struct {
	Ref Ref
	// Entry is the cluster's entry in the kubeconfig; nil if there is none.
	Entry *Entry
	// Context is the name of the requested context, which need not exist; empty
	// if none was requested.
	Context string
}

// Check runs the steps in order and stops at the first failure. Steps that do
// not depend on an undetermined step still run.
func Check(ctx context.Context, env Env, t Target) *Result {
	if env.StepTimeout == 0 {
		env.StepTimeout = 10 * time.Second
	}
	c := newChecker(&state{Env: env, Target: t, result: &Result{Cluster: t.Ref.String(), Context: t.Context, Result: Pass}})
	if t.Entry != nil {
		c.result.Context = t.Entry.Context
	}
	for _, s := range checks() {
		c.runCheck(ctx, s)
	}
	c.result.Identity = c.member
	return c.result
}

// A checker runs the steps of a check. The steps share one state.
type checker struct {
	*state
	googleChecks
	kubeconfigChecks
	kubectlChecks
}

func newChecker(s *state) *checker {
	return &checker{s, googleChecks{s}, kubeconfigChecks{s}, kubectlChecks{apiServerChecks{s}}}
}

// A state holds what the steps of a check have found so far.
type state struct {
	Env
	Target
	result *Result

	member       string        // the caller's IAM member; empty if unknown
	token        string        // the caller's access token
	controlPlane *ControlPlane // nil until Google returned it
	apiError     *facts.Error  // Google's error about the cluster; nil if none
	noAnswer     string        // why Google did not return the cluster
	response     *apiResponse  // to the caller's token; nil if there was none
	endpoint     *endpoint     // the endpoint to contact; nil if none is trusted
	kubectlVersion
	login     *login     // how kubectl authenticates; nil if unknown
	openSteps []openStep // the undetermined steps so far
}

// An openStep is a step that is undetermined.
type openStep struct {
	step string
	finding
}

// A finding is the outcome of a step. The cause is the message if it is empty.
type finding struct {
	verdict  Verdict
	message  string
	class    string
	cause    string
	commands []string
}

func pass(message string) finding { return finding{verdict: Pass, message: message} }
func skip(message string) finding { return finding{verdict: Skipped, message: message} }
func undetermined(message string) finding {
	return finding{verdict: Undetermined, message: message}
}

// A check is the function behind a step.
type check struct {
	name string
	run  func(*checker, context.Context) finding
}

func checks() []check {
	return []check{
		{"identity", (*checker).identity},
		{"cluster", (*checker).cluster},
		{"get-permission", (*checker).getPermission},
		{"kubeconfig", (*checker).kubeconfig},
		{"connect-permission", (*checker).connectPermission},
		{"api-server", (*checker).apiServer},
		{"namespaces", (*checker).namespaces},
		{"kubectl", (*checker).kubectl},
		{"login", (*checker).loginMethod},
		{"plugin", (*checker).plugin},
		{"plugin-token", (*checker).pluginToken},
		{"kubectl-access", (*checker).kubectlAccess},
	}
}

func (c *checker) runCheck(ctx context.Context, s check) {
	r := c.result
	if r.Result == Fail {
		r.Steps = append(r.Steps, Step{s.name, Skipped, "not reached"})
		return
	}
	f := s.run(c, ctx)
	r.Steps = append(r.Steps, Step{s.name, f.verdict, c.redact(f.message)})
	switch f.verdict {
	case Fail:
		c.setCause(f)
	case Undetermined:
		c.openSteps = append(c.openSteps, openStep{s.name, f})
		c.setCause(c.openSteps[0].finding)
	}
}

// setCause makes f the cause of the result. A failure replaces the cause of an
// undetermined step before it.
func (c *state) setCause(f finding) {
	r := c.result
	if f.cause == "" {
		f.cause = f.message
	}
	r.Result, r.Class, r.Cause, r.Fix = f.verdict, f.class, c.redact(f.cause), nil
	if len(f.commands) > 0 {
		r.Fix = &Fix{Commands: f.commands}
	}
}

// resolve makes an undetermined step pass, because of what a later step found.
func (c *state) resolve(name, message string) {
	if !c.isOpen(name) {
		return
	}
	c.openSteps = slices.DeleteFunc(c.openSteps, func(l openStep) bool { return l.step == name })
	for i, s := range c.result.Steps {
		if s.Name == name {
			c.result.Steps[i] = Step{name, Pass, message}
		}
	}
	c.result.Result, c.result.Class, c.result.Cause, c.result.Fix = Pass, "", "", nil
	if len(c.openSteps) > 0 {
		c.setCause(c.openSteps[0].finding)
	}
}

func (c *state) isOpen(step string) bool {
	return slices.ContainsFunc(c.openSteps, func(l openStep) bool { return l.step == step })
}
