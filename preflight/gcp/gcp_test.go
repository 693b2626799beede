package gcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"gke-preflight/fixtures/deadline"
	"gke-preflight/preflight/facts"
)

// canary is a token that must not appear anywhere except in requests.
const canary = "ya29.canary-token"

func credentials() *Credentials {
	return &Credentials{TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: canary}), Source: "a test"}
}

// serve returns a client of a server with the handler h.
func serve(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := New(t.Context(), Options{
		Endpoint: s.URL, Credentials: credentials(), UserAgent: "gke-preflight/test",
		Backoff: func() backoff.BackOff { return &backoff.ZeroBackOff{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// TestRequests: each method sends the documented request.
func TestRequests(t *testing.T) {
	for _, tt := range []struct {
		name string
		call func(context.Context, *Client) error
		want string
	}{
		{"identity", func(ctx context.Context, c *Client) error { _, err := c.Identity(ctx); return err },
			"GET /oauth2.googleapis.com/tokeninfo"},
		{"project", func(ctx context.Context, c *Client) error { _, err := c.Project(ctx, "acme-prod"); return err },
			"GET /cloudresourcemanager.googleapis.com/v3/projects/acme-prod"},
		{"domain-scoped project", func(ctx context.Context, c *Client) error {
			_, err := c.Project(ctx, "example.com:acme-prod")
			return err
		},
			"GET /cloudresourcemanager.googleapis.com/v3/projects/example.com:acme-prod"},
		{"ancestry", func(ctx context.Context, c *Client) error { _, err := c.Ancestry(ctx, "acme-prod"); return err },
			"POST /cloudresourcemanager.googleapis.com/v1/projects/acme-prod:getAncestry"},
		{"policy", func(ctx context.Context, c *Client) error { _, err := c.Policy(ctx, "folders/4"); return err },
			"POST /cloudresourcemanager.googleapis.com/v3/folders/4:getIamPolicy"},
		{"service account policy", func(ctx context.Context, c *Client) error {
			_, err := c.Policy(ctx, "projects/p-prod/serviceAccounts/a@p.iam.gserviceaccount.com")
			return err
		}, "POST /iam.googleapis.com/v1/projects/p-prod/serviceAccounts/a@p.iam.gserviceaccount.com:getIamPolicy"},
		{"subnetwork policy", func(ctx context.Context, c *Client) error {
			_, err := c.Policy(ctx, "projects/acme-host/regions/r/subnetworks/s")
			return err
		}, "GET /compute.googleapis.com/compute/v1/projects/acme-host/regions/r/subnetworks/s/getIamPolicy"},
		{"key policy", func(ctx context.Context, c *Client) error {
			_, err := c.Policy(ctx, "projects/acme-kms/locations/l/keyRings/k/cryptoKeys/c")
			return err
		}, "GET /cloudkms.googleapis.com/v1/projects/acme-kms/locations/l/keyRings/k/cryptoKeys/c:getIamPolicy"},
		{"permissions", func(ctx context.Context, c *Client) error {
			_, err := c.TestPermissions(ctx, "projects/acme-prod", []string{"a.b.c"})
			return err
		}, "POST /cloudresourcemanager.googleapis.com/v3/projects/acme-prod:testIamPermissions"},
		{"permissions on a service account", func(ctx context.Context, c *Client) error {
			_, err := c.TestPermissions(ctx, "projects/p-prod/serviceAccounts/a@p.iam.gserviceaccount.com", []string{"a.b.c"})
			return err
		}, "POST /iam.googleapis.com/v1/projects/p-prod/serviceAccounts/a@p.iam.gserviceaccount.com:testIamPermissions"},
		{"services", func(ctx context.Context, c *Client) error {
			_, err := c.Services(ctx, "acme-prod", []string{"x.googleapis.com"})
			return err
		}, "GET /serviceusage.googleapis.com/v1/projects/acme-prod/services:batchGet"},
		{"service account", func(ctx context.Context, c *Client) error {
			_, err := c.ServiceAccount(ctx, "-", "112233445566778899000")
			return err
		}, "GET /iam.googleapis.com/v1/projects/-/serviceAccounts/112233445566778899000"},
		{"deny policies", func(ctx context.Context, c *Client) error {
			_, err := c.DenyPolicyIDs(ctx, "projects/acme-prod")
			return err
		},
			"GET /iam.googleapis.com/v2/policies/cloudresourcemanager.googleapis.com%2Fprojects%2Facme-prod/denypolicies"},
		{"deny policy", func(ctx context.Context, c *Client) error { _, err := c.DenyRules(ctx, "folders/4", "d"); return err },
			"GET /iam.googleapis.com/v2/policies/cloudresourcemanager.googleapis.com%2Ffolders%2F4/denypolicies/d"},
		{"cluster", func(ctx context.Context, c *Client) error {
			_, err := c.Cluster(ctx, "projects/acme-prod/locations/l/clusters/c")
			return err
		}, "GET /container.googleapis.com/v1/projects/acme-prod/locations/l/clusters/c"},
		{"clusters", func(ctx context.Context, c *Client) error { _, err := c.Clusters(ctx, "acme-prod"); return err },
			"GET /container.googleapis.com/v1/projects/acme-prod/locations/-/clusters"},
		{"operations", func(ctx context.Context, c *Client) error { _, err := c.Operations(ctx, "acme-prod", "-"); return err },
			"GET /container.googleapis.com/v1/projects/acme-prod/locations/-/operations"},
		{"host project", func(ctx context.Context, c *Client) error { _, err := c.HostProject(ctx, "acme-prod"); return err },
			"GET /compute.googleapis.com/compute/v1/projects/acme-prod/getXpnHost"},
		{"key", func(ctx context.Context, c *Client) error {
			_, err := c.Key(ctx, "projects/acme-kms/locations/l/keyRings/k/cryptoKeys/c")
			return err
		}, "GET /cloudkms.googleapis.com/v1/projects/acme-kms/locations/l/keyRings/k/cryptoKeys/c"},
		{"constraint", func(ctx context.Context, c *Client) error {
			_, err := c.ConstraintEnforced(ctx, "acme-prod", "a.b")
			return err
		},
			"GET /orgpolicy.googleapis.com/v2/projects/acme-prod/policies/a.b:getEffectivePolicy"},
		{"tag value", func(ctx context.Context, c *Client) error { _, err := c.TagParent(ctx, "tagValues/1"); return err },
			"GET /cloudresourcemanager.googleapis.com/v3/tagValues/1"},
		{"troubleshoot", func(ctx context.Context, c *Client) error {
			_, err := c.Troubleshoot(ctx, "a@x", "//r", "a.b.c")
			return err
		}, "POST /policytroubleshooter.googleapis.com/v3/iam:troubleshoot"},
		{"role", func(ctx context.Context, c *Client) error {
			_, err := c.Role(ctx, "organizations/1/roles/x")
			return err
		},
			"GET /iam.googleapis.com/v1/organizations/1/roles/x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got, token, agent string
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				got, token, agent = r.Method+" "+r.URL.EscapedPath(), r.Header.Get("Authorization"), r.Header.Get("User-Agent")
				answer(w, 404, `{"error": {"code": 404, "message": "no", "status": "NOT_FOUND"}}`)
			})
			err := tt.call(t.Context(), c)
			if got != tt.want || token != "Bearer "+canary || agent != "gke-preflight/test" {
				t.Errorf("sent %s with %q as %q, want %s", got, token, agent, tt.want)
			}
			var e *facts.Error
			if !errors.As(err, &e) || e.Code != 404 || strings.Contains(err.Error(), canary) {
				t.Errorf("got error %v, want a 404 without the token", err)
			}
		})
	}
}

// TestMalformedResponses: a response that cannot be used is an error, never an
// empty success.
func TestMalformedResponses(t *testing.T) {
	calls := map[string]func(context.Context, *Client) error{
		"project":  func(ctx context.Context, c *Client) error { _, err := c.Project(ctx, "acme-prod"); return err },
		"ancestry": func(ctx context.Context, c *Client) error { _, err := c.Ancestry(ctx, "acme-prod"); return err },
		"policy":   func(ctx context.Context, c *Client) error { _, err := c.Policy(ctx, "projects/acme-prod"); return err },
		"key policy": func(ctx context.Context, c *Client) error {
			_, err := c.Policy(ctx, "projects/acme-kms/locations/l/keyRings/k/cryptoKeys/c")
			return err
		},
		"service account": func(ctx context.Context, c *Client) error {
			_, err := c.ServiceAccount(ctx, "p-prod", "a@p.iam.gserviceaccount.com")
			return err
		},
		"role": func(ctx context.Context, c *Client) error { _, err := c.Role(ctx, "roles/x"); return err },
		"deny policy": func(ctx context.Context, c *Client) error {
			_, err := c.DenyRules(ctx, "projects/acme-prod", "d")
			return err
		},
		"cluster": func(ctx context.Context, c *Client) error {
			_, err := c.Cluster(ctx, "projects/acme-prod/locations/l/clusters/c")
			return err
		},
		"host project": func(ctx context.Context, c *Client) error { _, err := c.HostProject(ctx, "acme-prod"); return err },
		"key": func(ctx context.Context, c *Client) error {
			_, err := c.Key(ctx, "projects/acme-kms/locations/l/keyRings/k/cryptoKeys/c")
			return err
		},
		"constraint": func(ctx context.Context, c *Client) error {
			_, err := c.ConstraintEnforced(ctx, "acme-prod", "a.b")
			return err
		},
		"tag value": func(ctx context.Context, c *Client) error { _, err := c.TagParent(ctx, "tagValues/1"); return err },
		"troubleshoot": func(ctx context.Context, c *Client) error {
			_, err := c.Troubleshoot(ctx, "a@x", "//r", "a.b.c")
			return err
		},
		"permissions": func(ctx context.Context, c *Client) error {
			_, err := c.TestPermissions(ctx, "projects/acme-prod", []string{"a.b.c"})
			return err
		},
		"services": func(ctx context.Context, c *Client) error {
			_, err := c.Services(ctx, "acme-prod", []string{"x.googleapis.com"})
			return err
		},
	}
	for what, call := range calls {
		for name, body := range map[string]string{
			"HTML":             "<html><body>Sign in</body></html>",
			"empty body":       "",
			"truncated":        `{"permissions": ["a.b.`,
			"list":             "[]",
			"another resource": `{"name": "projects/9", "projectId": "other", "email": "other@x", "permissions": ["z.z.z"], "services": [{"name": "projects/1/services/other"}], "ancestor": [{}], "bindings": [{"members": ["x"]}]}`,
			"wrong types":      `{"name": 1, "projectId": [], "email": {}, "permissions": "all", "services": {}, "ancestor": {}, "bindings": {}}`,
			"null binding":     `{"bindings": [null], "ancestor": [], "permissions": ["z.z.z"], "services": [{}]}`,
		} {
			t.Run(what+"/"+name, func(t *testing.T) {
				c := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, body) })
				if err := call(t.Context(), c); err == nil {
					t.Error("got no error")
				}
			})
		}
	}
}

