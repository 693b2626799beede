package access

import (
	"fmt"
	"regexp"
	"strings"
)

// A Ref names a cluster.
type Ref struct{ Project, Location, Name string }

// String returns projects/P/locations/L/clusters/C; empty if r is zero.
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

func (r Ref) isValid() bool {
	return projectPart.MatchString(r.Project) && labelPart.MatchString(r.Location) && labelPart.MatchString(r.Name)
}

// ParseRef parses projects/P/locations/L/clusters/C, also with zones or regions
// in place of locations, as selfLinks of clusters have them.
func ParseRef(s string) (Ref, error) {
	parts := strings.Split(s, "/")
	if len(parts) == 6 && parts[0] == "projects" && parts[4] == "clusters" {
		r := Ref{parts[1], parts[3], parts[5]}
		if (parts[2] == "locations" || parts[2] == "zones" || parts[2] == "regions") && r.isValid() {
			return r, nil
		}
	}
	return Ref{}, fmt.Errorf("cluster %q: want projects/PROJECT/locations/LOCATION/clusters/NAME", s)
}

// parseGcloudName parses gke_PROJECT_LOCATION_NAME, the name that gcloud gives to
// the contexts, clusters and users of a kubeconfig. None of the parts can contain
// an underscore.
func parseGcloudName(name string) (Ref, bool) {
	parts := strings.Split(name, "_")
	if len(parts) != 4 || parts[0] != "gke" {
		return Ref{}, false
	}
	r := Ref{parts[1], parts[2], parts[3]}
	return r, r.isValid()
}
