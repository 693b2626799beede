package diagnose

import (
	"io"

	"gke-preflight/preflight/term"
)

// JSON writes a report for machines. It quotes a log, which may hold commands
// for CI servers: they are escaped.
func JSON(w io.Writer, r *Report) error { return term.JSON(w, r) }
