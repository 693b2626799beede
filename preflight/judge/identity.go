package judge

import (
	"sort"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// speaksOfNumber reports whether a need names an account by the number of its
// project, which has to be found out.
func speaksOfNumber(n need.Need) bool {
	_, ok := unnumbered(n.Principal.Member + n.Resource)
	return ok
}

// unnumbered is the project whose number a name is waiting for, if it is.
func unnumbered(name string) (project string, ok bool) {
	_, rest, ok := strings.Cut(name, "{number:")
	project, _, _ = strings.Cut(rest, "}")
	return project, ok
}

// numbered puts the number of a project in place of {number:PROJECT}, where it
// can be found out.
func (nm *names) numbered(n need.Need) need.Need {
	id, ok := unnumbered(n.Principal.Member + " " + n.Resource)
	if !ok {
		return n
	}
	number, err := nm.number(id)
	if err != nil || number == "" {
		return n
	}
	replace := func(s string) string { return strings.ReplaceAll(s, "{number:"+id+"}", number) }
	n.Principal.Member = replace(n.Principal.Member)
	n.Resource = replace(n.Resource)
	n.ExpectedError = replace(n.ExpectedError)
	return n
}

// numberedMembers puts the numbers of projects into members that name agents.
func (nm *names) numberedMembers(members []string) []string {
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = nm.numbered(need.Need{Principal: need.Principal{Member: m}}).Principal.Member
	}
	return out
}

// homeOf is where a service account lives: its project under both names, and
// what is above it. Nil where that was not asked for.
func (ev *evaluator) homeOf(member string, n need.Need) []string {
	project := plan.AccountProject(emailOf(member))
	number, err := ev.number(n.Project)
	if err != nil || project != n.Project && project != number {
		return nil
	}
	ancestors, err := ev.ancestry(n.Project)
	if err != nil {
		return nil
	}
	return append([]string{projectName(number)}, ancestors...)
}

// deployers are the identities that apply will run as.
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
			found[""] = j.atHand()
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

// atHand is whom the credentials at hand belong to.
func (j *judge) atHand() finding.DeployerRef {
	ref := finding.DeployerRef{Source: j.of.Credentials}
	id, err := j.identity()
	if err != nil {
		e := facts.AsError(err)
		ref.Unknown = e.Error()
		if e.Unreachable() {
			ref.Unknown = "Google Cloud did not answer"
		}
		return ref
	}
	ref.Member = memberOf(id.Email)
	if ref.Member == "" {
		ref.Unknown = "the token does not say whose it is (it lacks the scope userinfo.email)"
	}
	return ref
}

// projectRefs are the projects of the plan's clusters and node pools.
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
