package gcp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"gke-preflight/preflight/facts"
)

// A Method is a method of a Google API that may be called: it only reads. The
// IDs are those of Google's discovery documents.
type Method struct {
	ID   string
	Host string
	Verb string
	// Path is the pattern that the whole path must match.
	Path *regexp.Regexp
}

// Methods are all that may be called.
func Methods() []Method {
	const (
		crm       = "cloudresourcemanager.googleapis.com"
		iam       = "iam.googleapis.com"
		kms       = "cloudkms.googleapis.com"
		container = "container.googleapis.com"
		part      = `[^/:?#%]+`
		email     = `[A-Za-z0-9@._-]+`
		// A project may be domain.example:id.
		project = `[A-Za-z0-9._-]+(?::[a-z0-9-]+)?`
		cluster = "/v1/projects/" + project + "/locations/" + part + "/clusters/" + part
		// What a deny policy is attached to stands in one segment of the path.
		attachment = `cloudresourcemanager\.googleapis\.com%2F(?:projects|folders|organizations)%2F[A-Za-z0-9._-]+(?:(?::|%3A)[a-z0-9-]+)?`
	)
	method := func(id, host, verb, path string) Method {
		return Method{ID: id, Host: host, Verb: verb, Path: regexp.MustCompile("^" + path + "$")}
	}
	return []Method{
		method("cloudresourcemanager.projects.get", crm, "GET", "/v3/projects/"+project),
		method("cloudresourcemanager.projects.getIamPolicy", crm, "POST", "/v3/projects/"+project+":getIamPolicy"),
		method("cloudresourcemanager.projects.testIamPermissions", crm, "POST", "/v3/projects/"+project+":testIamPermissions"),
		method("cloudresourcemanager.projects.getAncestry", crm, "POST", "/v1/projects/"+project+":getAncestry"),
		method("cloudresourcemanager.folders.getIamPolicy", crm, "POST", "/v3/folders/[0-9]+:getIamPolicy"),
		method("cloudresourcemanager.folders.testIamPermissions", crm, "POST", "/v3/folders/[0-9]+:testIamPermissions"),
		method("cloudresourcemanager.organizations.testIamPermissions", crm, "POST", "/v3/organizations/[0-9]+:testIamPermissions"),
		method("cloudresourcemanager.organizations.getIamPolicy", crm, "POST", "/v3/organizations/[0-9]+:getIamPolicy"),
		method("serviceusage.services.batchGet", "serviceusage.googleapis.com", "GET", "/v1/projects/"+project+"/services:batchGet"),
		method("iam.projects.serviceAccounts.get", iam, "GET", "/v1/projects/"+project+"/serviceAccounts/"+email),
		method("iam.projects.serviceAccounts.getIamPolicy", iam, "POST", "/v1/projects/"+project+"/serviceAccounts/"+email+":getIamPolicy"),
		method("iam.projects.serviceAccounts.testIamPermissions", iam, "POST", "/v1/projects/"+project+"/serviceAccounts/"+email+":testIamPermissions"),
		method("iam.roles.get", iam, "GET", "/v1/roles/"+part),
		method("iam.projects.roles.get", iam, "GET", "/v1/projects/"+project+"/roles/"+part),
		method("iam.organizations.roles.get", iam, "GET", "/v1/organizations/[0-9]+/roles/"+part),
		method(facts.MethodGenerateAccessToken, "iamcredentials.googleapis.com", "POST", "/v1/projects/-/serviceAccounts/"+email+":generateAccessToken"),
		method("compute.subnetworks.getIamPolicy", "compute.googleapis.com", "GET", "/compute/v1/projects/"+project+"/regions/"+part+"/subnetworks/"+part+"/getIamPolicy"),
		method("compute.subnetworks.testIamPermissions", "compute.googleapis.com", "POST", "/compute/v1/projects/"+project+"/regions/"+part+"/subnetworks/"+part+"/testIamPermissions"),
		method("cloudkms.projects.locations.keyRings.getIamPolicy", kms, "GET", "/v1/projects/"+project+"/locations/"+part+"/keyRings/"+part+":getIamPolicy"),
		method("cloudkms.projects.locations.keyRings.cryptoKeys.getIamPolicy", kms, "GET", "/v1/projects/"+project+"/locations/"+part+"/keyRings/"+part+"/cryptoKeys/"+part+":getIamPolicy"),
		method("privateca.projects.locations.caPools.getIamPolicy", "privateca.googleapis.com", "GET", "/v1/projects/"+project+"/locations/"+part+"/caPools/"+part+":getIamPolicy"),
		method("pubsub.projects.topics.getIamPolicy", "pubsub.googleapis.com", "GET", "/v1/projects/"+project+"/topics/"+part+":getIamPolicy"),
		method("cloudresourcemanager.tagKeys.getIamPolicy", crm, "POST", "/v3/tagKeys/[0-9]+:getIamPolicy"),
		method("cloudresourcemanager.tagValues.getIamPolicy", crm, "POST", "/v3/tagValues/[0-9]+:getIamPolicy"),
		method("cloudresourcemanager.tagKeys.get", crm, "GET", "/v3/tagKeys/[0-9]+"),
		method("cloudresourcemanager.tagValues.get", crm, "GET", "/v3/tagValues/[0-9]+"),
		method("iam.policies.listPolicies", iam, "GET", "/v2/policies/"+attachment+"/denypolicies"),
		method("iam.policies.get", iam, "GET", "/v2/policies/"+attachment+"/denypolicies/"+part),
		method("policytroubleshooter.iam.troubleshoot", "policytroubleshooter.googleapis.com", "POST", "/v3/iam:troubleshoot"),
		method("container.projects.locations.clusters.get", container, "GET", cluster),
		method("container.projects.locations.clusters.list", container, "GET", "/v1/projects/"+project+"/locations/"+part+"/clusters"),
		method("container.projects.locations.operations.list", container, "GET", "/v1/projects/"+project+"/locations/"+part+"/operations"),
		method("compute.projects.getXpnHost", "compute.googleapis.com", "GET", "/compute/v1/projects/"+project+"/getXpnHost"),
		method("cloudkms.projects.locations.keyRings.cryptoKeys.get", kms, "GET", "/v1/projects/"+project+"/locations/"+part+"/keyRings/"+part+"/cryptoKeys/"+part),
		method("orgpolicy.projects.policies.getEffectivePolicy", "orgpolicy.googleapis.com", "GET", "/v2/projects/"+project+"/policies/"+part+":getEffectivePolicy"),
		method("oauth2.tokeninfo", "oauth2.googleapis.com", "GET", "/tokeninfo"),
	}
}

