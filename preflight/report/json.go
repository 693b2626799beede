package report

import (
	"io"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/inventory"
	"gke-preflight/preflight/term"
)

// JSON writes a report as documented in docs/json.md. The same report always gives
// the same bytes; term.JSON escapes what a terminal or CI server would act on.
func JSON(w io.Writer, r *finding.Report) error {
	listed := *r
	if listed.Findings == nil {
		listed.Findings = []finding.Finding{}
	}
	return encode(w, &listed)
}

// InventoryJSON writes an inventory as JSON.
func InventoryJSON(w io.Writer, i *inventory.Inventory) error { return encode(w, i) }

func encode(w io.Writer, v any) error { return term.JSON(w, v) }
