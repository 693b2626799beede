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

// check asks Google Cloud what the rules concerned ask of a plan, and puts the
// answers into the errors.
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
	f.unneeded = !p.UsesEnvironment()
	client, source, err := f.client(ctx, env)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	r, err := preflight.Check(ctx, p, client, preflight.Options{
		Impersonation: !f.noImpersonation, Troubleshooter: f.troubleshooter, FailOn: need.Error, Only: concerned,
		Table: iam.Predefined(), Now: env.Now, LookPath: env.LookPath, Credentials: source, Progress: progress(env),
	})
	if err != nil {
		return err
	}
	for i := range found.Errors {
		if e := &found.Errors[i]; len(e.Rules) > 0 {
			e.SetCheck(checkOf(e, r))
		}
	}
	return nil
}

// checkOf is what a report says about an error: what fails, or, where nothing
// does, what could not be found out.
func checkOf(e *diagnose.Error, r *finding.Report) diagnose.Check {
	if about := aboutError(e, r, finding.Fail); len(about) > 0 {
		return diagnose.Check{Outcome: diagnose.CheckFound, Findings: about}
	}
	if about := aboutError(e, r, finding.Undetermined); len(about) > 0 {
		return diagnose.Check{Outcome: diagnose.CheckUndetermined, Findings: about}
	}
	return diagnose.Check{Outcome: diagnose.CheckClear}
}

// aboutError are the findings of an outcome that are about an error, in the
// order of the rules that it names: those that speak of its permission, if
// there are any.
func aboutError(e *diagnose.Error, r *finding.Report, outcome finding.Outcome) []diagnose.Finding {
	var exact, all []diagnose.Finding
	for _, id := range e.Rules {
		for _, f := range r.Findings {
			if f.Outcome != outcome || f.Rule != id && f.Answers != id || !inProject(e, f) {
				continue
			}
			all = append(all, diagnosed(f))
			if f.Permissions != nil && slices.Contains(f.Permissions.Missing, e.Permission) {
				exact = append(exact, diagnosed(f))
			}
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return all
}

// inProject reports whether a finding may be about the project of an error,
// which may be named by its number there.
func inProject(e *diagnose.Error, f finding.Finding) bool {
	isNumber := strings.Trim(e.Project, "0123456789") == ""
	return e.Project == "" || isNumber || f.Resource == "" || strings.Contains(f.Resource+"/", "/projects/"+e.Project+"/")
}

func diagnosed(f finding.Finding) diagnose.Finding {
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
