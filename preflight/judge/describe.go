package judge

import (
	"slices"
	"sort"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// deployers returns the identities that apply will run as, sorted.
func (j *judge) deployers(needs []need.Need) []finding.DeployerRef {
	found := map[string]finding.DeployerRef{}
	for _, n := range needs {
		if n.Principal.Kind != need.Deployer || n.Principal.IsCaller {
			continue
		}
		switch {
		case n.Principal.Unknown:
			found["?"] = finding.DeployerRef{Source: "set by the provider", Unknown: "the plan does not show the account"}
		case n.Principal.Member == "":
			found[""] = j.ambientDeployer()
		case n.Principal.NamedByUser:
			found[n.Principal.Member] = finding.DeployerRef{Member: n.Principal.Member, Source: "--deployer"}
		default:
			found[n.Principal.Member] = finding.DeployerRef{Member: n.Principal.Member, Source: "impersonated by the provider"}
		}
	}
	out := make([]finding.DeployerRef, 0, len(found))
	for _, ref := range found {
		out = append(out, ref)
	}
	sort.Slice(out, func(a, b int) bool { return out[a].Member+out[a].Unknown < out[b].Member+out[b].Unknown })
	return out
}

// ambientDeployer returns the owner of the ambient credentials.
func (j *judge) ambientDeployer() finding.DeployerRef {
	ref := finding.DeployerRef{Source: j.input.Credentials}
	id, err := j.identity()
	if err != nil {
		e := facts.AsError(err)
		ref.Unknown = e.Error()
		if e.Unreachable() {
			ref.Unknown = "Google Cloud did not respond"
		}
		return ref
	}
	ref.Member = memberOf(id.Email)
	if ref.Member == "" {
		ref.Unknown = "the token does not show whose it is (it is missing the scope userinfo.email)"
	}
	return ref
}

// projectRefs returns the projects of the plan's clusters and node pools.
func (j *judge) projectRefs(p *plan.Plan) []finding.ProjectRef {
	found := map[string]finding.ProjectRef{}
	add := func(project plan.Project) {
		if _, known := found[project.ID]; known || project.ID == "" {
			return
		}
		number, _ := j.number(project.ID)
		found[project.ID] = finding.ProjectRef{ID: project.ID, Number: number, Source: project.Source}
	}
	for _, c := range p.Clusters {
		add(c.Project)
	}
	for _, n := range p.NodePools {
		add(n.Project)
	}
	out := make([]finding.ProjectRef, 0, len(found))
	for _, ref := range found {
		out = append(out, ref)
	}
	sort.Slice(out, func(a, b int) bool { return out[a].ID < out[b].ID })
	return out
}

// A Description holds the parts of a report besides its findings.
type Description struct {
	Deployers []finding.DeployerRef
	Projects  []finding.ProjectRef
	// Limits say what the findings do not take into account.
	Limits []string
}

// Describe returns the description, as far as the facts are known, and the
// questions that are missing.
func (r *Round) Describe() (Description, []facts.Question) {
	j := r.judge()
	d := Description{Deployers: j.deployers(r.resolved), Projects: j.projectRefs(r.input.Plan), Limits: slices.Clone(r.input.Plan.Notes)}
	if slices.ContainsFunc(r.resolved, isJudgedByPolicies) {
		d.Limits = append(d.Limits, j.denials().limits()...)
	}
	return d, j.missing
}