// TestDenyPolicyIDs: names without an ID and a second page are errors.
func TestDenyPolicyIDs(t *testing.T) {
	for body, ok := range map[string]bool{
		`{}`: true,
		`{"policies": [{"name": "policies/cloudresourcemanager.googleapis.com%2Fprojects%2F1/denypolicies/d"}]}`: true,
		`{"policies": [{"name": "x"}]}`:                  false,
		`{"policies": [{"name": "x/denypolicies/a/b"}]}`: false,
		`{"nextPageToken": "more"}`:                      false,
		`{"policies": "none"}`:                           false,
	} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, body) })
		if _, err := c.DenyPolicyIDs(t.Context(), "projects/acme-prod"); (err == nil) != ok {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestEmptyResponses: {} means no permissions or no services, but is not a policy.
func TestEmptyResponses(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, "{}") })
	tested, err := c.TestPermissions(t.Context(), "projects/acme-prod", []string{"a.b.c"})
	if diff := cmp.Diff(facts.PermissionTest{Missing: []string{"a.b.c"}}, tested); diff != "" || err != nil {
		t.Errorf("permissions (-want +got): %v\n%s", err, diff)
	}
	if _, err := c.Policy(t.Context(), "projects/acme-prod"); err == nil {
		t.Error("policy: got no error")
	}
	s, err := c.Services(t.Context(), "acme-prod", []string{"x.googleapis.com"})
	if err != nil || s.State["x.googleapis.com"] != "" {
		t.Errorf("omitted service: got %q, %v; want an unknown state", s.State["x.googleapis.com"], err)
	}
}

