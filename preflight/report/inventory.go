package report

import (
	"io"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/inventory"
	"gke-preflight/preflight/rules"
)

// InventoryText writes the resources and needs of a plan as text.
func InventoryText(w io.Writer, inventory *inventory.Inventory) error {
	t := newText(w, TextOptions{Width: 100, Verbose: true})
	t.line(plain(plural(len(inventory.Resources), "GKE resource") + ", " + plural(len(inventory.Needs), "need")))
	for _, r := range inventory.Resources {
		t.resource(r)
	}
	for _, n := range inventory.Needs {
		t.need(n)
	}
	for _, n := range inventory.Notes {
		t.blankLine()
		t.paragraph(n, faint("note: "))
	}
	return t.w.Flush()
}

func (t *text) resource(r inventory.ResourceItem) {
	t.blankLine()
	t.line(plain(r.Address + "  (" + strings.Join(r.Actions, ", ") + ")"))
	t.detail("name", r.Name)
	t.detail("cluster", r.Cluster)
	t.detail("location", r.Location)
	project := r.Project
	if project == "" {
		project = "only known after apply"
	}
	t.detail("project", project+" (from "+r.ProjectSource+")")
	t.detail("network", r.Network)
	t.detail("subnetwork", r.Subnetwork)
	t.detail("host", r.HostProject)
	for i, a := range r.NodeServiceAccounts {
		t.detail(labelIfFirst(i, "nodes run"), "as "+accountText(a))
	}
	for i, k := range r.Keys {
		t.detail(labelIfFirst(i, "keys"), keyText(k))
	}
}

func accountText(a inventory.AccountItem) string {
	switch {
	case a.Unknown:
		return "an account that is only known after apply (" + a.Attribute + ")"
	case a.Default:
		return "the Compute Engine default service account (" + a.Attribute + ")"
	}
	return a.Email + " (" + a.Attribute + ")"
}

func keyText(k inventory.KeyItem) string {
	if k.Unknown {
		return "only known after apply (" + k.Attribute + ")"
	}
	return k.Key + " (" + k.Attribute + ")"
}

func (t *text) need(n inventory.NeedItem) {
	t.blankLine()
	t.paragraph(needSummary(n), faint(n.Rule+" "+string(n.Severity)+"  "))
	if n.Principal != nil {
		t.detail("who", parenthesize(n.Principal.Member, n.Principal.Kind.InWords()))
	}
	t.detail("where", n.Resource)
	t.requiredBy(finding.Finding{Addresses: n.Addresses, Attribute: n.Attribute})
	t.detail("unknown", n.Unknown)
}

// needSummary returns the permissions or the API of a need, or its rule's title if
// it has neither.
func needSummary(n inventory.NeedItem) string {
	switch {
	case len(n.Permissions) > 0:
		return strings.Join(n.Permissions, ", ")
	case n.Service != "":
		return n.Service
	}
	for _, r := range rules.All() {
		if r.ID == n.Rule {
			return r.Title
		}
	}
	return "unknown rule"
}
