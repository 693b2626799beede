package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"gke-preflight/preflight"
	"gke-preflight/preflight/diagnose"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
)

// check runs the rules that the errors in found name on a plan, and adds the
// results to the errors.
func (f *diagnoseFlags) check(ctx context.Context, env Env, found *diagnose.Report) error {
	var concerned []string
	for _, e := range found.Errors {
		concerned = append(concerned, e.Rules...)
	}
	if len(concerned) == 0 {
		return nil
	}
	p, _, err := f.open(ctx, env, []string{f.plan}, nil)
	if err != nil {
		return err
	}
	f.ignoreImpersonation = !p.UsesEnvironmentCredentials()
	client, source, err := f.newClient(ctx, env)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	r, err := preflight.Check(ctx, p, client, preflight.Options{
		Impersonation: !f.noImpersonation, Troubleshooter: f.troubleshooter, FailOn: need.Error, Only: concerned,
		Table: iam.Predefined(), Now: env.Now, LookPath: env.LookPath, Credentials: source, Progress: progressPrinter(env),
	})
	if err != nil {
		return err
	}
	for i := range found.Errors {
		if e := &found.Errors[i]; len(e.Rules) > 0 {
			e.SetCheck(resultFor(e, r))
		}
	}
	return nil
}

// resultFor returns what a report says about an error: the findings that fail or,
// if none do, the undetermined ones.
func resultFor(e *diagnose.Error, r *finding.Report) diagnose.Check {
	if findings := findingsAbout(e, r, finding.Fail); len(findings) > 0 {
		return diagnose.Check{Outcome: diagnose.CheckFound, Findings: findings}
	}
	if findings := findingsAbout(e, r, finding.Undetermined); len(findings) > 0 {
		return diagnose.Check{Outcome: diagnose.CheckUndetermined, Findings: findings}
	}
	return diagnose.Check{Outcome: diagnose.CheckClear}
}

// findingsAbout returns the findings with outcome that concern an error, in the
// order of the rules that the error names. If any of them miss the error's
// permission, it returns only those.
func findingsAbout(e *diagnose.Error, r *finding.Report, outcome finding.Outcome) []diagnose.Finding {
	var exact, all []diagnose.Finding
	for _, id := range e.Rules {
		for _, f := range r.Findings {
			if f.Outcome != outcome || f.Rule != id && f.Answers != id || !mayConcernProject(e, f) {
				continue
			}
			all = append(all, diagnoseFinding(f))
			if f.Permissions != nil && slices.Contains(f.Permissions.Missing, e.Permission) {
				exact = append(exact, diagnoseFinding(f))
			}
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return all
}

// mayConcernProject reports whether a finding may be about the project of an
// error. An error may name its project by number, which matches any finding.
func mayConcernProject(e *diagnose.Error, f finding.Finding) bool {
	isNumber := strings.Trim(e.Project, "0123456789") == ""
	return e.Project == "" || isNumber || f.Resource == "" || strings.Contains(f.Resource+"/", "/projects/"+e.Project+"/")
}

// diagnoseFinding converts a finding for package diagnose.
func diagnoseFinding(f finding.Finding) diagnose.Finding {
	out := diagnose.Finding{Rule: f.Rule, Message: f.Message}
	if f.Outcome == finding.Undetermined {
		out.Message = f.Reason
	}
	if f.Principal != nil {
		out.Principal = &diagnose.Principal{Kind: string(f.Principal.Kind), Member: f.Principal.Member}
	}
	if f.Fix != nil {
		out.Commands = f.Fix.Commands
	}
	return out
}
