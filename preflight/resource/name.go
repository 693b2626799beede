// Package resource parses the names of Google Cloud's resources. A resource can
// have many names: a project has an ID and a number; a service account an email,
// a unique ID and a path, in which the project may be a dash; a network a short
// name, a path and the URLs of two hosts. Names are compared only here, and the
// comparison reports if the names alone do not decide.
//
// It imports no other package of this module.
package resource

import (
	"net/url"
	"strings"
)

// A Name is the name of a resource in a canonical form: all spellings of it are
// parsed to the same Name. It is comparable and immutable. The zero Name means
// no resource, or an unknown one.
type Name struct {
	// project is the project that the resource is in; zero above projects.
	project Project
	// path is what follows the project, such as regions/r/subnetworks/s; above
	// projects it is the whole name, such as folders/1; empty for a project.
	path string
	// version is the version of a key; usually empty.
	version string
}

// Parse parses a name that shows its kind: a relative name such as
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

// account returns the name of a service account. The email alone identifies it:
// the project in the path may be any, such as a dash.
// https://docs.cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/get
func account(project, id string) Name {
	id = strings.ToLower(id)
	if id == "" || strings.Contains(id, "/") {
		return Name{}
	}
	if project == "" {
		project = anyProject
	}
	if fromEmail := AccountProject(id); fromEmail != "" && (project == anyProject || !isDigits(fromEmail)) {
		project = fromEmail
	}
	return Name{project: Project{name: project}, path: accounts + id}
}

const (
	// anyProject can take the place of a service account's project.
	anyProject = "-"
	accounts   = "serviceAccounts/"
)

// aboveProjects parses the name of a resource that is in no project.
func aboveProjects(name string) Name {
	for _, k := range kinds() {
		if rest, ok := strings.CutPrefix(name, k.Collection+"/"); ok && rest != "" && !k.InProject() {
			return Name{path: name}
		}
	}
	return Name{}
}

// relative returns a name without the service of a full resource name, or the
// host and the version of a URL.
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

// Kind returns the kind of the resource; the zero Kind if it is not in the table.
func (n Name) Kind() Kind { return KindOf(n.Relative()) }

// IsProject reports whether n is the name of a project.
func (n Name) IsProject() bool { return n.project != (Project{}) && n.path == "" }

// IsZero reports whether n is the zero Name.
func (n Name) IsZero() bool { return n == Name{} }

// Project returns the project of a resource, or the project itself; zero above
// projects, and for a service account if the name does not show it.
func (n Name) Project() Project {
	if n.project.name == anyProject {
		return Project{}
	}
	return n.project
}

// In returns the name of the resource with another name of its project.
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

// Version returns the version in the name of a key; empty if it has none.
func (n Name) Version() string { return n.version }

// Relative returns the relative name, such as projects/p/topics/t; empty for
// the zero Name. The names of keys are without version.
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

// Compare reports whether two names are of the same resource. Versions of keys
// are ignored: policies belong to keys.
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
// globally unique. If a plan has the project's number, the provider derives an
// email from it that is not the account's real one.
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
