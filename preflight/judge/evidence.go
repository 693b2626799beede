package judge

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/resource"
)

// unmetEvidence describes the bindings that do not apply because of their
// conditions.
func unmetEvidence(a iam.Answer) []finding.Evidence {
	var out []finding.Evidence
	for _, u := range a.Unmet {
		out = addEvidence(out, u.Resource, fmt.Sprintf("%s has %s on %s only if %s", u.Member, u.Role, resource.Describe(u.Resource), u.Expression))
	}
	return out
}

// denyEvidence describes the deny policies that deny a permission.
func denyEvidence(a iam.Answer) []finding.Evidence {
	var out []finding.Evidence
	for _, d := range a.Denied {
		out = addEvidence(out, d.Resource, "deny policy "+d.Policy+" of "+resource.Describe(d.Resource)+" denies it")
	}
	return out
}

// addEvidence adds text to the evidence from the policies of a resource, unless it
// is there already.
func addEvidence(list []finding.Evidence, on, text string) []finding.Evidence {
	i := slices.IndexFunc(list, func(e finding.Evidence) bool { return e.Resource == on })
	if i < 0 {
		return append(list, finding.Evidence{Method: "getIamPolicy", Resource: on, Detail: text})
	}
	if !strings.Contains("; "+list[i].Detail+"; ", "; "+text+"; ") {
		list[i].Detail += "; " + text
	}
	return list
}

// grantEvidence describes the binding that grants a permission.
func grantEvidence(g iam.Grant) finding.Evidence {
	text := fmt.Sprintf("%s has %s on %s", g.Member, g.Role, resource.Describe(g.Resource))
	if g.Conditional {
		text += ", and its condition is true"
	}
	return finding.Evidence{Method: "getIamPolicy", Resource: g.Resource, Detail: text}
}
