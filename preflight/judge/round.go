package judge

import (
	"slices"
	"time"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
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

	changes  *forecast
	programs *iam.ConditionCache
}

// Open prepares a case: what the plan changes is read once.
func Open(c Case) *Case {
	p := c.Plan
	c.changes = &forecast{plan: p, policyChanges: p.PolicyChanges(), denyChanges: p.DenyChanges(), roleChanges: p.RoleChanges()}
	c.programs = iam.NewPrograms()
	return &c
}

// A Round judges needs by the facts that are known so far.
type Round struct {
	of    *Case
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
	r := &Round{of: c, known: known}
	r.batch = newBatch(c.Needs, r.reader(newBatch(nil, nil)))
	r.resolve()
	r.batch = newBatch(r.resolved, r.reader(newBatch(nil, nil)))
	r.projects = permissionProjects(r.resolved)
	return r
}

func (r *Round) reader(b *batch) *reader {
	return &reader{facts: r.known, batch: b, numbers: r.of.Numbers, deployer: r.of.Deployer, impersonates: r.of.Impersonates}
}

func (r *Round) judge() *judge {
	fc := *r.of.changes
	return newJudge(&resources{reader: r.reader(r.batch), permissionProjects: r.projects}, &fc, r.of)
}

// resolve finds the names that only Google Cloud knows, and leaves out the needs
// that do not arise.
func (r *Round) resolve() {
	j := r.judge()
	for _, n := range r.of.Needs {
		j.missing = nil
		if n, arises := j.arising(n); arises {
			r.resolved = append(r.resolved, j.numbered(n))
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
	named, arises := j.arising(raw)
	if j.isPending() || !arises {
		return Result{Done: !j.isPending(), Dropped: !arises}
	}
	n := j.numbered(named)
	if j.isPending() {
		return Result{}
	}
	v := j.verdict(n)
	if j.isPending() {
		return Result{}
	}
	dropped := named.ClusterUnchanged && !j.isTaken(named, v)
	return Result{Done: !j.isPending(), Dropped: dropped, Need: named, Verdict: v}
}

// A Description is what a report says beside findings.
type Description struct {
	Deployers []finding.DeployerRef
	Projects  []finding.ProjectRef
	// Limits are what no finding could take into account.
	Limits []string
}

// Describe returns what the report says beside findings, as far as the facts
// allow, and the questions that are missing.
func (r *Round) Describe() (Description, []facts.Question) {
	j := r.judge()
	d := Description{Deployers: j.deployers(r.resolved), Projects: j.projectRefs(r.of.Plan), Limits: slices.Clone(r.of.Plan.Notes)}
	if slices.ContainsFunc(r.resolved, judgedByPolicies) {
		d.Limits = append(d.Limits, j.denials().limits()...)
	}
	return d, j.missing
}

// Questions returns what to ask next: what is missing, what will most likely be
// missing after that, and what may travel with it.
func (r *Round) Questions(missing []facts.Question) []facts.Question {
	all := slices.Concat(r.missing, missing)
	if len(r.of.Needs) > 0 {
		all = append(all, ahead(r.resolved, r.reader(r.batch))...)
	}
	return r.batch.with(all)
}

// arising returns a need with the network that only Google Cloud knows, and whether
// the need arises at all.
func (j *judge) arising(n need.Need) (_ need.Need, arises bool) {
	n, arises = j.onNetwork(n)
	if arises && (n.OnlyIfNotProject != "" || len(n.OnlyIfProjectIn) > 0) {
		arises = j.arises(&n)
	}
	return n, arises
}

// isTaken reports whether apply takes, or may take, what a need is about. Of
// clusters that apply does not change nothing else is said.
func (j *judge) isTaken(n need.Need, v Verdict) bool {
	if v.Rule == need.RuleRemoved || v.Outcome != finding.Undetermined {
		return v.Rule == need.RuleRemoved
	}
	return len(v.TakenAwayBy) > 0 || n.Kind == need.Permissions && len(j.bearingOn(n)) > 0
}

// judgedByPolicies reports whether a need is about somebody who cannot be asked,
// so that only policies tell.
func judgedByPolicies(n need.Need) bool {
	return n.Kind == need.Permissions && n.Principal.Kind != need.Deployer
}
