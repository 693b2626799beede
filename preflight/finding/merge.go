package finding

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gke-preflight/preflight/need"
)

// Merge merges reports, by the names of their plans: each finding names its plan,
// numbers are added up, and the result is the one of all findings at the threshold
// failOn.
func Merge(reports map[string]*Report, failOn need.Severity) *Report {
	out := &Report{SchemaVersion: SchemaVersion, Findings: []Finding{}}
	for _, name := range mergeOrder(reports) {
		out.add(name, reports[name])
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

// mergeOrder returns the names of reports in the order of merging: reports of one
// plan first, so that they keep their names if a merged report contains the same.
func mergeOrder(reports map[string]*Report) []string {
	merged := func(name string) int { return min(len(reports[name].Plans), 1) }
	return slices.SortedFunc(maps.Keys(reports), func(a, b string) int {
		return cmp.Or(merged(a)-merged(b), strings.Compare(a, b))
	})
}

// add adds a report under the name of its plan. If the report was merged already, it
// contains names of plans, which are kept unless they are in use.
func (r *Report) add(name string, from *Report) {
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

// prefixed returns text with the name of its plan in front, unless the report was
// merged already: its texts contain names.
func prefixed(from *Report, name, text string) string {
	if len(from.Plans) > 0 {
		return text
	}
	return name + ": " + text
}

// plans returns the plans of a report.
func (r *Report) plans() []PlanRef {
	if len(r.Plans) == 0 {
		return []PlanRef{r.Plan}
	}
	return r.Plans
}
