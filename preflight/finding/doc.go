// Package finding defines findings and the report that lists them, and counts,
// merges, locates and redacts them.
package finding
