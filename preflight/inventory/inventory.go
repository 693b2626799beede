package inventory

import (
	"context"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/rules"
)

// An Inventory lists what a plan needs, without any request to Google Cloud.
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
	// Project is empty if it is only known after apply. ProjectSource says where it
	// was found, or why it is unknown.
	Project       string `json:"project"`
	ProjectSource string `json:"project_source"`
	Network       string `json:"network,omitempty"`
	Subnetwork    string `json:"subnetwork,omitempty"`
	// HostProject is the network's project; empty if it is Project.
	HostProject string `json:"host_project,omitempty"`
	// Cluster is the name of a node pool's cluster.
	Cluster   string `json:"cluster,omitempty"`
	Autopilot bool   `json:"autopilot"`
	Version   string `json:"version,omitempty"`
	// ThrowAwayPool reports whether the default node pool is removed after creation.
	ThrowAwayPool       bool          `json:"throw_away_pool,omitempty"`
	NodeServiceAccounts []AccountItem `json:"node_service_accounts"`
	Keys                []KeyItem     `json:"keys"`
}

// An AccountItem is a service account that nodes run as.
type AccountItem struct {
	Attribute string `json:"attribute"`
	Email     string `json:"email"`
	// Default reports whether it is the Compute Engine default service account.
	Default bool `json:"default"`
	// Unknown reports whether it is only known after apply.
	Unknown bool `json:"unknown"`
}

// A KeyItem is a Cloud KMS key that a cluster or its nodes use.
type KeyItem struct {
	Attribute string `json:"attribute"`
	Key       string `json:"key"`
	Unknown   bool   `json:"unknown"`
}

// A NeedItem is a need in printed form.
type NeedItem struct {
	Rule        string          `json:"rule"`
	Severity    need.Severity   `json:"severity"`
	Addresses   []string        `json:"addresses"`
	Attribute   string          `json:"attribute,omitempty"`
	Principal   *need.Principal `json:"principal,omitempty"`
	Resource    string          `json:"resource,omitempty"`
	Service     string          `json:"service,omitempty"`
	Permissions []string        `json:"permissions,omitempty"`
	// Unknown says why parts of the need are only known after apply.
	Unknown string `json:"unknown,omitempty"`
}

// New returns the inventory of a plan. It sends no requests.
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

func clusterItem(c *plan.Cluster, redact func(string) string) ResourceItem {
	return ResourceItem{
		Address:             c.Address,
		Type:                c.Type,
		Actions:             c.Actions,
		Name:                redact(c.Name.String()),
		Location:            redact(c.Location.String()),
		Project:             redact(c.Project.ID),
		ProjectSource:       redact(c.Project.Source),
		Network:             redact(c.Network.String()),
		Subnetwork:          redact(c.Subnetwork.String()),
		HostProject:         redact(c.HostProject()),
		Autopilot:           c.Autopilot,
		Version:             redact(c.Version.String()),
		ThrowAwayPool:       c.HasTemporaryDefaultPool,
		NodeServiceAccounts: accountItems(c.Accounts, redact),
		Keys:                keyItems(c.Keys, redact),
	}
}

func poolItem(n *plan.NodePool, redact func(string) string) ResourceItem {
	return ResourceItem{
		Address:             n.Address,
		Type:                n.Type,
		Actions:             n.Actions,
		Name:                redact(n.Name.String()),
		Location:            redact(n.Location.String()),
		Project:             redact(n.Project.ID),
		ProjectSource:       redact(n.Project.Source),
		Cluster:             redact(n.ClusterName),
		Version:             redact(n.Version.String()),
		NodeServiceAccounts: accountItems(n.Accounts, redact),
		Keys:                keyItems(n.Keys, redact),
	}
}

func accountItems(accounts []plan.Account, redact func(string) string) []AccountItem {
	out := []AccountItem{}
	for _, a := range accounts {
		email := a.Email
		if a.ID != "" {
			email = a.ID
		}
		out = append(out, AccountItem{Attribute: a.Attribute, Email: redact(email), Default: a.Default, Unknown: a.Unknown})
	}
	return out
}

func keyItems(keys []plan.Key, redact func(string) string) []KeyItem {
	out := []KeyItem{}
	for _, k := range keys {
		out = append(out, KeyItem{Attribute: k.Attribute, Key: redact(k.Name), Unknown: k.Unknown})
	}
	return out
}

func needItem(n need.Need, redact func(string) string) NeedItem {
	item := NeedItem{
		Rule:        n.Rule,
		Severity:    n.Severity,
		Addresses:   n.Addresses,
		Attribute:   n.Attribute,
		Resource:    redact(n.Resource),
		Service:     n.Service,
		Permissions: n.Permissions,
		Unknown:     redact(n.UndeterminedReason),
	}
	if n.OnlyIfNotProject != "" && n.UndeterminedReason == "" {
		item.Unknown = redact("needed only if " + n.Project + " and " + n.OnlyIfNotProject + " are two projects")
	}
	if n.Principal.Kind != "" {
		item.Principal = &need.Principal{Kind: n.Principal.Kind, Member: redact(n.Principal.Member)}
	}
	return item
}
