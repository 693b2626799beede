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
	// Actions are the actions of the plan, such as create, or delete and
	// create.
	Actions []string
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

	change *tfjson.Change
	block  *block
	plan   *Plan

	// provider and project are resolved by Plan.build.
	provider *Provider
	project  Project
}

// newChange returns the change for a decoded resource change.
func newChange(rc *tfjson.ResourceChange) *Change {
	c := &Change{
		Address:         rc.Address,
		Module:          rc.ModuleAddress,
		Mode:            string(rc.Mode),
		Type:            rc.Type,
		Name:            rc.Name,
		Deposed:         rc.DeposedKey,
		PreviousAddress: rc.PreviousAddress,
		change:          rc.Change,

		ProviderName: rc.ProviderName,
	}
	c.Imported = c.change.Importing != nil
	for _, a := range c.change.Actions {
		c.Actions = append(c.Actions, string(a))
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

// HasAction reports whether c has the given action.
func (c *Change) HasAction(action string) bool {
	for _, a := range c.Actions {
		if a == action {
			return true
		}
	}
	return false
}

// Creates reports whether apply creates an object, also to replace one.
func (c *Change) Creates() bool { return c.HasAction("create") }

// Deletes reports whether apply destroys an object, also to replace one. An
// abandoned object is not destroyed.
func (c *Change) Deletes() bool { return c.HasAction("delete") && !c.Abandons() }

// Abandons reports whether apply removes an object from the state and leaves it
// in Google Cloud although the plan says delete, because its deletion_policy in
// the state is ABANDON.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/tpgresource/utils.go (DeletionPolicyPreDelete)
func (c *Change) Abandons() bool {
	return c.HasAction("delete") && c.Before("deletion_policy").String() == "ABANDON"
}

// Updates reports whether apply changes the object in place.
func (c *Change) Updates() bool { return c.HasAction("update") }

// IsDestroyed reports whether the object does not exist after apply.
func (c *Change) IsDestroyed() bool { return c.Deletes() && !c.Creates() }

// Replaces reports whether apply destroys the object and creates another.
func (c *Change) Replaces() bool { return c.Deletes() && c.Creates() }

// IsRemovedFromState reports whether Terraform does not manage the object after apply: it
// is destroyed or abandoned, and only its attributes before apply are known.
func (c *Change) IsRemovedFromState() bool { return c.HasAction("delete") && !c.Creates() }

// isNew reports whether apply creates the first object of c.
func (c *Change) isNew() bool { return c.Creates() && !c.HasAction("delete") }

// DestroysBeforeCreate reports whether a replaced object is destroyed before the new
// one is created, which create_before_destroy reverses.
// https://developer.hashicorp.com/terraform/internals/json-format#change-representation
func (c *Change) DestroysBeforeCreate() bool {
	return c.Deletes() && c.Creates() && c.Actions[0] == "delete"
}

// isNoOp reports whether apply changes nothing in Google Cloud for c.
func (c *Change) isNoOp() bool { return !c.Creates() && !c.Deletes() && !c.Updates() }

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