// TestBatches: a request has at most 100 permissions or 30 services.
func TestBatches(t *testing.T) {
	var sizes []int
	var mu sync.Mutex
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodGet {
			sizes = append(sizes, len(r.URL.Query()["names"]))
			answer(w, 200, `{}`)
			return
		}
		var body struct{ Permissions []string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		sizes = append(sizes, len(body.Permissions))
		granted, _ := json.Marshal(map[string]any{"permissions": body.Permissions[:1]})
		answer(w, 200, string(granted))
	})
	many := func(n int) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprintf("a.b.c%d", i)
		}
		return out
	}
	tested, err := c.TestPermissions(t.Context(), "projects/acme-prod", many(201))
	if err != nil || len(tested.Granted) != 3 || len(tested.Missing) != 198 {
		t.Errorf("%d granted, %d refused, %v", len(tested.Granted), len(tested.Missing), err)
	}
	slices.Sort(sizes)
	if diff := cmp.Diff([]int{1, 100, 100}, sizes); diff != "" {
		t.Error(diff)
	}
	sizes = nil
	if _, err := c.Services(t.Context(), "acme-prod", many(31)); err != nil {
		t.Fatal(err)
	}
	slices.Sort(sizes)
	if diff := cmp.Diff([]int{1, 30}, sizes); diff != "" {
		t.Error(diff)
	}
}

