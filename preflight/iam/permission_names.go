package iam

import (
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"
)

// namesGzip is the list of the permissions of all predefined roles, gzipped, as
// genroles writes it.
//
//go:embed names.gz
var namesGzip string

// permissionNames returns the names of all permissions.
var permissionNames = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	z, err := gzip.NewReader(strings.NewReader(namesGzip))
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

// IsKnownPermission reports whether a permission is in a predefined role. A permission
// that is in none may be new, or may not exist.
func IsKnownPermission(name string) bool { return permissionNames()[name] }

// CanBeInCustomRole reports whether a custom role of parent, a project or an organization,
// may have a permission, as far as is known. A role of a project may not have
// permissions on folders and organizations.
// https://docs.cloud.google.com/iam/docs/creating-custom-roles#limitations
func CanBeInCustomRole(permission, parent string) bool {
	if !IsKnownPermission(permission) {
		return false
	}
	isAboveProject := strings.HasPrefix(permission, "resourcemanager.organizations.") || strings.HasPrefix(permission, "resourcemanager.folders.") ||
		permission == "resourcemanager.projects.list"
	return !isAboveProject || !strings.HasPrefix(parent, "projects/")
}
