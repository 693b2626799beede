// Package rules defines what GKE requires. A rule derives needs from a plan, and
// has a page that says why, with its sources.
//
// A rule is one Go file, one Markdown page and one test, named for its ID and
// name: gp401_gke_service_agent.go. A rule that is only a row, such as one that
// requires an API, is in a table instead of a file of its own (apis.go,
// cluster_logins.go). All is generated from the source. The other files hold
// what several rules use.
//
// Rules call nothing and judge nothing: package preflight finds out whether a
// need is met.
package rules

//go:generate go run ./internal/genall
//go:generate go run ./internal/gendocs
