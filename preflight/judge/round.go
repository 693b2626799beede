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

// A Case holds everything that verdicts depend on besides facts.
type Case struct {
	Plan *plan.Plan
	// Needs are the needs to judge.
	Needs []need.Need
	// Now is the time of the check.
	Now time.Time
	// Table is the embedded table of predefined roles.
	Table *iam.Table
	// Impersonation allows testing permissions as other service accounts, and
	// Troubleshooter allows asking Policy Troubleshooter.
	Impersonation, Troubleshooter bool
	// Numbers are the configured numbers of projects, by ID.
	Numbers map[string]string
	// Deployer is the member that the ambient credentials belong to, if they do not
	// show it; usually empty.
	Deployer string
	// Credentials says where the ambient credentials come from.
	Credentials string
	// Impersonates reports that the environment impersonates an account.
	Impersonates bool
	// HasProgram reports whether a program is on PATH, by its name; nil if PATH cannot
	// be searched.
	HasProgram map[string]bool

	forecast *forecast
	programs *iam.ConditionCache
}

// NewCase returns a case that is ready for rounds. It derives the changes of the
// plan once.
func NewCase(c Case) *Case {
	p := c.Plan
	c.forecast = &forecast{plan: p, policyChanges: p.PolicyChanges(), denyChanges: p.DenyChanges(), roleChanges: p.RoleChanges()}
	c.programs = iam.NewPrograms()
	return &c
}

// A Round judges needs by the facts known so far.
type Round struct {
	input *Case
	known *facts.Facts
	batch *batch
	// resolved are the needs with the names that only Google Cloud knows, as far as
	// they are known; missing are the questions for the other names.
	resolved []need.Need
	missing  []facts.Question
	projects []string
}

// Round returns a round with the known facts.
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

// resolve resolves the names that only Google Cloud knows, and drops the needs
// that do not apply.
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

// A Result is the outcome of a need in a round.
type Result struct {
	// Done reports that the facts suffice. Otherwise the other fields are meaningless.
	Done bool
	// Dropped reports that the need does not apply, or is not reported.
	Dropped bool
	// Need is the need with resolved names, as findings use them.
	Need    need.Need
	Verdict Verdict
}

// Judge returns a result for each need, and the questions that are missing. It
// changes nothing, so that parts of the needs can be judged in parallel.
func (r *Round) Judge(needs []need.Need) (results []Result, missing []facts.Question) {
	j := r.judge()
	for _, n := range needs {
		j.missing = nil
		results = append(results, j.result(n))
		missing = append(missing, j.missing...)
	}
	return results, missing
}

// result returns the result for a need.
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

// Questions returns what to ask next: the missing questions, those that will most
// likely be missing after that, and those that can travel with them.
func (r *Round) Questions(missing []facts.Question) []facts.Question {
	all := slices.Concat(r.missing, missing)
	if len(r.input.Needs) > 0 {
		all = append(all, likelyQuestions(r.resolved, r.reader(r.batch))...)
	}
	return r.batch.expand(all)
}

// applicable returns n with the network that only Google Cloud knows, and reports
// whether the need applies at all.
func (j *judge) applicable(n need.Need) (_ need.Need, arises bool) {
	n, arises = j.withClusterNetwork(n)
	if arises && (n.OnlyIfNotProject != "" || len(n.OnlyIfProjectIn) > 0) {
		arises = j.appliesToProject(&n)
	}
	return n, arises
}

// isAffectedByPlan reports whether apply removes, or may remove, what meets n. For
// unchanged clusters only such verdicts are reported.
func (j *judge) isAffectedByPlan(n need.Need, v Verdict) bool {
	if v.Rule == need.RuleRemoved || v.Outcome != finding.Undetermined {
		return v.Rule == need.RuleRemoved
	}
	return len(v.RemovedBy) > 0 || n.Kind == need.Permissions && len(j.relevantPolicyChanges(n)) > 0
}

// appliesToProject reports whether n applies to its project. If that is not known,
// n becomes undetermined.
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
