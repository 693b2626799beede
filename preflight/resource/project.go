package resource

import "strings"

// A Match says whether two names refer to the same resource.
type Match int

// The matches.
const (
	// Different: they refer to two resources.
	Different Match = iota
	// MaybeSame: the names alone do not show it, such as the ID of a project
	// and the number of one. It counts against a pass, and never as a grant.
	MaybeSame
	// Same: they refer to the same resource.
	Same
)

// A Project is the name of a project: its ID, possibly with a domain as in
// example.com:acme, or its number. It is comparable; the zero Project means
// none.
// https://docs.cloud.google.com/resource-manager/docs/creating-managing-projects
type Project struct{ name string }

// ParseProject parses an ID or a number, by itself or as projects/NAME, as a
// full resource name or as a URL. It returns the zero Project for anything
// else, such as the name of something inside a project.
func ParseProject(s string) Project {
	name := relative(s)
	if rest, ok := strings.CutPrefix(name, "projects/"); ok {
		name = rest
	}
	if strings.Contains(name, "/") {
		return Project{}
	}
	return Project{name: name}
}

// String returns the ID or the number.
func (p Project) String() string { return p.name }

// IsNumber reports whether p is a number.
func (p Project) IsNumber() bool { return isDigits(p.name) }

// Name returns the name of the project as that of a resource.
func (p Project) Name() Name {
	if p == (Project{}) {
		return Name{}
	}
	return Name{project: p}
}

// Compare reports whether two names are of the same project. A number and an ID
// may be: only Google Cloud knows.
func (p Project) Compare(other Project) Match {
	switch {
	case p == Project{} || other == Project{}:
		return Different
	case p == other:
		return Same
	case p.IsNumber() != other.IsNumber():
		return MaybeSame
	}
	return Different
}

// isDigits reports whether s consists of digits only.
func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