// TestInvalidPermission: permissions that Google calls invalid are dropped, and
// the rest is tested again.
func TestInvalidPermission(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Permissions []string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		if slices.Contains(body.Permissions, "bad.x.y") {
			answer(w, 400, `{"error": {"code": 400, "message": "Permission bad.x.y is not valid for this resource."}}`)
			return
		}
		answer(w, 200, `{"permissions": ["good.x.y"]}`)
	})
	got, err := c.TestPermissions(t.Context(), "projects/acme-prod", []string{"good.x.y", "bad.x.y", "other.x.y"})
	want := facts.PermissionTest{Granted: []string{"good.x.y"}, Missing: []string{"other.x.y"}, Invalid: []string{"bad.x.y"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	other := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 400, `{"error": {"code": 400, "message": "Permission not.asked.for is not valid for this resource."}}`)
	})
	if _, err := other.TestPermissions(t.Context(), "projects/acme-prod", []string{"a.b.c"}); err == nil {
		t.Error("another permission is invalid: got no error")
	}
}

// TestRetry: transient errors are retried, others are not.
func TestRetry(t *testing.T) {
	for status, want := range map[int]int32{429: 3, 500: 3, 502: 3, 503: 3, 504: 3, 400: 1, 401: 1, 403: 1, 404: 1, 409: 1} {
		var n atomic.Int32
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if body, _ := io.ReadAll(r.Body); !strings.Contains(string(body), "a.b.c") {
				t.Errorf("attempt %d has no body", n.Load()+1)
			}
			if n.Add(1) < 3 {
				answer(w, status, `{"error": {"code": 1, "message": "later"}}`)
				return
			}
			answer(w, 200, `{"permissions": ["a.b.c"]}`)
		})
		_, err := c.TestPermissions(t.Context(), "projects/acme-prod", []string{"a.b.c"})
		if n.Load() != want || (err == nil) != (want == 3) {
			t.Errorf("%d: %d attempts, error %v; want %d attempts", status, n.Load(), err, want)
		}
		if got := c.RequestCounts()["cloudresourcemanager.projects.testIamPermissions"]; got != 1 {
			t.Errorf("%d: counted %d requests, want 1", status, got)
		}
	}
}

// TestRetryEnds: retries end after maxAttempts, and at once if the pause would
// outlast the context.
func TestRetryEnds(t *testing.T) {
	var n atomic.Int32
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { n.Add(1); answer(w, 503, "{}") })
	if _, err := c.Role(t.Context(), "roles/x"); err == nil || n.Load() != maxAttempts {
		t.Errorf("%d attempts, %v", n.Load(), err)
	}
	later := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		answer(w, 429, "{}")
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := later.Role(ctx, "roles/x"); err == nil || ctx.Err() != nil {
		t.Errorf("got error %v, context %v; want an error before the deadline", err, ctx.Err())
	}
}

