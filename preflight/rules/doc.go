// Package rules says what GKE needs: each rule turns a plan into needs, and has
// a page that says why, with its sources. A rule is one Go file, one Markdown
// page of the same name and its test; All is generated from the files.
//
// Rules ask nobody anything and judge nothing: whether a need is met is found
// out elsewhere.
package rules

//go:generate go run ./internal/genall
//go:generate go run ./internal/gendocs
