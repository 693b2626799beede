package resource

import "strings"

// A Kind is a kind of resource that lies in a project.
type Kind struct {
	// pattern is the relative name, with * for each part that differs.
	pattern string
	// defaults is how many parts a short name may leave out in front: 1 for the
	// project, 2 for the location too.
	defaults int
}

// The kinds whose names the google provider takes in short, with the source that
// says how.
func kinds() map[string]Kind {
	return map[string]Kind{
		// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/kms/kms_utils.go
		"keyRings":   {"projects/*/locations/*/keyRings/*", 1},
		"cryptoKeys": {"projects/*/locations/*/keyRings/*/cryptoKeys/*", 1},
		// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/compute/iam_compute_subnetwork.go
		"subnetworks": {"projects/*/regions/*/subnetworks/*", 2},
		"networks":    {"projects/*/global/networks/*", 1},
		// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/pubsub/iam_pubsub_topic.go
		"topics": {"projects/*/topics/*", 1},
		// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/privateca/iam_privateca_ca_pool.go
		"caPools": {"projects/*/locations/*/caPools/*", 2},
	}
}

// ParseAs parses a name of a kind, such as cryptoKeys, that may be short:
// project/location/ring/key, or without the project and the location, which
// then are the given ones. It returns the zero Name where a part is not known,
// and for what is no such name.
func ParseAs(kind, s string, project Project, location string) Name {
	if s == "" {
		return Name{}
	}
	if n := Parse(s); !n.IsZero() && strings.Contains("/"+n.path, "/"+kind+"/") {
		return n
	}
	k, parts := kinds()[kind], strings.Split(s, "/")
	missing := strings.Count(k.pattern, "*") - len(parts)
	if missing < 0 || missing > k.defaults {
		return Name{}
	}
	filled := append([]string{project.name, location}[:missing:missing], parts...)
	var out []string
	for _, part := range strings.Split(k.pattern, "/") {
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
