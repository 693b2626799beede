package iam

import (
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"
)

// names are the permissions of all predefined roles, gzipped, as genroles writes
// them.
//
//go:embed names.gz
var names string

var permissionNames = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	z, err := gzip.NewReader(strings.NewReader(names))
	if err != nil {
		return out
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return out
	}
	for name := range strings.SplitSeq(string(text), "\n") {
		out[name] = true
	}
	return out
})

// IsPermission reports whether a permission is in a predefined role. One that is
// in none may be new, or not exist at all.
func IsPermission(name string) bool { return permissionNames()[name] }

// FitsRole reports whether a permission may be in custom roles of a project or an
// organization, as far as is known: IsPermission, and not one of what lies above
// projects in a role of a project.
// https://docs.cloud.google.com/iam/docs/creating-custom-roles#limitations
func FitsRole(permission, parent string) bool {
	if !IsPermission(permission) {
		return false
	}
	above := strings.HasPrefix(permission, "resourcemanager.organizations.") || strings.HasPrefix(permission, "resourcemanager.folders.") ||
		permission == "resourcemanager.projects.list"
	return !above || !strings.HasPrefix(parent, "projects/")
}
