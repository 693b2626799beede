package diagnose

import (
	"io"

	"gke-preflight/preflight/term"
)

// JSON writes r as JSON. It quotes an untrusted log, so whatever a terminal or a
// CI server would act on is escaped.
func JSON(w io.Writer, r *Report) error { return term.JSON(w, r) }
