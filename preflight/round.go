package preflight

import (
	"runtime"
	"slices"
	"sync"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/judge"
	"gke-preflight/preflight/need"
)

// A checker judges needs while facts about them are gathered, in rounds. In each
// round it judges the needs that still miss a fact.
type checker struct {
	of       *judge.Case
	progress func(done, total int)
	results  []judge.Result // of the needs, in their order
	about    judge.Description
}

func newChecker(of *judge.Case, progress func(done, total int)) *checker {
	return &checker{of: of, progress: progress, results: make([]judge.Result, len(of.Needs))}
}

// round judges the needs that are not judged yet, and returns the questions for the
// next round.
func (c *checker) round(known *facts.Facts) []facts.Question {
	r := c.of.Round(known)
	missing := c.judgeAll(r)
	about, more := r.Describe()
	c.about = about
	c.report()
	return r.Questions(append(missing, more...))
}

// judgeAll judges the needs that are not judged yet, in parallel, since judging is
// pure. It returns the questions whose answers are missing.
func (c *checker) judgeAll(r *judge.Round) []facts.Question {
	var pending []int
	for i, result := range c.results {
		if !result.Done {
			pending = append(pending, i)
		}
	}
	if len(pending) == 0 {
		return nil
	}
	parts := slices.Collect(slices.Chunk(pending, 1+(len(pending)-1)/runtime.GOMAXPROCS(0)))
	missing := make([][]facts.Question, len(parts))
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Go(func() { missing[i] = c.judgePart(r, part) })
	}
	wg.Wait()
	return slices.Concat(missing...)
}

// judgePart judges the needs at the indexes part.
func (c *checker) judgePart(r *judge.Round, part []int) []facts.Question {
	needs := make([]need.Need, len(part))
	for i, k := range part {
		needs[i] = c.of.Needs[k]
	}
	results, missing := r.Judge(needs)
	for i, k := range part {
		c.results[k] = results[i]
	}
	return missing
}

// report reports how many needs have been judged.
func (c *checker) report() {
	if c.progress == nil || len(c.results) == 0 {
		return
	}
	done := 0
	for _, r := range c.results {
		if r.Done {
			done++
		}
	}
	c.progress(done, len(c.results))
}

// findings returns the findings of all needs.
func (c *checker) findings() []finding.Finding {
	var out []finding.Finding
	for _, r := range c.results {
		if !r.Dropped {
			out = append(out, judge.Explain(r.Need, r.Verdict))
		}
	}
	return out
}
