package rules

import "gke-preflight/preflight/resource"

// compareProjects reports whether two project IDs or numbers identify the same
// project.
func compareProjects(project, other string) resource.Match {
	return resource.ParseProject(project).Compare(resource.ParseProject(other))
}

// isProjectNumber reports whether project is a number.
func isProjectNumber(project string) bool { return resource.ParseProject(project).IsNumber() }
