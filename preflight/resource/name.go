// Package resource parses the names of Google Cloud's resources. One thing has
// many names: a project has an ID and a number; a service account an email, a
// unique ID and a path, in which the project may be a dash; a network a short
// name, a path and the URLs of two hosts. Names are compared here only, and the
// comparison says where the names alone do not tell.
//
// It imports no other package of this module.
package resource

import (
	"net/url"
	"strings"
)

// A Name is the name of a resource, in the one form that all its spellings come
// to. It is comparable and immutable; the zero Name is the name of nothing, or
// one that is not known.
type Name struct {
	// project is that which the resource lies in; zero above projects.
	project Project
	// path is what follows the project, such as regions/r/subnetworks/s, or all
	// of the name above projects, such as folders/1; empty for a project.
	path string
	// version is that of a key; usually empty.
	version string
}

// Parse parses a name that says what it is: a relative name such as
// projects/p/regions/r/subnetworks/s or folders/1, a full resource name, a URL,
// an IAM member or the email of a service account. It returns the zero Name for
// a short name, which ParseAs parses.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func Parse(s string) Name {
	if id, ok := strings.CutPrefix(s, "serviceAccount:"); ok {
		return account("", id)
	}
	if strings.Contains(s, "@") && !strings.Contains(s, "/") {
		return account("", s)
	}
	name := strings.TrimRight(relative(s), "/")
	rest, ok := strings.CutPrefix(name, "projects/")
	if !ok {
		return aboveProjects(name)
	}
	project, path, _ := strings.Cut(rest, "/")
	if id, ok := strings.CutPrefix(path, "serviceAccounts/"); ok && !strings.Contains(id, "/") {
		return account(project, id)
	}
	if project == "" {
		return Name{}
	}
	n := Name{project: Project{name: project}, path: path}
	if key, version, ok := strings.Cut(path, "/cryptoKeyVersions/"); ok && version != "" && strings.Contains(key, "/cryptoKeys/") {
		n.path, n.version = key, version
	}
	return n
}

// account returns the name of a service account. Its email alone is its name:
// the project in the path may be any, a dash for example.
// https://docs.cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/get
func account(project, id string) Name {
	id = strings.ToLower(id)
	if id == "" || strings.Contains(id, "/") {
		return Name{}
	}
	if project == "" {
		project = anyProject
	}
	if home := AccountProject(id); home != "" && (project == anyProject || !isDigits(home)) {
		project = home
	}
	return Name{project: Project{name: project}, path: accounts + id}
}

const (
	// anyProject stands for the project of a service account.
	anyProject = "-"
	accounts   = "serviceAccounts/"
)

// aboveProjects parses the name of what lies in no project.
func aboveProjects(name string) Name {
	for _, k := range kinds() {
		if rest, ok := strings.CutPrefix(name, k.Collection+"/"); ok && rest != "" && !k.InProject() {
			return Name{path: name}
		}
	}
	return Name{}
}

// relative returns a name without what stands in front of its first part: the
// service of a full resource name, or the host and the version of a URL.
func relative(s string) string {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		s = u.Path
	}
	first := -1
	for _, k := range kinds() {
		if k.InProject() {
			continue
		}
		if strings.HasPrefix(s, k.Collection+"/") {
			return s
		}
		if i := strings.Index(s, "/"+k.Collection+"/"); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	return s[first+1:]
}

// IsProject reports whether n is the name of a project.
func (n Name) IsProject() bool { return n.project != (Project{}) && n.path == "" }

// IsZero reports whether n is the name of nothing.
func (n Name) IsZero() bool { return n == Name{} }

// Project returns the project of a resource, or the project itself; zero above
// projects, and for a service account of which the name does not tell.
func (n Name) Project() Project {
	if n.project.name == anyProject {
		return Project{}
	}
	return n.project
}

// In returns the name of a resource with another name of its project.
func (n Name) In(p Project) Name {
	if n.project != (Project{}) {
		n.project = p
	}
	return n
}

// Account returns the email or the unique ID of a service account; empty for
// anything else.
func (n Name) Account() string {
	id, ok := strings.CutPrefix(n.path, accounts)
	if !ok || strings.Contains(id, "/") {
		return ""
	}
	return id
}

// Version returns the version that a key's name ends in; empty if it has none.
func (n Name) Version() string { return n.version }

// Relative returns the relative name, such as projects/p/topics/t; empty for
// the zero Name. Keys are without version.
func (n Name) Relative() string {
	switch {
	case n.project == Project{}:
		return n.path
	case n.path == "":
		return "projects/" + n.project.name
	}
	return "projects/" + n.project.name + "/" + n.path
}

// String returns the relative name with the version of a key.
func (n Name) String() string {
	if n.version != "" {
		return n.Relative() + "/cryptoKeyVersions/" + n.version
	}
	return n.Relative()
}

// Compare says whether two names are of one resource. Versions of keys do not
// matter: policies are those of keys.
func (n Name) Compare(other Name) Match {
	switch {
	case n.IsZero() || other.IsZero():
		return Different
	case n.Account() != "" && other.Account() != "":
		return compareAccounts(n.Account(), other.Account())
	case n.path != other.path:
		return Different
	case n.project == Project{} && other.project == Project{}:
		return Same
	}
	return n.project.Compare(other.project)
}

// compareAccounts compares emails and unique IDs of service accounts, which are
// unique in all of Google Cloud. Where a plan has the project's number, the
// provider makes an email of it, which is not the account's real one.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/resourcemanager/resource_google_service_account.go
func compareAccounts(a, b string) Match {
	if a == b {
		return Same
	}
	if isDigits(a) != isDigits(b) {
		return MaybeSame
	}
	one, _, _ := strings.Cut(a, "@")
	other, _, _ := strings.Cut(b, "@")
	if one != other || isDigits(a) {
		return Different
	}
	return ParseProject(AccountProject(a)).Compare(ParseProject(AccountProject(b)))
}
