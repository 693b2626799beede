package plan

import tfjson "github.com/hashicorp/terraform-json"

// A lifecycle says what apply does with an object.
type lifecycle struct {
	// Actions are the actions of the plan, such as create, or delete and
	// create.
	Actions []string
	// policyBefore is the deletion_policy in the state; empty if there is none.
	policyBefore string
}

// newLifecycle returns the lifecycle of a decoded change.
func newLifecycle(change *tfjson.Change) lifecycle {
	var l lifecycle
	for _, a := range change.Actions {
		l.Actions = append(l.Actions, string(a))
	}
	policy, _ := lookupPath(change.Before, []any{"deletion_policy"})
	l.policyBefore, _ = policy.(string)
	return l
}

// HasAction reports whether the plan has the given action.
func (l *lifecycle) HasAction(action string) bool {
	for _, a := range l.Actions {
		if a == action {
			return true
		}
	}
	return false
}

// Creates reports whether apply creates an object, also to replace one.
func (l *lifecycle) Creates() bool { return l.HasAction("create") }

// Deletes reports whether apply destroys an object, also to replace one. An
// abandoned object is not destroyed.
func (l *lifecycle) Deletes() bool { return l.HasAction("delete") && !l.Abandons() }

// Abandons reports whether apply removes an object from the state and leaves it
// in Google Cloud although the plan says delete, because its deletion_policy in
// the state is ABANDON.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/tpgresource/utils.go (DeletionPolicyPreDelete)
func (l *lifecycle) Abandons() bool {
	return l.HasAction("delete") && l.policyBefore == "ABANDON"
}

// Updates reports whether apply changes the object in place.
func (l *lifecycle) Updates() bool { return l.HasAction("update") }

// IsDestroyed reports whether the object does not exist after apply.
func (l *lifecycle) IsDestroyed() bool { return l.Deletes() && !l.Creates() }

// Replaces reports whether apply destroys the object and creates another.
func (l *lifecycle) Replaces() bool { return l.Deletes() && l.Creates() }

// IsRemovedFromState reports whether Terraform does not manage the object after apply: it
// is destroyed or abandoned, and only its attributes before apply are known.
func (l *lifecycle) IsRemovedFromState() bool { return l.HasAction("delete") && !l.Creates() }

// isNew reports whether apply creates the first object.
func (l *lifecycle) isNew() bool { return l.Creates() && !l.HasAction("delete") }

// DestroysBeforeCreate reports whether a replaced object is destroyed before the new
// one is created, which create_before_destroy reverses.
// https://developer.hashicorp.com/terraform/internals/json-format#change-representation
func (l *lifecycle) DestroysBeforeCreate() bool {
	return l.Deletes() && l.Creates() && l.Actions[0] == "delete"
}

// isNoOp reports whether apply changes nothing in Google Cloud.
func (l *lifecycle) isNoOp() bool { return !l.Creates() && !l.Deletes() && !l.Updates() }