func TestRetryAfter(t *testing.T) {
	for header, want := range map[string]time.Duration{"": 0, "5": 5 * time.Second, "-1": 0, "soon": 0, "99999": 0} {
		response := &http.Response{Header: http.Header{"Retry-After": {header}}}
		if got := retryAfter(response); got != want {
			t.Errorf("Retry-After: %s: got %s, want %s", header, got, want)
		}
	}
}

// TestImpersonation: a token is generated once, even for parallel requests.
func TestImpersonation(t *testing.T) {
	var generated atomic.Int32
	var callers sync.Map
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "generateAccessToken") {
			generated.Add(1)
			answer(w, 200, `{"accessToken": "other", "expireTime": "2030-01-01T00:00:00Z"}`)
			return
		}
		callers.Store(r.Header.Get("Authorization"), true)
		answer(w, 200, `{"permissions": []}`)
	})
	other := as(t, c, "a@p.iam.gserviceaccount.com")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := other.TestPermissions(t.Context(), "projects/acme-prod", []string{"a.b.c"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if generated.Load() != 1 {
		t.Errorf("%d tokens were generated, want 1", generated.Load())
	}
	if _, own := callers.Load("Bearer " + canary); own {
		t.Error("a request was sent with the owner's token")
	}
}

func TestImpersonationDenied(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 403, `{"error": {"code": 403, "message": "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).", "details": [
			{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "IAM_PERMISSION_DENIED", "domain": "iam.googleapis.com", "metadata": {"permission": "iam.serviceAccounts.getAccessToken"}}]}}`)
	})
	_, err := as(t, c, "a@p.iam.gserviceaccount.com").Project(t.Context(), "acme-prod")
	var e *facts.Error
	if !errors.As(err, &e) || e.Method != facts.MethodGenerateAccessToken || !e.Denied() || e.Metadata["permission"] != "iam.serviceAccounts.getAccessToken" {
		t.Errorf("got error %+v, want one about the token", err)
	}
}

// TestErrors: errors are classified by their reason, status and code.
func TestErrors(t *testing.T) {
	info := func(reason, metadata string) string {
		return `{"error": {"code": 403, "message": "m", "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "` + reason + `", "metadata": {` + metadata + `}}]}}`
	}
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"missing permission", 403, info("IAM_PERMISSION_DENIED", ""), "denied"},
		{"disabled API", 403, info("SERVICE_DISABLED", `"service": "iam.googleapis.com", "consumer": "projects/1"`), "disabled iam.googleapis.com projects/1"},
		{"quota project denied", 403, info("USER_PROJECT_DENIED", ""), "quota"},
		{"unauthenticated", 401, `{"error": {"code": 401, "message": "m"}}`, "unauthorized"},
		{"not found", 404, `{"error": {"code": 404, "message": "m", "status": "NOT_FOUND"}}`, "not found"},
		{"not found, older service", 404, `{"error": {"code": 404, "message": "m", "errors": [{"reason": "notFound"}]}}`, "not found"},
		{"404 of a proxy", 404, `<html>not here</html>`, "other"},
		{"not JSON", 403, `<html>no</html>`, "denied"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, tt.status, tt.body) })
			_, err := c.Role(t.Context(), "roles/x")
			var e *facts.Error
			if !errors.As(err, &e) {
				t.Fatalf("got error %v, want an *Error", err)
			}
			if got := kindOf(e); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if strings.Contains(e.Error(), "<html>") {
				t.Errorf("the error quotes HTML: %s", e)
			}
		})
	}
}

func kindOf(e *facts.Error) string {
	if service, consumer, ok := e.ServiceDisabled(); ok {
		return "disabled " + service + " " + consumer
	}
	for kind, is := range map[string]bool{
		"denied": e.Denied(), "quota": e.UserProjectDenied(), "unauthorized": e.Unauthorized(),
		"not found": e.NotFound(), "unreachable": e.Unreachable(),
	} {
		if is {
			return kind
		}
	}
	return "other"
}

