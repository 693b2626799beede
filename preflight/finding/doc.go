// Package finding holds what a check finds: findings, the report that lists them,
// and what needs nothing but them: sums, merging and redacting.
package finding
