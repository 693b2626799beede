package resource

import (
	"cmp"
	"slices"
	"strings"
)

// KindNamed returns the kind of a collection, such as subnetworks; the zero
// Kind if it is not in the table.
func KindNamed(collection string) Kind {
	return findKind(func(k Kind) bool { return k.Collection == collection })
}

// KindOf returns the kind of a resource by its full or relative name; the zero
// Kind if it is not in the table.
func KindOf(name string) Kind {
	parts := strings.Split(RelativeName(name), "/")
	if len(parts) < 2 {
		return Kind{}
	}
	k := KindNamed(parts[len(parts)-2])
	if k.InProject() != (len(parts) > 2) {
		return Kind{}
	}
	return k
}

// KindOfPolicyType returns the kind whose allow policies a Terraform resource
// type changes, such as google_compute_subnetwork_iam_member; the zero Kind if
// it changes none that this program reads.
func KindOfPolicyType(typ string) Kind {
	return findKind(func(k Kind) bool { return k.Policy.Method != "" && k.Terraform.writesPolicy(typ) })
}

// writesPolicy reports whether a Terraform resource type changes allow policies
// of the kind.
func (t Terraform) writesPolicy(typ string) bool {
	return strings.HasPrefix(typ, t.IAM) && !strings.HasSuffix(typ, "_iam_custom_role") || slices.Contains(t.Others, typ)
}

// findKind returns the first kind that matches; the zero Kind if there is none.
func findKind(is func(Kind) bool) Kind {
	i := slices.IndexFunc(kinds(), is)
	if i < 0 {
		return Kind{}
	}
	return kinds()[i]
}

// InProject reports whether resources of the kind are in a project.
func (k Kind) InProject() bool { return strings.HasPrefix(k.Pattern, "projects/*/") }

// IsAboveProjects reports whether resources of the kind contain projects:
// folders and organizations.
func (k Kind) IsAboveProjects() bool {
	return k.Collection == Folders || k.Collection == Organizations
}

// HasPolicy reports whether resources of the kind have allow policies.
func (k Kind) HasPolicy() bool { return k.Policy != Policy{} }

// RelativeName returns a full resource name without its service, such as
// projects/p/topics/t. A relative name is returned unchanged.
func RelativeName(full string) string {
	rest, ok := strings.CutPrefix(full, "//")
	if !ok {
		return full
	}
	_, name, _ := strings.Cut(rest, "/")
	return name
}

// Describe returns a full resource name in words, such as "project acme-prod".
// A name of a kind that is not in the table is returned unchanged.
func Describe(full string) string {
	k, parts := KindOf(full), strings.Split(RelativeName(full), "/")
	last := parts[len(parts)-1]
	switch {
	case k.Collection == "":
		return describeTop(full)
	case k.InProject() && k.Collection != ServiceAccounts:
		return k.Noun + " " + last + " of project " + parts[1]
	}
	return k.Noun + " " + last
}

// describeTop describes a resource that is in no project by everything after
// the collection, since the ID of a project in a hostile plan may contain
// slashes.
func describeTop(full string) string {
	name, _ := strings.CutPrefix(full, "//cloudresourcemanager.googleapis.com/")
	collection, rest, _ := strings.Cut(name, "/")
	k := KindNamed(collection)
	if name == full || k.Collection == "" || k.InProject() {
		return full
	}
	return k.Noun + " " + rest
}

// InAnyLocation reports whether the relative name of a cluster has - for its
// location.
func InAnyLocation(name string) bool { return strings.Contains(name, "/locations/-/") }

// PolicyHolders returns the relative names of a resource in a project and of the
// resource that contains it, nearest first: their allow policies count besides
// those of the project and above. It returns none for any other resource.
func PolicyHolders(full string) []string {
	name := RelativeName(full)
	ring, _, isKey := strings.Cut(name, "/"+CryptoKeys+"/")
	switch {
	case isKey:
		return []string{name, ring}
	case strings.Count(name, "/") > 1:
		return []string{name}
	}
	return nil
}

// PolicyPermission returns the permission to read the allow policy of a
// resource, or, if it has no policy of its own, of its project.
func PolicyPermission(name string) string {
	return cmp.Or(KindOf(name).Policy.Get, KindNamed(Projects).Policy.Get)
}

// ParseAs parses a name of a kind, such as cryptoKeys, which may be short:
// project/location/ring/key, or without the project and the location, which
// default to the given ones. It returns the zero Name if a part is not known,
// and for any other kind of name.
func ParseAs(collection, s string, project Project, location string) Name {
	if s == "" {
		return Name{}
	}
	if n := Parse(s); !n.IsZero() && strings.Contains("/"+n.path, "/"+collection+"/") {
		return n
	}
	k, parts := KindNamed(collection), strings.Split(s, "/")
	missing := strings.Count(k.Pattern, "*") - len(parts)
	if k.optional == 0 || missing < 0 || missing > k.optional {
		return Name{}
	}
	filled := append([]string{project.name, location}[:missing:missing], parts...)
	var out []string
	for _, part := range strings.Split(k.Pattern, "/") {
		if part != "*" {
			out = append(out, part)
			continue
		}
		if filled[0] == "" {
			return Name{}
		}
		out, filled = append(out, filled[0]), filled[1:]
	}
	return Parse(strings.Join(out, "/"))
}
