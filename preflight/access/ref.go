package access

import (
	"fmt"
	"regexp"
	"strings"
)

// A Ref names a cluster.
type Ref struct{ Project, Location, Name string }

// String is projects/P/locations/L/clusters/C; empty for none.
func (r Ref) String() string {
	if r == (Ref{}) {
		return ""
	}
	return "projects/" + r.Project + "/locations/" + r.Location + "/clusters/" + r.Name
}

var (
	projectPart = regexp.MustCompile(`^(?:[a-z][a-z0-9.-]*:)?[a-z0-9][a-z0-9-]*$`)
	labelPart   = regexp.MustCompile(`^[a-z](?:[a-z0-9-]*[a-z0-9])?$`)
)

func (r Ref) valid() bool {
	return projectPart.MatchString(r.Project) && labelPart.MatchString(r.Location) && labelPart.MatchString(r.Name)
}

// ParseRef reads projects/P/locations/L/clusters/C, or the same with zones or
// regions, as links to clusters have it.
func ParseRef(s string) (Ref, error) {
	parts := strings.Split(s, "/")
	if len(parts) == 6 && parts[0] == "projects" && parts[4] == "clusters" {
		r := Ref{parts[1], parts[3], parts[5]}
		if (parts[2] == "locations" || parts[2] == "zones" || parts[2] == "regions") && r.valid() {
			return r, nil
		}
	}
	return Ref{}, fmt.Errorf("cluster %q: want projects/PROJECT/locations/LOCATION/clusters/NAME", s)
}

// refOfName reads gke_PROJECT_LOCATION_NAME, which gcloud gives to contexts,
// clusters and users of a kubeconfig. None of the parts can have an underscore.
func refOfName(name string) (Ref, bool) {
	parts := strings.Split(name, "_")
	if len(parts) != 4 || parts[0] != "gke" {
		return Ref{}, false
	}
	r := Ref{parts[1], parts[2], parts[3]}
	return r, r.valid()
}
