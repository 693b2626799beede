package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/inventory"
	"gke-preflight/preflight/need"
)

func sampleInventory() *inventory.Inventory {
	return &inventory.Inventory{
		SchemaVersion: "1",
		Resources: []inventory.ResourceItem{
			{
				Address: `module.gke["\u001b[2J"].google_container_cluster.this`, Type: "google_container_cluster", Actions: []string{"delete", "create"},
				Name: "blue", Location: "europe-west1", Project: "acme-blue", ProjectSource: "provider google",
				Network: "main", HostProject: "acme-host",
				NodeServiceAccounts: []inventory.AccountItem{{Attribute: "a", Email: "gke@acme"}, {Attribute: "b", Default: true}, {Attribute: "c", Unknown: true}},
				Keys:                []inventory.KeyItem{{Attribute: "d", Key: "projects/p/cryptoKeys/k\n::error::x"}, {Attribute: "e", Unknown: true}},
			},
			{Address: "google_container_node_pool.x", Actions: []string{"create"}, ProjectSource: "google_project.x"},
		},
		Needs: []inventory.NeedItem{
			{Rule: "GP101", Severity: need.Error, Addresses: []string{"a", "b", "c", "d", "e"}, Service: "container.googleapis.com", Resource: "//cloudresourcemanager.googleapis.com/projects/acme-blue"},
			{Rule: "GP201", Severity: need.Error, Addresses: []string{"a"}, Attribute: "project", Principal: &need.Principal{Kind: need.Deployer}, Permissions: []string{"container.clusters.create", "container.clusters.get"}},
			{Rule: "GP301", Severity: need.Error, Addresses: []string{"a"}, Principal: &need.Principal{Kind: need.NodeServiceAccount, Member: "serviceAccount:gke@acme"}, Unknown: "the project is not known before apply"},
		},
		Notes: []string{"module.x was not read\u202e"},
	}
}

// TestInventory compares the text of an inventory with a golden file. A need without
// permissions and API shows the title of its rule.
func TestInventory(t *testing.T) {
	var b bytes.Buffer
	if err := InventoryText(&b, sampleInventory()); err != nil {
		t.Fatal(err)
	}
	golden(t, "inventory.txt", b.Bytes())
	tame(t, b.String())
}

func TestInventoryJSON(t *testing.T) {
	var b bytes.Buffer
	if err := InventoryJSON(&b, sampleInventory()); err != nil {
		t.Fatal(err)
	}
	tame(t, b.String())
	back := new(inventory.Inventory)
	if err := json.Unmarshal(b.Bytes(), back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sampleInventory(), back); diff != "" {
		t.Errorf("the inventory reads back differently (-want +got):\n%s", diff)
	}
}

type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestWriteErrors checks that write errors are returned.
func TestWriteErrors(t *testing.T) {
	r := failing()
	for name, err := range map[string]error{
		"text":           Text(full{}, r, TextOptions{}),
		"json":           JSON(full{}, r),
		"inventory text": InventoryText(full{}, sampleInventory()),
		"inventory json": InventoryJSON(full{}, sampleInventory()),
	} {
		if !errors.Is(err, errFull) {
			t.Errorf("%s: error %v, want %v", name, err, errFull)
		}
	}
}
