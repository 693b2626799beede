package access

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd/api"

	"gke-preflight/preflight/gcp"
)

func TestContextEndpoint(t *testing.T) {
	controlPlane := &gcp.ControlPlane{Endpoint: "192.0.2.1"}
	controlPlane.Endpoints.IP.PrivateEndpoint = "10.0.0.2"
	controlPlane.Private.PublicEndpoint = "2001:db8::443"
	controlPlane.Endpoints.DNS.Endpoint = "gke-1.europe-west1.gke.goog"
	type facts struct{ host, is string }
	for server, want := range map[string]facts{
		"https://192.0.2.1":                    {"192.0.2.1", "known stale"},
		"https://192.0.2.1:443/":               {"192.0.2.1", "known stale"},
		"https://192.0.2.1:8443":               {"192.0.2.1:8443", "stale"},
		"https://[2001:db8::443]":              {"[2001:db8::443]", "known stale"},
		"https://10.0.0.2":                     {"10.0.0.2", "known private stale"},
		"https://gke-1.EUROPE-west1.gke.goog":  {"gke-1.europe-west1.gke.goog", "dns known stale"},
		"https://gke-2.europe-west1.gke.goog":  {"gke-2.europe-west1.gke.goog", "stale"},
		"https://gke-1.europe-west1.gke.goog.": {"gke-1.europe-west1.gke.goog.", ""},
		"https://127.0.0.1:8443":               {"127.0.0.1:8443", "loopback stale"},
		"https://localhost":                    {"localhost", "loopback"},
		"https://tunnel.example":               {"tunnel.example", ""},
		"http://192.0.2.1":                     {},
		"192.0.2.1":                            {},
		"":                                     {},
		"https://u:p@192.0.2.1":                {},
		"https://192.0.2.1/k8s/clusters/c-1":   {"192.0.2.1", "below stale"},

		"https://connectgateway.googleapis.com/v1/projects/1/locations/global/gkeMemberships/m": {"connectgateway.googleapis.com", "gateway below"},
		"https://europe-west1-connectgateway.googleapis.com/v1/projects/1/locations/l/m":        {"europe-west1-connectgateway.googleapis.com", "gateway below"},
		"https://connectgateway.googleapis.com.example/":                                        {"connectgateway.googleapis.com.example", ""},
	} {
		s, err := contextEndpoint(&api.Cluster{Server: server}, controlPlane)
		if err != nil {
			s = &endpoint{}
		}
		got := facts{host: s.host}
		if err == nil {
			got.is = predicates(s, controlPlane)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(facts{})); diff != "" {
			t.Errorf("%s: %v: %s", server, err, diff)
		}
	}
}

// predicates returns the names of the predicates that hold for s.
func predicates(s *endpoint, p *ControlPlane) string {
	var out []string
	for _, w := range []struct {
		word string
		is   bool
	}{{"dns", s.dns}, {"gateway", s.isConnectGateway()}, {"below", s.hasPath}, {"loopback", s.isLoopback()}, {"known", s.isKnown(p)}, {"private", s.isPrivate(p)}, {"stale", s.isGKEHost()}} {
		if w.is {
			out = append(out, w.word)
		}
	}
	return strings.Join(out, " ")
}

func TestDefaultEndpoint(t *testing.T) {
	controlPlane := new(gcp.ControlPlane)
	if got := defaultEndpoint(controlPlane); got != nil {
		t.Errorf("got %+v", got)
	}
	controlPlane.Endpoints.DNS.Endpoint = "gke-1.gke.goog"
	if got := defaultEndpoint(controlPlane); got == nil || !got.dns {
		t.Errorf("got %+v", got)
	}
	controlPlane.Endpoint = "192.0.2.1"
	if got := defaultEndpoint(controlPlane); got == nil || got.dns || got.host != "192.0.2.1" {
		t.Errorf("got %+v", got)
	}
}

// TestManual shows that docs/access.md has every step, in order, and every class.
func TestManual(t *testing.T) {
	manual, err := os.ReadFile(filepath.Join("..", "..", "docs", "access.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(manual), "| step | checks |")
	table, _, _ = strings.Cut(table, "\n\n")
	var want, got []string
	for _, s := range checks() {
		want = append(want, s.name)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)`").FindAllStringSubmatch(table, -1) {
		got = append(got, row[1])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps of docs/access.md (-want +got):\n%s", diff)
	}
	for _, class := range classes(t) {
		if !strings.Contains(string(manual), "`"+class+"`") {
			t.Errorf("docs/access.md lacks class %s", class)
		}
	}
}

// classes returns the classes in the source of this package.
func classes(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	class := regexp.MustCompile(`(?:class:\s+|Class:\s+|\.class = |\.class, f\.cause = |staleKubeconfig\(|pluginFailure\()"([a-z0-9_]+)"`)
	var out []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range class.FindAllStringSubmatch(string(text), -1) {
			if !strings.HasSuffix(file, "_test.go") && !slices.Contains(out, found[1]) {
				out = append(out, found[1])
			}
		}
	}
	if len(out) < 30 {
		t.Errorf("found only %d classes", len(out))
	}
	return out
}
