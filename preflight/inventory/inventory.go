package inventory

import (
	"context"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/rules"
)

// An Inventory is what a plan needs, before anybody has been asked.
type Inventory struct {
	SchemaVersion string          `json:"schema_version"`
	Plan          finding.PlanRef `json:"plan"`
	Resources     []ResourceItem  `json:"resources"`
	Needs         []NeedItem      `json:"needs"`
	Notes         []string        `json:"notes"`
}

// A ResourceItem is a cluster or node pool that apply changes.
type ResourceItem struct {
	Address  string   `json:"address"`
	Type     string   `json:"type"`
	Actions  []string `json:"actions"`
	Name     string   `json:"name"`
	Location string   `json:"location"`
	// Project is empty where it is not known before apply; ProjectSource says
	// where it was found, or why it was not.
	Project       string `json:"project"`
	ProjectSource string `json:"project_source"`
	Network       string `json:"network,omitempty"`
	Subnetwork    string `json:"subnetwork,omitempty"`
	// HostProject is the network's project where it differs from Project.
	HostProject string `json:"host_project,omitempty"`
	// Cluster is the name of a node pool's cluster.
	Cluster   string `json:"cluster,omitempty"`
	Autopilot bool   `json:"autopilot"`
	Version   string `json:"version,omitempty"`
	// ThrowAwayPool reports that the default node pool lives for minutes.
	ThrowAwayPool       bool          `json:"throw_away_pool,omitempty"`
	NodeServiceAccounts []AccountItem `json:"node_service_accounts"`
	Keys                []KeyItem     `json:"keys"`
}

// An AccountItem is a service account that nodes run as.
type AccountItem struct {
	Attribute string `json:"attribute"`
	Email     string `json:"email"`
	// Default reports that it is the Compute Engine default service account.
	Default bool `json:"default"`
	// Unknown reports that it is not known before apply.
	Unknown bool `json:"unknown"`
}

// A KeyItem is a Cloud KMS key that a cluster or its nodes use.
type KeyItem struct {
	Attribute string `json:"attribute"`
	Key       string `json:"key"`
	Unknown   bool   `json:"unknown"`
}

// A NeedItem is a need as it is printed.
type NeedItem struct {
	Rule        string          `json:"rule"`
	Severity    need.Severity   `json:"severity"`
	Addresses   []string        `json:"addresses"`
	Attribute   string          `json:"attribute,omitempty"`
	Principal   *need.Principal `json:"principal,omitempty"`
	Resource    string          `json:"resource,omitempty"`
	Service     string          `json:"service,omitempty"`
	Permissions []string        `json:"permissions,omitempty"`
	// Unknown says why the need cannot be named in full before apply.
	Unknown string `json:"unknown,omitempty"`
}

// New lists what a plan needs. It asks nobody anything.
func New(ctx context.Context, p *plan.Plan, set rules.Settings) (*Inventory, error) {
	inventory := &Inventory{
		SchemaVersion: finding.SchemaVersion,
		Plan:          finding.PlanRef{TerraformVersion: p.TerraformVersion, FormatVersion: p.FormatVersion},
		Resources:     []ResourceItem{},
		Needs:         []NeedItem{},
		Notes:         append([]string{}, p.Notes...),
	}
	for i, note := range inventory.Notes {
		inventory.Notes[i] = p.Redact(note)
	}
	for _, c := range p.Clusters {
		inventory.Resources = append(inventory.Resources, clusterItem(c, p.Redact))
	}
	for _, n := range p.NodePools {
		inventory.Resources = append(inventory.Resources, poolItem(n, p.Redact))
	}
	needs, err := rules.Needs(ctx, p, set)
	if err != nil {
		return nil, err
	}
	for _, n := range needs {
		inventory.Needs = append(inventory.Needs, needItem(n, p.Redact))
	}
	return inventory, nil
}

func clusterItem(c *plan.Cluster, hide func(string) string) ResourceItem {
	return ResourceItem{
		Address:             c.Address,
		Type:                c.Type,
		Actions:             c.Actions,
		Name:                hide(c.Name.String()),
		Location:            hide(c.Location.String()),
		Project:             hide(c.Project.ID),
		ProjectSource:       hide(c.Project.Source),
		Network:             hide(c.Network.String()),
		Subnetwork:          hide(c.Subnetwork.String()),
		HostProject:         hide(c.HostProject()),
		Autopilot:           c.Autopilot,
		Version:             hide(c.Version.String()),
		ThrowAwayPool:       c.HasTemporaryDefaultPool,
		NodeServiceAccounts: accountItems(c.Accounts, hide),
		Keys:                keyItems(c.Keys, hide),
	}
}

func poolItem(n *plan.NodePool, hide func(string) string) ResourceItem {
	return ResourceItem{
		Address:             n.Address,
		Type:                n.Type,
		Actions:             n.Actions,
		Name:                hide(n.Name.String()),
		Location:            hide(n.Location.String()),
		Project:             hide(n.Project.ID),
		ProjectSource:       hide(n.Project.Source),
		Cluster:             hide(n.ClusterName),
		Version:             hide(n.Version.String()),
		NodeServiceAccounts: accountItems(n.Accounts, hide),
		Keys:                keyItems(n.Keys, hide),
	}
}

func accountItems(accounts []plan.Account, hide func(string) string) []AccountItem {
	out := []AccountItem{}
	for _, a := range accounts {
		email := a.Email
		if a.ID != "" {
			email = a.ID
		}
		out = append(out, AccountItem{Attribute: a.Attribute, Email: hide(email), Default: a.Default, Unknown: a.Unknown})
	}
	return out
}

func keyItems(keys []plan.Key, hide func(string) string) []KeyItem {
	out := []KeyItem{}
	for _, k := range keys {
		out = append(out, KeyItem{Attribute: k.Attribute, Key: hide(k.Name), Unknown: k.Unknown})
	}
	return out
}

func needItem(n need.Need, hide func(string) string) NeedItem {
	item := NeedItem{
		Rule:        n.Rule,
		Severity:    n.Severity,
		Addresses:   n.Addresses,
		Attribute:   n.Attribute,
		Resource:    hide(n.Resource),
		Service:     n.Service,
		Permissions: n.Permissions,
		Unknown:     hide(n.UndeterminedReason),
	}
	if n.OnlyIfNotProject != "" && n.UndeterminedReason == "" {
		item.Unknown = hide("needed only if " + n.Project + " and " + n.OnlyIfNotProject + " are two projects")
	}
	if n.Principal.Kind != "" {
		item.Principal = &need.Principal{Kind: n.Principal.Kind, Member: hide(n.Principal.Member)}
	}
	return item
}
