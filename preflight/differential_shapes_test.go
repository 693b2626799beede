package preflight_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gke-preflight/fixtures/fakegcp"
)

// A shape is how a world's plan writes what it makes: the dimensions that once
// hid false verdicts.
type shape struct {
	// hidden reports whether the nodes' account is an each.value that is not
	// known before apply.
	hidden bool
	// pool reports whether a node pool is made in a cluster that the plan leaves
	// as it is.
	pool bool
	// spelled reports whether the changes beside the cluster name projects and
	// accounts in another way than by ID.
	spelled bool
	// replaced is the cluster that the new one takes the place of; nil without.
	replaced *replaced
}

// A replaced cluster is destroyed before the new one is made, or after.
type replaced struct {
	project, location, name string
	createFirst             bool
}

// String returns the shape in short.
func (s shape) String() string {
	out := fmt.Sprintf(" (hidden %t, pool %t, spelled %t", s.hidden, s.pool, s.spelled)
	if s.replaced != nil {
		out += fmt.Sprintf(", replaces %+v", *s.replaced)
	}
	return out + ")"
}

// newShape picks a shape for half of the worlds. It comes before changes and
// edits, which depend on the project.
func (w *world) newShape() {
	w.cluster.Location, w.cluster.Name = "europe-west1", "main"
	w.shape.spelled = w.dice.IntN(3) == 0
	switch w.dice.IntN(6) {
	case 0:
		w.shape.hidden = w.base == "minimal" && w.cluster.Account == nodes
	case 1:
		w.newReplacement()
	case 2:
		if w.base == "shared-vpc" {
			w.shape.pool, w.cluster.Pool = true, "new"
			w.try("cluster acme-service europe-west1 main")
		}
	}
}

// newReplacement makes the new cluster take the place of one of the same or of
// another project, location or name. The new name is sometimes taken.
func (w *world) newReplacement() {
	r := &replaced{
		project:     w.pick(w.cluster.Project, w.cluster.Project, "acme-dev"),
		location:    w.pick("europe-west1", "europe-west4"),
		name:        w.pick("main", "old"),
		createFirst: w.dice.IntN(2) == 0,
	}
	w.shape.replaced = r
	w.try("cluster " + r.project + " " + r.location + " " + r.name)
	if w.dice.IntN(4) == 0 {
		w.try("cluster " + w.cluster.Project + " europe-west1 main")
	}
}

// make makes the cluster or the node pool, and destroys the cluster whose place
// it takes.
func (w *world) make(server *fakegcp.Server) error {
	r := w.shape.replaced
	if r == nil {
		return server.Create(w.cluster)
	}
	destroy := func() error { return server.Delete(terraform, r.project, r.location, r.name) }
	create := func() error { return server.Create(w.cluster) }
	steps := []func() error{destroy, create}
	if r.createFirst {
		slices.Reverse(steps)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// basePlan returns the real plan that the world's plan is made from.
func (w *world) basePlan(t *testing.T) []byte {
	t.Helper()
	if !w.shape.pool {
		return readPlan(t, w.base)
	}
	return bytes.ReplaceAll(readPlan(t, "traps/svpc-pool"), []byte("acme-prod"), []byte("acme-service"))
}

// madeType returns the type of what the world's plan makes.
func (w *world) madeType() string {
	if w.shape.pool {
		return "google_container_node_pool"
	}
	return "google_container_cluster"
}

// ofType returns the first of some changes or blocks that is of a type.
func ofType(of []any, typ string) map[string]any {
	i := slices.IndexFunc(of, func(v any) bool { return v.(map[string]any)["type"] == typ })
	return of[i].(map[string]any)
}

// shaped returns changes and blocks as the world's shape has them. The made
// change and block are among them.
func (w *world) shaped(change, block map[string]any, changes, blocks []any) ([]any, []any) {
	type object = map[string]any
	inner := change["change"].(object)
	after := inner["after"].(object)
	after["name"] = w.cluster.Name
	if w.shape.pool {
		after["name"] = w.cluster.Pool
	}
	if r := w.shape.replaced; r != nil {
		after["project"], after["deletion_protection"] = w.cluster.Project, false
		block["expressions"].(object)["project"] = object{"constant_value": w.cluster.Project}
		before := maps.Clone(after)
		before["project"], before["location"], before["name"] = r.project, r.location, r.name
		inner["before"], inner["actions"] = before, []any{"delete", "create"}
		if r.createFirst {
			inner["actions"] = []any{"create", "delete"}
		}
	}
	if !w.shape.hidden {
		return changes, blocks
	}
	after["node_config"] = []any{object{}}
	inner["after_unknown"].(object)["node_config"] = []any{object{"service_account": true}}
	block["expressions"].(object)["node_config"] = []any{object{"service_account": object{"references": []any{"each.value.sa", "each.value"}}}}
	block["for_each_expression"] = object{"references": []any{"terraform_data.sa.output", "terraform_data.sa"}}
	change["address"], change["index"] = change["address"].(string)+`["a"]`, "a"
	sa := func() object {
		return object{"address": "terraform_data.sa", "mode": "managed", "type": "terraform_data", "name": "sa"}
	}
	planned, written := sa(), sa()
	planned["change"] = object{"actions": []any{"create"}, "before": nil, "after": object{"input": nodes}, "after_unknown": object{"id": true, "output": true}}
	written["provider_config_key"], written["expressions"] = "terraform", object{"input": object{"constant_value": nodes}}
	return append(changes, planned), append(blocks, written)
}

// respelled returns a change whose values name the same things in another way,
// if the world's shape says so.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/tpgiamresource/iam_project.go
func (w *world) respelled(c change) change {
	if !w.shape.spelled {
		return c
	}
	c.values = maps.Clone(c.values)
	numbers := map[string]string{"acme-prod": "111111111111", "acme-service": "222222222222", "acme-host": "999999999999"}
	for name, v := range c.values {
		text, _ := v.(string)
		switch {
		case name == "project" && strings.HasPrefix(c.typ, "google_project_iam_"):
			c.values[name] = w.pick(text, "projects/"+text, numbers[text], "projects/"+numbers[text])
		case name == "project" && c.typ == "google_project_service":
			c.values[name] = w.pick(text, numbers[text])
		case name == "service_account_id":
			c.values[name] = w.pick("projects/-/serviceAccounts/"+w.cluster.Account, "projects/"+w.number()+"/serviceAccounts/"+w.cluster.Account)
		case name == "parent":
			c.values[name] = url.PathEscape("cloudresourcemanager.googleapis.com/projects/" + w.pick(w.cluster.Project, w.number()))
		case name == "subnetwork":
			c.values[name] = w.pick("", "https://www.googleapis.com/compute/v1/") + w.cluster.Subnetwork
		case name == "crypto_key_id":
			c.values[name] = strings.NewReplacer("projects/", "", "locations/", "", "keyRings/", "", "cryptoKeys/", "").Replace(text)
		}
	}
	return c
}
