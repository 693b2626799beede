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

// Options holds what a check needs besides the plan and Google Cloud.
type Options struct {
	// Impersonation allows asking as other service accounts, with short-lived tokens,
	// if the ambient credentials may create them.
	Impersonation bool
	// Troubleshooter allows asking Policy Troubleshooter about permissions that the
	// allow policies leave undetermined.
	Troubleshooter bool
	// Waivers are accepted findings, and Baseline the known ones; nil if there are
	// none.
	Waivers  []suppress.Waiver
	Baseline *suppress.Baseline
	// Only holds the IDs of the rules to check; nil for all.
	Only []string
	// Previous is an earlier report on the same plan: what passed in it is kept, and
	// the rest is checked again. Nil to check everything.
	Previous *finding.Report
	// Settings is the configuration of the rules.
	Settings rules.Settings
	// FailOn is the lowest severity that decides the result.
	FailOn need.Severity
	// Table holds the permissions of predefined roles.
	Table *iam.Table
	// Numbers holds configured project numbers by project ID, for projects whose number
	// Google Cloud does not tell.
	Numbers map[string]string
	// Deployer is the member that the ambient credentials belong to. Usually empty,
	// since the credentials tell.
	Deployer string
	// Credentials names the source of the ambient credentials.
	Credentials string
	// Now returns the current time.
	Now func() time.Time
	// LookPath finds a program on PATH; nil if programs cannot be searched.
	LookPath func(name string) (string, error)
	// Progress is called with the number of needs judged so far; may be nil.
	Progress func(done, total int)
}

// ErrUnauthenticated reports that Google rejected every request with the ambient
// credentials: they have expired or were revoked.
var ErrUnauthenticated = errors.New("the credentials are not accepted by Google Cloud")

// Check reports whether the needs of a plan are met in Google Cloud. It returns
// ErrUnauthenticated, or the error of ctx if that ends before anything is asked;
// everything else that goes wrong is part of the report.
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
	needs, kept := o.pending(all)
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
		Findings:      withRules(o.suppressed(append(kept, findings...), p.Redact)),
		Deployers:     c.about.Deployers,
		Projects:      c.about.Projects,
		Limits:        c.about.Limits,
	}
	r.Unjudged = append(kept, findings...)
	r.Deferred, r.Notices = slices.Clone(p.Deferred), slices.Clone(p.Notes)
	r.Rejudge(o.FailOn)
	r.Requests = count(client)
	r.DurationMS = o.Now().Sub(begin).Milliseconds()
	finding.Redact(r, p)
	return r, nil
}

// programs reports for each program that needs are about whether it is on PATH; nil
// if programs cannot be searched.
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

// source returns the source of facts; without a client it answers nothing.
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

// shareCaller makes the ambient credentials one caller, if the environment
// impersonates no account.
func shareCaller(needs []need.Need) {
	for i := range needs {
		needs[i].Principal.IsCaller = false
	}
}

// pending returns the needs to check, and the findings that are kept from the
// previous report.
func (o Options) pending(needs []need.Need) (pending []need.Need, kept []finding.Finding) {
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
			kept = append(kept, f)
			continue
		}
		pending = append(pending, n)
	}
	return pending, kept
}

// suppressed returns findings with waivers and the baseline applied, and with those
// skipped that depend on a failure. Skipping comes last: a waived or known failure
// does not decide the result, so it must not hide another one.
func (o Options) suppressed(findings []finding.Finding, hide func(string) string) []finding.Finding {
	return judge.SkipDependents(o.Baseline.Apply(suppress.Waive(findings, o.Waivers, o.Now()), hide), requirements(), o.FailOn)
}

// unauthenticated reports whether everything that was asked about permissions with
// the ambient credentials was refused as unauthenticated. Tokeninfo does not count:
// it does not know federated tokens, which are valid.
func unauthenticated(known *facts.Facts) bool {
	refused := false
	for q, a := range known.All() {
		if q.Kind != facts.KindPermission || q.As != (facts.Caller{}) || strings.Count(q.On, "/") > 1 {
			// Resources in a project are not all asked about.
			continue
		}
		if a.Err == nil || !facts.AsError(a.Err).Unauthorized() {
			return false
		}
		refused = true
	}
	return refused
}

// withRules returns findings with the name, title and URL of their rules, sorted.
func withRules(findings []finding.Finding) []finding.Finding {
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
