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

// A AllowedMethod is a method of a Google API that may be called, since it only reads.
type AllowedMethod struct {
	// ID is the method's ID in Google's discovery documents.
	ID   string
	Host string
	Verb string
	// Path is the pattern that the whole path must match.
	Path *regexp.Regexp
}

// AllowedMethods returns all methods that may be called.
func AllowedMethods() []AllowedMethod {
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
		// The resource that a deny policy is attached to is one segment of the path.
		attachment = `cloudresourcemanager\.googleapis\.com%2F(?:projects|folders|organizations)%2F[A-Za-z0-9._-]+(?:(?::|%3A)[a-z0-9-]+)?`
	)
	method := func(id, host, verb, path string) AllowedMethod {
		return AllowedMethod{ID: id, Host: host, Verb: verb, Path: regexp.MustCompile("^" + path + "$")}
	}
	return []AllowedMethod{
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

// allowlist is a transport that only sends requests for allowed methods, and
// counts them.
type allowlist struct {
	next      http.RoundTripper
	methods   func() []AllowedMethod
	counter   *counter
	userAgent string
	logger    *slog.Logger // nil for none
}

// RoundTrip implements http.Transport.
func (a *allowlist) RoundTrip(r *http.Request) (*http.Response, error) {
	id, ok := findMethod(a.methods(), r)
	if !ok {
		return nil, fmt.Errorf("not sending %s https://%s%s, which is not an allowed read-only method", r.Method, r.URL.Host, r.URL.EscapedPath())
	}
	a.counter.add(metricName(id))
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", a.userAgent)
	start := time.Now()
	response, err := a.next.RoundTrip(r)
	a.log(r, id, response, start)
	if err != nil || response.StatusCode != http.StatusOK {
		return response, err
	}
	if err := checkResponse(id, response); err != nil {
		return nil, err
	}
	return response, nil
}

// findMethod returns the ID of the method that a request calls; false if it is
// none of methods. It matches the path as it is sent: patterns do not match an
// escaped slash, unless they contain one.
func findMethod(methods []AllowedMethod, r *http.Request) (string, bool) {
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

// checkResponse rejects a response to a different method. Most responses name
// their resource; list responses may be empty, so only their field names can be
// checked.
func checkResponse(id string, response *http.Response) error {
	payload, others := responseFields(id)
	if payload == "" {
		return nil
	}
	body, err := io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	var fields map[string]json.RawMessage
	if err != nil || json.Unmarshal(body, &fields) != nil || fields[payload] != nil {
		return nil // Decoding the response will report what is wrong with it.
	}
	for name := range fields {
		if !slices.Contains(others, name) {
			return fmt.Errorf("the response has a field %q and no %q: it is not a response to %s", name, payload, id)
		}
	}
	return nil
}

// responseFields returns the field that carries a method's payload, which the
// API omits when empty, and the other fields a response may have. The payload is
// empty for methods whose responses name their resource.
func responseFields(id string) (payload string, others []string) {
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

// metricName returns a method's ID as reports count it: without the projects and
// organizations in the IDs of IAM's methods for accounts and roles.
func metricName(id string) string {
	for _, api := range []string{"iam.", "iamcredentials."} {
		if rest, ok := strings.CutPrefix(id, api); ok {
			return api + strings.TrimPrefix(strings.TrimPrefix(rest, "projects."), "organizations.")
		}
	}
	return id
}

func (a *allowlist) log(r *http.Request, id string, response *http.Response, start time.Time) {
	if a.logger == nil {
		return
	}
	status := 0
	if response != nil {
		status = response.StatusCode
	}
	a.logger.DebugContext(r.Context(), "request", "method", id, "path", r.URL.Path, "status", status, "took", time.Since(start))
}

// A counter counts requests by method.
type counter struct {
	mu     sync.Mutex
	counts map[string]int
}

func newCounter() *counter { return &counter{counts: make(map[string]int)} }

func (c *counter) add(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[id]++
}

func (c *counter) snapshot() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.counts)
}
