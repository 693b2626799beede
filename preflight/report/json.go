package report

import (
	"io"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/inventory"
	"gke-preflight/preflight/term"
)

// JSON writes a report by the contract of docs/json.md: the same bytes for the
// same report, harmless as term.JSON makes them.
func JSON(w io.Writer, r *finding.Report) error {
	listed := *r
	if listed.Findings == nil {
		listed.Findings = []finding.Finding{}
	}
	return encode(w, &listed)
}

// InventoryJSON writes an inventory likewise.
func InventoryJSON(w io.Writer, i *inventory.Inventory) error { return encode(w, i) }

func encode(w io.Writer, v any) error { return term.JSON(w, v) }
