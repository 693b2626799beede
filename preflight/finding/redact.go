package finding

import (
	"slices"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// Redact replaces every value that the plan marks as sensitive by (sensitive), in all
// texts of a report that may contain one.
func Redact(r *Report, p *plan.Plan) {
	if !p.HasSensitiveValues() {
		return
	}
	for i := range r.Findings {
		r.Findings[i] = RedactFinding(r.Findings[i], p.Redact)
	}
	for i := range r.Limits {
		r.Limits[i] = p.Redact(r.Limits[i])
	}
	for i := range r.Notices {
		r.Notices[i] = p.Redact(r.Notices[i])
	}
	for i := range r.Deployers {
		r.Deployers[i].Member = p.Redact(r.Deployers[i].Member)
		r.Deployers[i].Source = p.Redact(r.Deployers[i].Source)
		r.Deployers[i].Unknown = p.Redact(r.Deployers[i].Unknown)
	}
	for i := range r.Projects {
		r.Projects[i].ID = p.Redact(r.Projects[i].ID)
		r.Projects[i].Number = p.Redact(r.Projects[i].Number)
		r.Projects[i].Source = p.Redact(r.Projects[i].Source)
	}
}

// RedactFinding returns f with sensitive values replaced by redact.
func RedactFinding(f Finding, redact func(string) string) Finding {
	if f.Principal != nil {
		f.Principal = &need.Principal{Kind: f.Principal.Kind, Member: redact(f.Principal.Member)}
	}
	f.Resource, f.Message, f.Reason = redact(f.Resource), redact(f.Message), redact(f.Reason)
	f.ExpectedError = redact(f.ExpectedError)
	evidence := make([]Evidence, 0, len(f.Evidence))
	for _, e := range f.Evidence {
		evidence = append(evidence, Evidence{Method: e.Method, Resource: redact(e.Resource), Detail: redact(e.Detail)})
	}
	f.Evidence = evidence
	f.Levels = redactLevels(f.Levels, redact)
	if f.Fix != nil {
		fix := &Fix{Terraform: redact(f.Fix.Terraform)}
		for _, c := range f.Fix.Commands {
			fix.Commands = append(fix.Commands, redact(c))
		}
		f.Fix = fix
	}
	return f
}

func redactLevels(levels []Level, redact func(string) string) []Level {
	out := slices.Clone(levels)
	for i, l := range out {
		out[i].Resource, out[i].Role, out[i].Member, out[i].Detail = redact(l.Resource), redact(l.Role), redact(l.Member), redact(l.Detail)
	}
	return out
}
