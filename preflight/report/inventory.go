package report

import (
	"bufio"
	"io"
	"strings"

	"gke-preflight/preflight"
)

// InventoryText writes what a plan needs, for people.
func InventoryText(w io.Writer, inventory *preflight.Inventory) error {
	t := &text{w: bufio.NewWriter(w), options: TextOptions{Width: 100, Verbose: true}}
	t.line(plural(len(inventory.Resources), "resource"), " on Google Kubernetes Engine, ", plural(len(inventory.Needs), "need"))
	for _, r := range inventory.Resources {
		t.resource(r)
	}
	for _, n := range inventory.Needs {
		t.need(n)
	}
	for _, n := range inventory.Notes {
		t.line()
		t.wrapped("note: ", Clean(n))
	}
	return t.w.Flush()
}

func (t *text) resource(r preflight.ResourceItem) {
	t.line()
	t.line(Clean(r.Address), "  (", Clean(strings.Join(r.Actions, ", ")), ")")
	t.detail("name", Clean(r.Name))
	t.detail("cluster", Clean(r.Cluster))
	t.detail("location", Clean(r.Location))
	project := r.Project
	if project == "" {
		project = "not known before apply"
	}
	t.detail("project", Clean(project+" (from "+r.ProjectSource+")"))
	t.detail("network", Clean(r.Network))
	t.detail("subnetwork", Clean(r.Subnetwork))
	t.detail("host", Clean(r.HostProject))
	for i, a := range r.NodeServiceAccounts {
		t.detail(first(i, "nodes run"), "as "+Clean(accountText(a)))
	}
	for i, k := range r.Keys {
		t.detail(first(i, "keys"), Clean(keyText(k)))
	}
}

func accountText(a preflight.AccountItem) string {
	switch {
	case a.Unknown:
		return "an account that is not known before apply (" + a.Attribute + ")"
	case a.Default:
		return "the Compute Engine default service account (" + a.Attribute + ")"
	}
	return a.Email + " (" + a.Attribute + ")"
}

func keyText(k preflight.KeyItem) string {
	if k.Unknown {
		return "not known before apply (" + k.Attribute + ")"
	}
	return k.Key + " (" + k.Attribute + ")"
}

func (t *text) need(n preflight.NeedItem) {
	t.line()
	what := n.Service
	if len(n.Permissions) > 0 {
		what = strings.Join(n.Permissions, ", ")
	}
	t.wrapped(n.Rule+" "+string(n.Severity)+"  ", Clean(what))
	if n.Principal != nil {
		t.detail("who", Clean(strings.TrimSpace(n.Principal.Member+" ("+n.Principal.Kind.InWords()+")")))
	}
	t.detail("where", Clean(n.Resource))
	t.because(preflight.Finding{Addresses: n.Addresses, Attribute: n.Attribute})
	t.detail("unknown", Clean(n.Unknown))
}
