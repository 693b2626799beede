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
	// Actions are those of the plan, such as create, or delete and create.
	Actions []string
	// Deposed is the key of an object that an earlier apply left behind.
	Deposed string
	// Imported reports whether apply takes an existing object under control.
	Imported bool
	// Previous is the address that the object moved from; usually empty.
	Previous string
	// ProviderName is that of the provider's program, such as
	// registry.terraform.io/hashicorp/google; empty if the plan does not say.
	ProviderName string

	change *tfjson.Change
	block  *block
	plan   *Plan

	// What follows is resolved once, by Plan.build.
	provider *Provider
	project  Project
}

func newChange(rc *tfjson.ResourceChange) *Change {
	c := &Change{
		Address:  rc.Address,
		Module:   rc.ModuleAddress,
		Mode:     string(rc.Mode),
		Type:     rc.Type,
		Name:     rc.Name,
		Deposed:  rc.DeposedKey,
		Previous: rc.PreviousAddress,
		change:   rc.Change,

		ProviderName: rc.ProviderName,
	}
	c.Imported = c.change.Importing != nil
	for _, a := range c.change.Actions {
		c.Actions = append(c.Actions, string(a))
	}
	return c
}

// Block is the address of the change's configuration block: its own address
// without instance keys.
func (c *Change) Block() string {
	local := c.Type + "." + c.Name
	if c.Mode == "data" {
		local = "data." + local
	}
	return join(withoutKeys(c.Module), local)
}

// Has reports whether action is among the change's.
func (c *Change) Has(action string) bool {
	for _, a := range c.Actions {
		if a == action {
			return true
		}
	}
	return false
}

// Creates reports whether apply makes a new object; also when it replaces one.
func (c *Change) Creates() bool { return c.Has("create") }

// Deletes reports whether apply destroys an object; also when it replaces one.
// An abandoned object is not destroyed.
func (c *Change) Deletes() bool { return c.Has("delete") && !c.Abandons() }

// Abandons reports whether apply takes an object out of the state and leaves it
// in Google Cloud, although the plan says delete: its deletion_policy, as the
// state has it, is ABANDON.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/tpgresource/utils.go (DeletionPolicyPreDelete)
func (c *Change) Abandons() bool {
	return c.Has("delete") && c.Before("deletion_policy").String() == "ABANDON"
}

// Updates reports whether apply changes the object in place.
func (c *Change) Updates() bool { return c.Has("update") }

// Goes reports whether the object is no longer there after apply.
func (c *Change) Goes() bool { return c.Deletes() && !c.Creates() }

// Replaces reports whether apply destroys the object and makes another.
func (c *Change) Replaces() bool { return c.Deletes() && c.Creates() }

// Leaves reports whether Terraform no longer manages the object after apply: it
// is destroyed or abandoned, and only its attributes before apply are known.
func (c *Change) Leaves() bool { return c.Has("delete") && !c.Creates() }

// isNew reports whether apply finds no object of c: it makes the first one.
func (c *Change) isNew() bool { return c.Creates() && !c.Has("delete") }

// DestroysFirst reports whether the object is destroyed before it is made anew;
// create_before_destroy turns that round.
// https://developer.hashicorp.com/terraform/internals/json-format#change-representation
func (c *Change) DestroysFirst() bool {
	return c.Deletes() && c.Creates() && c.Actions[0] == "delete"
}

// idle reports whether apply does nothing in Google Cloud for the change.
func (c *Change) isNoOp() bool { return !c.Creates() && !c.Deletes() && !c.Updates() }

// constant is the value of an expression that is one; null is nil.
func constant(e *tfjson.Expression) (any, bool) {
	if e == nil || e.ExpressionData == nil || len(e.References) > 0 || len(e.NestedBlocks) > 0 {
		return nil, false
	}
	return e.ConstantValue, e.ConstantValue != tfjson.UnknownConstantValue
}

// Path writes an attribute path the way Terraform does:
// node_config[0].service_account.
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
