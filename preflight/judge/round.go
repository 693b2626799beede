package judge

import (
	"slices"
	"time"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// A Case is what judging depends on besides facts.
type Case struct {
	Plan *plan.Plan
	// Needs are all needs of the plan that are judged.
	Needs []need.Need
	// Now is the time of the check.
	Now time.Time
	// Table is what is known about predefined roles without asking.
	Table *iam.Table
	// Impersonation allows asking as other service accounts, and Troubleshooter
	// asking Policy Troubleshooter.
	Impersonation, Troubleshooter bool
	// Numbers are the numbers of projects that need not be asked for, by ID.
	Numbers map[string]string
	// Deployer is the member that the ambient credentials belong to, if they do not
	// tell; usually empty.
	Deployer string
	// Credentials says where the ambient credentials come from.
	Credentials string
	// Impersonates reports that the environment impersonates an account.
	Impersonates bool
	// HasProgram reports whether a program is on PATH, by its name; nil if nobody can
	// look.
	HasProgram map[string]bool

	forecast *forecast
	programs *iam.ConditionCache
}

// NewCase prepares a case: what the plan changes is read once.
func NewCase(c Case) *Case {
	p := c.Plan
	c.forecast = &forecast{plan: p, policyChanges: p.PolicyChanges(), denyChanges: p.DenyChanges(), roleChanges: p.RoleChanges()}
	c.programs = iam.NewPrograms()
	return &c
}

// A Round judges needs by the facts that are known so far.
type Round struct {
	input *Case
	known *facts.Facts
	batch *batch
	// resolved are the needs with the names that only Google Cloud knows, as far as
	// they are known, and missing the questions for the others.
	resolved []need.Need
	missing  []facts.Question
	projects []string
}

// Round returns a round of judging by what is known.
func (c *Case) Round(known *facts.Facts) *Round {
	r := &Round{input: c, known: known}
	r.batch = newBatch(c.Needs, r.reader(newBatch(nil, nil)))
	r.resolve()
	r.batch = newBatch(r.resolved, r.reader(newBatch(nil, nil)))
	r.projects = permissionProjects(r.resolved)
	return r
}

func (r *Round) reader(b *batch) *reader {
	return &reader{facts: r.known, batch: b, numbers: r.input.Numbers, deployer: r.input.Deployer, impersonates: r.input.Impersonates}
}

func (r *Round) judge() *judge {
	fc := *r.input.forecast
	return newJudge(&resources{reader: r.reader(r.batch), permissionProjects: r.projects}, &fc, r.input)
}

// resolve finds the names that only Google Cloud knows, and leaves out the needs
// that do not arise.
func (r *Round) resolve() {
	j := r.judge()
	for _, n := range r.input.Needs {
		j.missing = nil
		if n, arises := j.applicable(n); arises {
			r.resolved = append(r.resolved, j.resolveProjectNumber(n))
		}
		r.missing = append(r.missing, j.missing...)
	}
}

// A Result is what a round says of a need.
type Result struct {
	// Done reports that the facts suffice. Nothing else counts before that.
	Done bool
	// Dropped reports that there is nothing to say about the need.
	Dropped bool
	// Need is the need with the names that findings use.
	Need    need.Need
	Verdict Verdict
}

// Judge returns a result for each of some needs, and the questions that are
// missing. It changes nothing, so that parts of the needs can be judged side by
// side.
func (r *Round) Judge(needs []need.Need) (results []Result, missing []facts.Question) {
	j := r.judge()
	for _, n := range needs {
		j.missing = nil
		results = append(results, j.result(n))
		missing = append(missing, j.missing...)
	}
	return results, missing
}

// result judges a need as far as the facts allow.
func (j *judge) result(raw need.Need) Result {
	named, arises := j.applicable(raw)
	if j.isPending() || !arises {
		return Result{Done: !j.isPending(), Dropped: !arises}
	}
	n := j.resolveProjectNumber(named)
	if j.isPending() {
		return Result{}
	}
	v := j.verdict(n)
	if j.isPending() {
		return Result{}
	}
	dropped := named.ClusterUnchanged && !j.isAffectedByPlan(named, v)
	return Result{Done: !j.isPending(), Dropped: dropped, Need: named, Verdict: v}
}

// Questions returns what to ask next: what is missing, what will most likely be
// missing after that, and what may travel with it.
func (r *Round) Questions(missing []facts.Question) []facts.Question {
	all := slices.Concat(r.missing, missing)
	if len(r.input.Needs) > 0 {
		all = append(all, likelyQuestions(r.resolved, r.reader(r.batch))...)
	}
	return r.batch.expand(all)
}

// applicable returns a need with the network that only Google Cloud knows, and whether
// the need arises at all.
func (j *judge) applicable(n need.Need) (_ need.Need, arises bool) {
	n, arises = j.withClusterNetwork(n)
	if arises && (n.OnlyIfNotProject != "" || len(n.OnlyIfProjectIn) > 0) {
		arises = j.appliesToProject(&n)
	}
	return n, arises
}

// isAffectedByPlan reports whether apply takes, or may take, what a need is about. Of
// clusters that apply does not change nothing else is said.
func (j *judge) isAffectedByPlan(n need.Need, v Verdict) bool {
	if v.Rule == need.RuleRemoved || v.Outcome != finding.Undetermined {
		return v.Rule == need.RuleRemoved
	}
	return len(v.RemovedBy) > 0 || n.Kind == need.Permissions && len(j.relevantPolicyChanges(n)) > 0
}

// appliesToProject reports whether a need arises. One of another project than the
// cluster's, of which that cannot be found out, cannot be judged.
func (j *judge) appliesToProject(n *need.Need) bool {
	project := resource.ParseProject(n.Project)
	if n.OnlyIfNotProject != "" {
		is := j.matchProject(resource.ParseProject(n.OnlyIfNotProject), project)
		if is == resource.MaybeSame && n.UndeterminedReason == "" {
			n.UndeterminedReason = projectsNotComparable(n.OnlyIfNotProject, n.Project)
		}
		return is != resource.Same
	}
	return slices.ContainsFunc(n.OnlyIfProjectIn, func(other string) bool {
		return j.matchProject(resource.ParseProject(other), project) != resource.Different
	})
}