func TestUnreachable(t *testing.T) {
	c, err := New(t.Context(), Options{Endpoint: "http://127.0.0.1:1", Credentials: credentials(), Backoff: func() backoff.BackOff { return &backoff.ZeroBackOff{} }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Identity(t.Context())
	var e *facts.Error
	if !errors.As(err, &e) || !e.Unreachable() || strings.Contains(err.Error(), canary) {
		t.Errorf("got error %v, want an unreachable server, without the token", err)
	}
}

// TestEndpoint: tokens may only be sent over TLS or to a loopback address.
func TestEndpoint(t *testing.T) {
	for endpoint, allowed := range map[string]bool{
		"":                          true,
		"http://127.0.0.1:8085":     true,
		"http://localhost:8085":     true,
		"http://[::1]:8085":         true,
		"https://proxy.example/gcp": true,
		"http://10.0.0.1:8085":      false,
		"http://example.com":        false,
		"http://127.0.0.1.evil.com": false,
		"ftp://127.0.0.1":           false,
		"127.0.0.1:8085":            false,
		"https://user:pw@x.example": false,
		"https://x.example/?a=b":    false,
	} {
		if _, err := New(t.Context(), Options{Endpoint: endpoint, Credentials: credentials()}); (err == nil) != allowed {
			t.Errorf("endpoint %q: %v", endpoint, err)
		}
	}
}

// TestRedirect: redirects are not followed.
func TestRedirect(t *testing.T) {
	var stolen atomic.Bool
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Store(true) }))
	defer thief.Close()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, thief.URL, http.StatusFound) })
	if _, err := c.Project(t.Context(), "acme-prod"); err == nil || stolen.Load() {
		t.Errorf("the redirect was followed: %v", err)
	}
}

// TestAllowlist: of all methods in the discovery documents of the APIs in use,
// exactly the allowed ones are sent.
func TestAllowlist(t *testing.T) {
	want := map[string]bool{}
	methods := AllowedMethods()
	for _, m := range methods {
		want[m.ID] = true
	}
	delete(want, "oauth2.tokeninfo") // in no discovery document
	seen := map[string]bool{}
	n := 0
	for _, api := range []string{"cloudresourcemanager/v1", "cloudresourcemanager/v3", "serviceusage/v1", "iam/v1", "iamcredentials/v1", "compute/v1", "cloudkms/v1",
		"iam/v2", "container/v1", "policytroubleshooter/v3", "orgpolicy/v2", "privateca/v1", "pubsub/v1"} {
		for id, r := range discoveredRequests(t, api) {
			n++
			allowedID, ok := findMethod(methods, r)
			if ok {
				seen[allowedID] = true
			}
			if ok && (allowedID != id || !want[id]) {
				t.Errorf("%s is sent as %s", id, allowedID)
			}
		}
	}
	if n < 1000 {
		t.Errorf("got %d methods, want at least 1000", n)
	}
	for id := range want {
		if !seen[id] {
			t.Errorf("%s is allowed, but no discovery document has this ID and path", id)
		}
	}
}

// discoveredRequests returns a request for each method of an API, by ID.
func discoveredRequests(t *testing.T, api string) map[string]*http.Request {
	t.Helper()
	dir, err := deadline.Command(t, "go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		t.Fatalf("find google.golang.org/api: %v", err)
	}
	name, version, _ := strings.Cut(api, "/")
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), name, version, name+"-api.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc resourceDoc
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]*http.Request{}
	doc.walk(func(m methodDoc) {
		path := strings.NewReplacer(
			"{projectsId}", "acme-prod", "{projectId}", "acme-prod", "{resource}", "acme-prod", "{foldersId}", "4", "{organizationsId}", "1",
			"{serviceAccountsId}", "-", "{rolesId}", "x", "{v1Id}", "projects", "{v1Id1}", "acme-prod",
			"{project}", "acme-prod", "{region}", "r", "{locationsId}", "l", "{keyRingsId}", "k", "{cryptoKeysId}", "c", "{caPoolsId}", "c", "{topicsId}", "t",
			"{clustersId}", "c", "{tagKeysId}", "1", "{tagValuesId}", "1", "{policiesId}", policyID(api), "{policiesId1}", "denypolicies", "{policiesId2}", "d").Replace(doc.ServicePath + m.FlatPath)
		path = strings.ReplaceAll(path, "subnetworks/acme-prod", "subnetworks/s")
		if name == "iamcredentials" {
			path = strings.ReplaceAll(m.FlatPath, "{projectsId}", "-")
		}
		path = strings.NewReplacer("{serviceAccountsId}", "a@p.iam.gserviceaccount.com").Replace(path)
		u, err := url.Parse("https://" + name + ".googleapis.com/" + path)
		if err != nil {
			t.Fatal(err)
		}
		id := m.ID
		if out[id] == nil || strings.Contains(path, "projects/") {
			out[id+suffix(out, id)] = &http.Request{Method: m.HTTPMethod, URL: u}
		}
	})
	return out
}

