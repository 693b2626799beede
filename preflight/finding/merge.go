package finding

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gke-preflight/preflight/need"
)

// Merge makes one report of several, by the names of their plans: each finding
// says which plan it is about, numbers are added up, and the result is what all
// findings come to at the threshold. The order in which reports are given has
// no bearing on it.
func Merge(reports map[string]*Report, failOn need.Severity) *Report {
	out := &Report{SchemaVersion: SchemaVersion, Findings: []Finding{}}
	for _, name := range inOrder(reports) {
		out.take(name, reports[name])
	}
	slices.SortStableFunc(out.Plans, func(a, b PlanRef) int { return strings.Compare(a.Source, b.Source) })
	slices.SortStableFunc(out.Findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Plan, b.Plan), strings.Compare(SortKey(a), SortKey(b)))
	})
	slices.SortFunc(out.Deployers, func(a, b DeployerRef) int {
		return cmp.Or(strings.Compare(a.Member, b.Member), strings.Compare(a.Source, b.Source), strings.Compare(a.Unknown, b.Unknown))
	})
	slices.SortFunc(out.Projects, func(a, b ProjectRef) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Number, b.Number), strings.Compare(a.Source, b.Source))
	})
	out.Deployers, out.Projects = slices.Compact(out.Deployers), slices.Compact(out.Projects)
	slices.Sort(out.Notices)
	slices.Sort(out.Deferred)
	slices.Sort(out.Limits)
	out.Limits = slices.Compact(out.Limits)
	out.Plan = PlanRef{Source: fmt.Sprintf("%d plans", len(out.Plans))}
	out.Rejudge(failOn)
	return out
}

// inOrder are the names of reports. Those of one plan come first, so that each
// has its name before those that were merged already bring theirs.
func inOrder(reports map[string]*Report) []string {
	merged := func(name string) int { return min(len(reports[name].Plans), 1) }
	return slices.SortedFunc(maps.Keys(reports), func(a, b string) int {
		return cmp.Or(merged(a)-merged(b), strings.Compare(a, b))
	})
}

// take adds what one report says about the plan of a name. One that was merged
// already has names of plans in it, which stay unless they are taken.
func (r *Report) take(name string, from *Report) {
	taken := map[string]bool{}
	for _, p := range r.Plans {
		taken[p.Source] = true
	}
	named := func(plan string) string {
		switch {
		case len(from.Plans) == 0:
			return name
		case taken[plan]:
			return name + ": " + plan
		}
		return plan
	}
	for _, p := range from.plans() {
		p.Source = named(p.Source)
		r.Plans = append(r.Plans, p)
	}
	for _, f := range from.Findings {
		f.Plan = named(f.Plan)
		r.Findings = append(r.Findings, f)
	}
	r.Deployers = append(r.Deployers, from.Deployers...)
	r.Projects = append(r.Projects, from.Projects...)
	r.Limits = append(r.Limits, from.Limits...)
	for _, address := range from.Deferred {
		r.Deferred = append(r.Deferred, prefixed(from, name, address))
	}
	for _, notice := range from.Notices {
		r.Notices = append(r.Notices, prefixed(from, name, notice))
	}
	r.DurationMS += from.DurationMS
	r.Requests.Total += from.Requests.Total
	for method, n := range from.Requests.ByMethod {
		if r.Requests.ByMethod == nil {
			r.Requests.ByMethod = map[string]int{}
		}
		r.Requests.ByMethod[method] += n
	}
}

// prefixed returns a text with the name of its plan in front, unless the report
// was merged already and so has names in its texts.
func prefixed(from *Report, name, text string) string {
	if len(from.Plans) > 0 {
		return text
	}
	return name + ": " + text
}

// plans are those that a report is about.
func (r *Report) plans() []PlanRef {
	if len(r.Plans) == 0 {
		return []PlanRef{r.Plan}
	}
	return r.Plans
}
