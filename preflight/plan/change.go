package plan

import (
	"strconv"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// A Change is one resource change of a plan.
type Change struct {
	// Address is the absolute address, such as module.a["k"].google_project.p.
	Address string
	// Module is the address of the module instance; empty for the root.
	Module string
	// Mode is managed or data.
	Mode string
	Type string
	Name string
	// Deposed is the key of an object that an earlier, interrupted replacement
	// did not delete; usually empty.
	Deposed string
	// Imported reports whether apply imports an existing object.
	Imported bool
	// PreviousAddress is the former address of an object that was moved; usually
	// empty.
	PreviousAddress string
	// ProviderName is the source address of the provider, such as
	// registry.terraform.io/hashicorp/google; empty if the plan does not name
	// it.
	ProviderName string

	objectValues

	// provider and project are resolved by Plan.build.
	provider *Provider
	project  Project
}

// newChange returns the change for a decoded resource change.
func newChange(rc *tfjson.ResourceChange) *Change {
	c := &Change{
		objectValues:    newObjectValues(rc.Change),
		Address:         rc.Address,
		Module:          rc.ModuleAddress,
		Mode:            string(rc.Mode),
		Type:            rc.Type,
		Name:            rc.Name,
		Deposed:         rc.DeposedKey,
		PreviousAddress: rc.PreviousAddress,
		Imported:        rc.Change.Importing != nil,
		ProviderName:    rc.ProviderName,
	}
	return c
}

// Block returns the address of the change's configuration block: its own
// address without instance keys.
func (c *Change) Block() string {
	local := c.Type + "." + c.Name
	if c.Mode == "data" {
		local = "data." + local
	}
	return join(withoutKeys(c.Module), local)
}

// constant returns the value of a constant expression; nil for null.
func constant(e *tfjson.Expression) (any, bool) {
	if e == nil || e.ExpressionData == nil || len(e.References) > 0 || len(e.NestedBlocks) > 0 {
		return nil, false
	}
	return e.ConstantValue, e.ConstantValue != tfjson.UnknownConstantValue
}

// Path formats a path as Terraform does: node_config[0].service_account.
func Path(path ...any) string {
	var b strings.Builder
	for _, step := range path {
		switch s := step.(type) {
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s)
		case int:
			b.WriteString("[" + strconv.Itoa(s) + "]")
		}
	}
	return b.String()
}