// policyID returns an ID of a policy: for a deny policy, the resource that it is
// attached to.
func policyID(api string) string {
	if api == "iam/v2" {
		return "cloudresourcemanager.googleapis.com%2Fprojects%2Facme-prod"
	}
	return "p"
}

// suffix distinguishes several paths of a method with one ID.
func suffix(out map[string]*http.Request, id string) string {
	if out[id] == nil {
		return ""
	}
	return "#again"
}

type methodDoc struct{ ID, HTTPMethod, FlatPath string }

type resourceDoc struct {
	ServicePath string
	Methods     map[string]methodDoc
	Resources   map[string]resourceDoc
}

func (r resourceDoc) walk(f func(methodDoc)) {
	for _, m := range r.Methods {
		f(m)
	}
	for _, inner := range r.Resources {
		inner.walk(f)
	}
}

// FuzzAllowlist: no path matches that has an escape, an empty or a parent segment,
// or another method's verb.
func FuzzAllowlist(f *testing.F) {
	f.Add("GET", "cloudresourcemanager.googleapis.com", "/v3/projects/p")
	f.Add("POST", "iam.googleapis.com", "/v1/projects/p/serviceAccounts/a:disable")
	f.Add("POST", "cloudresourcemanager.googleapis.com", "/v3/projects/p%2F..:getIamPolicy")
	methods := AllowedMethods()
	f.Fuzz(func(t *testing.T, verb, host, path string) {
		u, err := url.Parse("https://" + host + path)
		if err != nil {
			return
		}
		id, ok := findMethod(methods, &http.Request{Method: verb, URL: u})
		if !ok {
			return
		}
		if strings.Contains(path, "..") && strings.Contains(path, "/../") || strings.Contains(path, "%") || strings.Contains(path, "//") {
			t.Errorf("%s %s%s is sent as %s", verb, host, path, id)
		}
		for _, verb := range []string{":set", ":disable", ":enable", ":delete", ":undelete", ":signBlob", ":move"} {
			if strings.Contains(path, verb) {
				t.Errorf("%s%s is sent as %s", host, path, id)
			}
		}
	})
}

// FuzzError: whatever a response contains, the error is one line without a token.
func FuzzError(f *testing.F) {
	f.Add("denied\x1b[2J\n::error::x Bearer " + canary)
	f.Fuzz(func(t *testing.T, message string) {
		e := (&facts.Error{Method: "m", Resource: message, Code: 403, Message: message + " access_token=" + canary}).Error()
		if strings.Contains(e, canary) || strings.ContainsAny(e, "\n\r\x1b\x00") {
			t.Errorf("got error %q", e)
		}
	})
}

func as(t *testing.T, c *Client, account string) *Client {
	t.Helper()
	other, err := c.Impersonate(account, nil)
	if err != nil {
		t.Fatal(err)
	}
	return other
}

// TestAsError: if no client can be made for an account, As does not return the
// owner's client in its place.
func TestAsError(t *testing.T) {
	c, err := New(t.Context(), Options{Credentials: credentials()})
	if err != nil {
		t.Fatal(err)
	}
	c.shared.connect = func(*Client, context.Context, *http.Client) error { return errors.New("no") }
	if other, err := c.Impersonate("a@p.iam.gserviceaccount.com", nil); err == nil || other != nil {
		t.Errorf("got %v, %v; want an error", other, err)
	}
}
