package preflight

import (
	"context"
	"errors"
	"slices"
	"sort"
	"strings"
	"time"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/judge"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/rules"
	"gke-preflight/preflight/suppress"
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
	Waivers  []suppress.Waiver
	Baseline *suppress.Baseline
	// Only are the IDs of the rules that are looked at; nil for all.
	Only []string
	// Previous is a report on the same plan of which only what is open is asked
	// again, and the rest kept; nil to ask everything.
	Previous *finding.Report
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
func Check(ctx context.Context, p *plan.Plan, client *gcp.Client, o Options) (*finding.Report, error) {
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
	c := newChecker(judge.NewCase(judge.Case{
		Plan: p, Needs: needs, Now: begin, Table: o.Table, Impersonation: o.Impersonation, Troubleshooter: o.Troubleshooter,
		Numbers: o.Numbers, Deployer: o.Deployer, Credentials: o.Credentials, Impersonates: impersonates, HasProgram: o.programs(needs),
	}), o.Progress)
	known := facts.Gather(ctx, source(client), c.round)
	if unauthenticated(known) {
		return nil, ErrUnauthenticated
	}
	findings := c.findings()
	r := &finding.Report{
		SchemaVersion: finding.SchemaVersion,
		Plan:          finding.PlanRef{TerraformVersion: p.TerraformVersion, FormatVersion: p.FormatVersion},
		Findings:      finish(o.judged(append(settled, findings...), p.Redact)),
		Deployers:     c.about.Deployers,
		Projects:      c.about.Projects,
		Limits:        c.about.Limits,
	}
	r.Unjudged = append(settled, findings...)
	r.Deferred, r.Notices = slices.Clone(p.Deferred), slices.Clone(p.Notes)
	r.Rejudge(o.FailOn)
	r.Requests = count(client)
	r.DurationMS = o.Now().Sub(begin).Milliseconds()
	finding.Redact(r, p)
	return r, nil
}

// programs looks for the programs that needs are about; nil if nobody can look.
func (o Options) programs(needs []need.Need) map[string]bool {
	if o.LookPath == nil {
		return nil
	}
	found := map[string]bool{}
	for _, n := range needs {
		if n.Kind == need.ProgramOnPath {
			_, err := o.LookPath(n.Expect)
			found[n.Expect] = err == nil
		}
	}
	return found
}

// requirements returns the rules that each rule depends on, by ID.
func requirements() map[string][]string {
	out := map[string][]string{}
	for _, r := range rules.All() {
		out[r.ID] = r.Requires
	}
	return out
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
		needs[i].Principal.IsCaller = false
	}
}

// open are the needs that are asked about, and the findings that stay as they
// were.
func (o Options) open(needs []need.Need) (open []need.Need, settled []finding.Finding) {
	before := map[string]finding.Finding{}
	if o.Previous != nil {
		for _, f := range o.Previous.Unjudged {
			if f.Need != nil {
				before[f.Need.Key()] = f
			}
		}
	}
	for _, n := range needs {
		if o.Only != nil && !slices.Contains(o.Only, n.Rule) {
			continue
		}
		if f, known := before[n.Key()]; known && (f.Outcome == finding.Pass || !n.MayChange()) {
			settled = append(settled, f)
			continue
		}
		open = append(open, n)
	}
	return open, settled
}

// judged returns findings once waivers and the baseline are applied and what
// depends on a failure is skipped. Skipping comes last: a failure that is waived
// or known decides nothing, so it must hide nothing.
func (o Options) judged(findings []finding.Finding, hide func(string) string) []finding.Finding {
	return judge.SkipDependents(o.Baseline.Apply(suppress.Waive(findings, o.Waivers, o.Now()), hide), requirements(), o.FailOn)
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
		if a.Err == nil || !facts.AsError(a.Err).Unauthorized() {
			return false
		}
		refused = true
	}
	return refused
}

// finish adds what belongs to the rule, and sorts.
func finish(findings []finding.Finding) []finding.Finding {
	byID := map[string]rules.Rule{}
	for _, r := range rules.All() {
		byID[r.ID] = r
	}
	out := make([]finding.Finding, 0, len(findings))
	for _, f := range findings {
		rule := byID[f.Rule]
		f.Name, f.Title, f.URL = rule.Name, rule.Title, rule.URL()
		out = append(out, f)
	}
	sort.SliceStable(out, func(a, b int) bool { return finding.SortKey(out[a]) < finding.SortKey(out[b]) })
	return out
}

func count(client *gcp.Client) finding.Requests {
	r := finding.Requests{}
	if client == nil {
		return r
	}
	r.ByMethod = client.RequestCounts()
	for _, n := range r.ByMethod {
		r.Total += n
	}
	return r
}
