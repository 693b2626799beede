package preflight

import (
	"context"
	"errors"
	"slices"
	"sort"
	"strings"
	"time"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/rules"
)

// Options are what a check takes besides the plan and Google Cloud.
type Options struct {
	// Impersonation allows asking as other service accounts, through tokens
	// that live for minutes, where the credentials at hand may make them.
	Impersonation bool
	// Troubleshooter allows asking Policy Troubleshooter what allow policies
	// leave open.
	Troubleshooter bool
	// Waivers are findings that are accepted, and Baseline those that are known;
	// nil where everything is new.
	Waivers  []Waiver
	Baseline *Baseline
	// Only are the IDs of the rules that are looked at; nil for all.
	Only []string
	// Previous is a report on the same plan of which only what is open is asked
	// again, and the rest kept; nil to ask everything.
	Previous *Report
	// Settings changes the rules.
	Settings rules.Settings
	// FailOn is the least severity that decides the result.
	FailOn need.Severity
	// Table is what is known about predefined roles without asking.
	Table *iam.Table
	// Numbers are the numbers of projects that need not be asked for, by ID.
	Numbers map[string]string
	// Deployer is the member that the credentials at hand belong to, where they
	// do not tell; usually empty.
	Deployer string
	// Credentials says in words where the credentials at hand come from.
	Credentials string
	// Now is the clock. It measures the check.
	Now func() time.Time
	// LookPath finds a program; nil where none can be looked for.
	LookPath func(name string) (string, error)
	// Progress is told what is going on; nil where nobody listens.
	Progress func(done, total int)
}

// ErrUnauthenticated means that Google accepts none of what it was asked with
// the credentials at hand: they have expired or were withdrawn.
var ErrUnauthenticated = errors.New("the credentials are not accepted by Google Cloud")

// Check asks Google Cloud whether the needs of a plan are met. Its errors are
// ErrUnauthenticated, and that of ctx if that ends before anything is asked:
// what cannot be found out afterwards is in the report.
func Check(ctx context.Context, p *plan.Plan, client *gcp.Client, o Options) (*Report, error) {
	begin := o.Now()
	all, err := rules.Needs(ctx, p, o.Settings)
	if err != nil {
		return nil, err
	}
	impersonates := client != nil && client.Original() != client
	if !impersonates {
		shareCaller(all)
	}
	needs, settled := o.open(all)
	c := newChecker(p, o, needs, impersonates)
	known := facts.Gather(ctx, source(client), c.round)
	if unauthenticated(known) {
		return nil, ErrUnauthenticated
	}
	findings := c.kept()
	r := &Report{
		SchemaVersion: SchemaVersion,
		Plan:          PlanRef{TerraformVersion: p.TerraformVersion, FormatVersion: p.FormatVersion},
		Findings:      finish(o.judged(append(settled, findings...), p.Redact)),
		Deployers:     c.deployers,
		Projects:      c.projects,
		Limits:        c.limits,
	}
	r.unjudged = append(settled, findings...)
	r.Deferred, r.Notices = slices.Clone(p.Deferred), slices.Clone(p.Notes)
	r.Rejudge(o.FailOn)
	r.Requests = count(client)
	r.DurationMS = o.Now().Sub(begin).Milliseconds()
	redact(r, p)
	return r, nil
}

// source returns who answers questions; without a client nobody does.
func source(client *gcp.Client) facts.Source {
	if client == nil {
		return silent{}
	}
	return gcp.NewSource(client)
}

// silent is a source that answers nothing.
type silent struct{}

// Answer implements facts.Source.
func (silent) Answer(context.Context, []facts.Question) map[facts.Question]facts.Answer { return nil }

// shareCaller makes the credentials at hand one caller, where the environment
// impersonates nobody.
func shareCaller(needs []need.Need) {
	for i := range needs {
		needs[i].Principal.Original = false
	}
}

