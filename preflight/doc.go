// Package preflight checks before terraform apply whether the clusters of a plan
// can be created. Check takes the needs of the plan from package rules, gathers facts
// about them from Google Cloud, has them judged, and returns a report.
//
// It knows no output format and no command line, and it changes nothing.
package preflight
