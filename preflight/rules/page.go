package rules

import (
	"embed"
	"strings"
)

//go:embed *.md
var pages embed.FS

// Page is the rule's Markdown page: what is needed, why, with its sources.
// Empty for a rule without one, which a test does not allow.
func (r Rule) Page() string {
	page, err := pages.ReadFile(r.file() + ".md")
	if err != nil {
		return ""
	}
	return string(page)
}

// file is the base name of the rule's files.
func (r Rule) file() string { return strings.ReplaceAll(r.Name, "-", "_") }

// URL is where the rule's page can be read on the web.
func (r Rule) URL() string {
	return "https://github.com/OWNER/gke-preflight/blob/main/docs/rules/" + r.ID + ".md"
}
