package rules

import (
	"embed"
	"strings"
)

//go:embed gp*.md
var pages embed.FS

// Page returns the rule's Markdown page: what it requires, why, and the
// sources. It is empty if there is no page, which a test does not allow.
func (r Rule) Page() string {
	page, err := pages.ReadFile(r.file() + ".md")
	if err != nil {
		return ""
	}
	return string(page)
}

// file returns the base name of the rule's files, such as
// gp401_gke_service_agent.
func (r Rule) file() string {
	return strings.ToLower(r.ID) + "_" + strings.ReplaceAll(r.Name, "-", "_")
}

// URL returns the web address of the rule's page.
func (r Rule) URL() string {
	return "https://github.com/OWNER/gke-preflight/blob/main/docs/rules/" + r.ID + ".md"
}
