package plan

import (
	"cmp"
	"maps"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
)

// A stringSet is a set of strings.
type stringSet map[string]bool

// A secretFinder finds the sensitive values of a plan.
type secretFinder struct{ *Plan }

// findSecrets returns the strings that the plan marks as sensitive and that
// could be shown, the longest first, since one secret may be a part of another.
// All of them are found when the plan is read, so that no getter writes.
func (f secretFinder) findSecrets() []string {
	s := stringSet{}
	for _, c := range f.Changes {
		s.addMarked(c.change.Before, c.change.BeforeSensitive)
		s.addMarked(c.change.After, c.change.AfterSensitive)
	}
	for _, config := range f.config.providers {
		f.addProviderSecrets(s, config)
	}
	f.addEvaluatedSecrets(s)
	for _, c := range f.allClusters() {
		s.addResolved(c.Accounts, c.Keys)
	}
	for _, n := range append(slices.Clone(f.NodePools), f.UnchangedNodePools...) {
		s.addResolved(n.Accounts, n.Keys)
	}
	return slices.SortedFunc(maps.Keys(s), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
}

// add adds every string inside v.
func (s stringSet) add(v any) {
	switch v := v.(type) {
	case string:
		if v != "" {
			s[v] = true
		}
	case []any:
		for _, e := range v {
			s.add(e)
		}
	case map[string]any:
		for _, e := range v {
			s.add(e)
		}
	}
}

// addMarked adds the strings of v that flags, a tree such as after_sensitive,
// has true for.
func (s stringSet) addMarked(v, marks any) {
	switch m := marks.(type) {
	case bool:
		if m {
			s.add(v)
		}
	case []any:
		l, _ := v.([]any)
		for i := range min(len(l), len(m)) {
			s.addMarked(l[i], m[i])
		}
	case map[string]any:
		object, _ := v.(map[string]any)
		for name, mark := range m {
			s.addMarked(object[name], mark)
		}
	}
}

// addResolved adds the values of sensitive attributes that the plan does not
// show but that were resolved through references.
func (s stringSet) addResolved(accounts []Account, keys []Key) {
	for _, a := range accounts {
		if a.Sensitive {
			s.add(a.Email)
		}
	}
	for _, k := range keys {
		if k.Sensitive {
			s.add(k.Name)
		}
	}
}

// addProviderSecrets adds the values of the sensitive variables that a provider
// configuration refers to. A plan does not mark provider configurations, which
// are not resources.
func (f secretFinder) addProviderSecrets(s stringSet, config *tfjson.ProviderConfig) {
	f.eachVariable(withoutKeys(config.ModuleAddress), referencesInAll(config.Expressions), maxHops, func(v resolution) {
		if v.sensitive {
			s.add(v.value)
		}
	})
}

// addEvaluatedSecrets adds the values that the text of the configuration
// derives from sensitive ones.
func (f secretFinder) addEvaluatedSecrets(s stringSet) {
	if f.building.evaluator == nil {
		return
	}
	for _, v := range f.building.evaluator.sensitiveValues {
		s.add(v)
	}
	for _, c := range f.Changes {
		for _, v := range []Value{c.provider.Impersonates, c.provider.Delegates, c.provider.BillingProject} {
			if v.Sensitive {
				s.add(v.Raw)
			}
		}
		if c.project.Sensitive {
			s.add(c.project.ID)
		}
	}
}

// eachVariable calls f with every variable that references lead to.
func (r *references) eachVariable(module string, refs []string, hops int, f func(resolution)) {
	for _, ref := range writtenReferences(refs) {
		t := parseReference(module, ref)
		if hops <= 0 {
			return
		}
		switch t.kind {
		case toVariable:
			f(r.resolveVariable(t, hops-1))
			if call := r.config.calls[t.module]; call != nil {
				r.eachVariable(call.parent, referencesIn(call.expressions[t.name]), hops-1, f)
			}
		case toOutput:
			if o := r.config.outputs[t.module+":"+t.name]; o != nil {
				f(r.resolveTarget(t, hops-1))
				r.eachVariable(t.module, referencesIn(o.expression), hops-1, f)
			}
		}
	}
}
