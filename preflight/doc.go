// Package preflight finds out, before terraform apply, whether the plan's GKE
// clusters will come up: Check derives the needs of a plan, asks Google Cloud
// about each once, and judges them. Its words are those of a report: Finding,
// Outcome, Evidence.
//
// It knows no output format and no command line, and it changes nothing.
package preflight
