package plan

import (
	"cmp"
	"slices"
	"strings"
)

// An Account is a node service account.
type Account struct {
	// Attribute is where it is set, or would be set.
	Attribute string
	// Email is empty if Default or Unknown is true, or ID is set.
	Email string
	// ID is the account's unique ID, if the plan has that instead of an email.
	ID string
	// Default reports whether it is the Compute Engine default service account.
	Default bool
	// Explicit reports whether the configuration sets it; false for a default by
	// omission.
	Explicit bool
	// Unknown reports whether it is only known after apply.
	Unknown bool
	// Sensitive reports whether the plan marks it as sensitive.
	Sensitive bool

	path []any
}

// SiblingPath returns the path of another attribute of the block that sets the
// account.
func (a Account) SiblingPath(path ...any) []any {
	return append(slices.Clone(a.path[:len(a.path)-1]), path...)
}

// accounts returns the node service accounts of the cluster's own node pools.
func (c *Cluster) accounts() []Account {
	autoProvisioned := []any{"cluster_autoscaling", 0, "auto_provisioning_defaults", 0, "service_account"}
	if c.Autopilot {
		return []Account{accountAt(c.Change, autoProvisioned...)}
	}
	if c.After("enable_autopilot").State == Unknown {
		// It decides which attribute is used.
		return []Account{unknownAccount(autoProvisioned...)}
	}
	out := c.defaultPoolAccounts()
	enabled := c.After("cluster_autoscaling", 0, "enabled")
	switch own := accountAt(c.Change, autoProvisioned...); {
	case own.Explicit || enabled.IsTrue():
		out = append(out, own)
	case enabled.State == Unknown:
		out = append(out, unknownAccount(autoProvisioned...))
	}
	return out
}

// unknownAccount returns an account if it is unknown whether, or by which
// attribute, it is used.
func unknownAccount(path ...any) Account {
	return Account{path: path, Attribute: Path(path...), Explicit: true, Unknown: true}
}

// defaultPoolAccounts returns the accounts of the pools that the cluster
// resource itself creates: its inline pools, else the default pool. An update
// does not create the temporary default node pool again.
func (c *Cluster) defaultPoolAccounts() []Account {
	if c.hasUnknownPools() {
		return []Account{unknownAccount("node_pool", 0, "node_config", 0, "service_account")}
	}
	if n := c.InlinePools(); n > 0 {
		var out []Account
		for i := range n {
			out = append(out, accountAt(c.Change, "node_pool", i, "node_config", 0, "service_account"))
		}
		return out
	}
	if !c.Creates() && c.After("remove_default_node_pool").IsTrue() {
		return nil
	}
	return []Account{accountAt(c.Change, "node_config", 0, "service_account")}
}

// accountAt returns the service account at path, which may be an email, a path,
// the word default, or a unique ID.
func accountAt(c *Change, path ...any) Account {
	v := c.After(path...)
	a := Account{path: path, Attribute: Path(path...), Explicit: v.State != Absent, Sensitive: v.Sensitive}
	switch {
	case v.State == Unknown:
		a.Email = cmp.Or(referencedAccount(c, path), c.plan.options.Accounts[c.Address])
		a.Unknown = a.Email == ""
	case v.State == Absent || v.String() == "default":
		a.Default = true
	case isDigits(AccountEmail(v.String())):
		a.ID = AccountEmail(v.String())
	default:
		a.Email = AccountEmail(v.String())
	}
	return a
}

// referencedAccount returns the email of the planned service account that an
// attribute refers to. Providers before 6.13 show no email before apply, but it
// follows from the account's ID and project.
// https://docs.cloud.google.com/iam/docs/service-account-types#user-managed
//
// A plan does not distinguish the reference from a template around it. The
// reference is conclusive here because text after an email, or around a name or
// an ID, makes no valid account, and text before the email of an account that
// the same plan creates would name an unrelated account. Later providers show
// the email, and so the result of the expression.
func referencedAccount(c *Change, path []any) string {
	if c.block == nil {
		return ""
	}
	e, state := c.findExpression(path)
	if state != Known {
		return ""
	}
	f := c.plan.resolveExpression(c.block.module, expressionOf(e))
	if account := f.plannedObject("email", "name", "id"); account != nil {
		return account.AccountEmail()
	}
	return ""
}

// AccountEmail returns the email of a google_service_account; empty if it is
// only known after apply, and for every other type.
func (c *Change) AccountEmail() string {
	if c.Type != "google_service_account" {
		return ""
	}
	if v := c.Latest("email"); v.String() != "" {
		return v.String()
	}
	id, project := c.Latest("account_id").String(), c.Project().ID
	if id == "" || project == "" || isDigits(project) {
		return ""
	}
	if domain, name, scoped := strings.Cut(project, ":"); scoped {
		project = name + "." + domain
	}
	return id + "@" + project + ".iam.gserviceaccount.com"
}

// EmailBefore returns the email of a google_service_account in the state; empty
// for every other type.
func (c *Change) EmailBefore() string {
	if c.Type != "google_service_account" {
		return ""
	}
	return c.Before("email").String()
}

// AccountBefore returns the email at an account's attribute in the state; empty
// if there is none.
func (c *Change) AccountBefore(a Account) string {
	return AccountEmail(c.Before(a.path...).String())
}