// open are the needs that are asked about, and the findings that stay as they
// were.
func (o Options) open(needs []need.Need) (open []need.Need, settled []Finding) {
	before := map[string]Finding{}
	if o.Previous != nil {
		for _, f := range o.Previous.unjudged {
			if f.Need != nil {
				before[f.Need.Key()] = f
			}
		}
	}
	for _, n := range needs {
		if o.Only != nil && !slices.Contains(o.Only, n.Rule) {
			continue
		}
		if f, known := before[n.Key()]; known && (f.Outcome == Pass || !mayChange(n)) {
			settled = append(settled, f)
			continue
		}
		open = append(open, n)
	}
	return open, settled
}

// mayChange reports whether the answer to a need may change by waiting: what
// the plan alone says does not.
func mayChange(n need.Need) bool {
	return n.Unknown == "" && n.Kind != need.Statement && n.Kind != need.OnPath && n.Kind != need.Fresh
}

// MayChange reports whether waiting may make the result of a report better:
// all that decides it, at or above a severity, is what Google Cloud may answer
// otherwise in a while.
func (r *Report) MayChange(least need.Severity) bool {
	decides := func(f Finding) bool {
		return rank(f.Severity) >= rank(least) && (f.Outcome == Fail || f.Outcome == Undetermined)
	}
	return slices.ContainsFunc(r.Findings, decides) &&
		!slices.ContainsFunc(r.Findings, func(f Finding) bool { return decides(f) && !f.mayChange() })
}

// mayChange reports whether the outcome may change by waiting. What the plan does to
// itself stays as it is.
func (f Finding) mayChange() bool { return f.Need != nil && f.Answers == "" && mayChange(*f.Need) }

// judged returns findings once waivers and the baseline are applied and what
// depends on a failure is skipped. Skipping comes last: a failure that is waived
// or known decides nothing, so it must hide nothing.
func (o Options) judged(findings []Finding, hide func(string) string) []Finding {
	return skip(o.Baseline.apply(waive(findings, o.Waivers, o.Now()), hide), o.FailOn)
}

// unauthenticated reports whether everything that was asked about permissions with
// the ambient credentials was refused as unauthenticated. Tokeninfo does not count:
// it knows no federated tokens, which are good all the same.
func unauthenticated(known *facts.Facts) bool {
	refused := false
	for q, a := range known.All() {
		if q.Kind != facts.KindPermission || q.As != (facts.Caller{}) || strings.Count(q.On, "/") > 1 {
			// Of what lies below a project not everything has been asked.
			continue
		}
		if a.Err == nil || !asError(a.Err).Unauthorized() {
			return false
		}
		refused = true
	}
	return refused
}

// finish adds what belongs to the rule, and sorts.
func finish(findings []Finding) []Finding {
	byID := map[string]rules.Rule{}
	for _, r := range rules.All() {
		byID[r.ID] = r
	}
	out := make([]Finding, 0, len(findings))
	for _, f := range findings {
		rule := byID[f.Rule]
		f.Name, f.Title, f.URL = rule.Name, rule.Title, rule.URL()
		out = append(out, f)
	}
	sort.SliceStable(out, func(a, b int) bool { return sortKey(out[a]) < sortKey(out[b]) })
	return out
}

func sortKey(f Finding) string {
	member := ""
	if f.Principal != nil {
		member = f.Principal.Member
	}
	return strings.Join([]string{f.Rule, f.Resource, f.Service, member, strings.Join(f.Addresses, ",")}, "\x00")
}

// summarize counts, and says what the findings at or above a severity come to.
func summarize(findings []Finding, least need.Severity) (Summary, Outcome) {
	var s Summary
	result := Pass
	for _, f := range findings {
		decides := rank(f.Severity) >= rank(least)
		switch f.Outcome {
		case Pass:
			s.Pass++
		case Skipped:
			s.Skipped++
		case Fail:
			s.addFailure(f.Severity)
			if decides {
				result = Fail
			}
		case Undetermined:
			s.Undetermined++
			if decides && result == Pass {
				result = Undetermined
			}
		}
	}
	return s, result
}

// rank orders severities; an unknown one counts as the worst.
func rank(s need.Severity) int {
	switch s {
	case need.Note:
		return 1
	case need.Warning:
		return 2
	}
	return 3
}

func count(client *gcp.Client) Requests {
	r := Requests{}
	if client == nil {
		return r
	}
	r.ByMethod = client.Requests()
	for _, n := range r.ByMethod {
		r.Total += n
	}
	return r
}
