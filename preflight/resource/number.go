package resource

import "strings"

// ProjectNumberOrPlaceholder returns the number of a project. If project is an ID,
// only Google Cloud knows the number, and it returns a placeholder for it:
// {number:PROJECT_ID}. Names of service agents contain such placeholders until
// ResolveNumber replaces them.
func ProjectNumberOrPlaceholder(project string) string {
	if isDigits(project) {
		return project
	}
	return numberPrefix + project + numberSuffix
}

const (
	numberPrefix = "{number:"
	numberSuffix = "}"
)

// UnresolvedProject returns the ID of the project whose number the first
// placeholder in s stands for. ok is false if s contains no placeholder.
func UnresolvedProject(s string) (project string, ok bool) {
	_, rest, ok := strings.Cut(s, numberPrefix)
	project, _, _ = strings.Cut(rest, numberSuffix)
	return project, ok
}

// ResolveNumber returns s with the placeholders for the number of project replaced
// by number.
func ResolveNumber(s, project, number string) string {
	return strings.ReplaceAll(s, numberPrefix+project+numberSuffix, number)
}
