package preflight

import (
	"runtime"
	"slices"
	"sync"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// A checker judges needs again and again while facts about them are gathered:
// in each round those that still miss one.
type checker struct {
	plan          *plan.Plan
	policyChanges []plan.PolicyChange
	denyChanges   []plan.DenyChange
	roleChanges   []plan.RoleChange
	options       Options
	impersonates  bool
	programs      *iam.Programs

	needs  []need.Need
	judged []judged // needs, in their order

	deployers []finding.DeployerRef
	projects  []finding.ProjectRef
	limits    []string
}

// A judged need has its finding, once its facts are known.
type judged struct {
	done bool
	// dropped reports that there is nothing to say about the need.
	dropped bool
	finding finding.Finding
}

func newChecker(p *plan.Plan, o Options, needs []need.Need, impersonates bool) *checker {
	return &checker{
		plan: p, policyChanges: p.PolicyChanges(), denyChanges: p.DenyChanges(), roleChanges: p.RoleChanges(),
		options: o, impersonates: impersonates, programs: iam.NewPrograms(),
		needs: needs, judged: make([]judged, len(needs)),
	}
}

// round judges what is not judged yet, and returns the questions that it misses
// with those that will most likely be missed next.
func (c *checker) round(known *facts.Facts) []facts.Question {
	resolved, missing := c.resolve(known)
	scratch := c.reader(known, newBatch(nil, nil))
	b := newBatch(resolved, scratch)
	if len(c.needs) > 0 {
		missing = append(missing, ahead(resolved, scratch)...)
	}
	projects := permissionProjects(resolved)
	missing = append(missing, c.judgeAll(known, b, projects)...)
	missing = append(missing, c.describe(known, b, projects, resolved)...)
	c.progress()
	return b.with(missing)
}

// reader returns a reader of facts.
func (c *checker) reader(known *facts.Facts, b *batch) *reader {
	return &reader{facts: known, batch: b, numbers: c.options.Numbers, deployer: c.options.Deployer, impersonates: c.impersonates}
}

func (c *checker) judge(known *facts.Facts, b *batch, projects []string) *judge {
	return &judge{
		reader: c.reader(known, b), plan: c.plan, policyChanges: c.policyChanges, denyChanges: c.denyChanges, roleChanges: c.roleChanges,
		options: c.options, programs: c.programs, permissionProjects: projects,
	}
}

// resolve returns the needs with the names that only Google Cloud knows, as far as
// they are known, without those that do not arise.
func (c *checker) resolve(known *facts.Facts) ([]need.Need, []facts.Question) {
	j := c.judge(known, newBatch(c.needs, c.reader(known, newBatch(nil, nil))), nil)
	var out []need.Need
	var missing []facts.Question
	for _, n := range c.needs {
		j.missing = nil
		if n, arises := j.arising(n); arises {
			out = append(out, j.numbered(n))
		}
		missing = append(missing, j.missing...)
	}
	return out, missing
}

// arising returns a need with the network that only Google Cloud knows, and whether
// the need arises at all.
func (j *judge) arising(n need.Need) (_ need.Need, arises bool) {
	n, arises = j.onNetwork(n)
	if arises && (n.Elsewhere != "" || len(n.Among) > 0) {
		arises = j.arises(&n)
	}
	return n, arises
}

// judgeAll judges the needs that are not judged yet, on all processors: judging is
// pure. It returns the questions that were missing.
func (c *checker) judgeAll(known *facts.Facts, b *batch, projects []string) []facts.Question {
	var pending []int
	for i, v := range c.judged {
		if !v.done {
			pending = append(pending, i)
		}
	}
	if len(pending) == 0 {
		return nil
	}
	size := (len(pending) + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0)
	parts := slices.Collect(slices.Chunk(pending, size))
	missing := make([][]facts.Question, len(parts))
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Go(func() {
			j := c.judge(known, b, projects)
			for _, k := range part {
				j.missing = nil
				c.judged[k] = j.judged(c.needs[k])
				missing[i] = append(missing[i], j.missing...)
			}
		})
	}
	wg.Wait()
	return slices.Concat(missing...)
}

// judged judges a need as far as the facts allow.
func (j *judge) judged(raw need.Need) judged {
	named, arises := j.arising(raw)
	if j.isPending() || !arises {
		return judged{done: !j.isPending(), dropped: !arises}
	}
	n := j.numbered(named)
	if j.isPending() {
		return judged{}
	}
	v := j.verdict(n)
	if j.isPending() {
		return judged{}
	}
	dropped := named.Standing && !j.isTaken(named, v)
	return judged{done: !j.isPending(), dropped: dropped, finding: Explain(named, v)}
}

// isTaken reports whether apply takes, or may take, what a need is about. Of
// clusters that apply does not change nothing else is said.
func (j *judge) isTaken(n need.Need, v Verdict) bool {
	if v.Rule == need.RuleRemoved || v.Outcome != finding.Undetermined {
		return v.Rule == need.RuleRemoved
	}
	return len(v.TakenAwayBy) > 0 || n.Kind == need.Permissions && len(j.bearingOn(n)) > 0
}

// describe finds out what the report says beside findings.
func (c *checker) describe(known *facts.Facts, b *batch, projects []string, needs []need.Need) []facts.Question {
	j := c.judge(known, b, projects)
	c.deployers = j.deployers(needs)
	c.projects = j.projectRefs(c.plan)
	c.limits = slices.Clone(c.plan.Notes)
	if slices.ContainsFunc(needs, judgedByPolicies) {
		c.limits = append(c.limits, j.denials().limits()...)
	}
	return j.missing
}

// judgedByPolicies reports whether a need is about somebody who cannot be asked,
// so that only policies tell.
func judgedByPolicies(n need.Need) bool {
	return n.Kind == need.Permissions && n.Principal.Kind != need.Deployer
}

func (c *checker) progress() {
	if c.options.Progress == nil || len(c.needs) == 0 {
		return
	}
	done := 0
	for _, v := range c.judged {
		if v.done {
			done++
		}
	}
	c.options.Progress(done, len(c.needs))
}

// kept returns the findings that there is something to say about.
func (c *checker) kept() []finding.Finding {
	var out []finding.Finding
	for _, v := range c.judged {
		if !v.dropped {
			out = append(out, v.finding)
		}
	}
	return out
}