// guarded lets only Methods out, and counts them.
type guarded struct {
	next      http.RoundTripper
	counter   *counter
	userAgent string
	logger    *slog.Logger
	once      sync.Once
	methods   []Method
}

// RoundTrip implements http.RoundTripper.
func (g *guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	g.once.Do(func() { g.methods = Methods() })
	id, ok := allowed(g.methods, r)
	if !ok {
		return nil, fmt.Errorf("%s https://%s%s is not among the methods that only read: not sent", r.Method, r.URL.Host, r.URL.EscapedPath())
	}
	g.counter.count(countedAs(id))
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", g.userAgent)
	begin := time.Now()
	response, err := g.next.RoundTrip(r)
	g.log(r, id, response, begin)
	if err != nil || response.StatusCode != http.StatusOK {
		return response, err
	}
	if err := ofItsKind(id, response); err != nil {
		return nil, err
	}
	return response, nil
}

// ofItsKind refuses an answer that belongs to another question. Of most answers
// what they are about tells; of these, which may be as good as empty, only
// their members do.
func ofItsKind(id string, response *http.Response) error {
	main, others := membersOf(id)
	if main == "" {
		return nil
	}
	body, err := io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	var answer map[string]json.RawMessage
	if err != nil || json.Unmarshal(body, &answer) != nil || answer[main] != nil {
		return nil // What is no such answer at all is refused where it is decoded.
	}
	for name := range answer {
		if !slices.Contains(others, name) {
			return fmt.Errorf("the answer has %q and no %q: it is about something else", name, main)
		}
	}
	return nil
}

// membersOf are the member that matters in an answer to a method, which is left
// out where it is empty, and those that may stand beside it.
func membersOf(id string) (main string, others []string) {
	switch {
	case strings.HasSuffix(id, ".getIamPolicy"):
		return "bindings", []string{"version", "etag", "auditConfigs", "kind", "rules"}
	case strings.HasSuffix(id, ".testIamPermissions"):
		return "permissions", []string{"kind"}
	case id == "iam.policies.listPolicies":
		return "policies", []string{"nextPageToken"}
	case id == "container.projects.locations.operations.list":
		return "operations", []string{"missingZones"}
	case id == "container.projects.locations.clusters.list":
		return "clusters", []string{"missingZones"}
	}
	return "", nil
}

// countedAs is a method's ID as reports count it: of the account and role
// methods of IAM without the projects in the middle.
func countedAs(id string) string {
	for _, api := range []string{"iam.", "iamcredentials."} {
		if rest, ok := strings.CutPrefix(id, api); ok {
			return api + strings.TrimPrefix(strings.TrimPrefix(rest, "projects."), "organizations.")
		}
	}
	return id
}

// allowed finds the method of a request, by its path as it goes over the wire:
// an escaped slash is none of the characters that a pattern takes, but where
// the pattern itself has it.
func allowed(methods []Method, r *http.Request) (string, bool) {
	if r.URL.Scheme != "https" || r.URL.User != nil {
		return "", false
	}
	path := r.URL.EscapedPath()
	for _, m := range methods {
		if m.Verb == r.Method && m.Host == r.URL.Host && m.Path.MatchString(path) {
			return m.ID, true
		}
	}
	return "", false
}

func (g *guarded) log(r *http.Request, id string, response *http.Response, begin time.Time) {
	if g.logger == nil {
		return
	}
	status := 0
	if response != nil {
		status = response.StatusCode
	}
	g.logger.DebugContext(r.Context(), "asked", "method", id, "path", r.URL.Path, "status", status, "took", time.Since(begin))
}

// A counter counts requests by method.
type counter struct {
	mu sync.Mutex
	by map[string]int
}

func newCounter() *counter { return &counter{by: make(map[string]int)} }

func (c *counter) count(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by[id]++
}

func (c *counter) counts() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.by)
}
