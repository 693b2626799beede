package preflight_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"gke-preflight/preflight"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/report"
)

// seeds is how many runs with faults TestFaults makes of each plan and cloud:
// go test ./preflight -run TestFaults -seeds 100000
var seeds = flag.Int("seeds", 60, "runs with faults, of each plan and cloud")

// A faulty transport spoils some of the answers of another. What it does to a
// request depends on the seed, the request and how often it came, not on the
// order in which requests arrive.
type faultyTransport struct {
	next http.RoundTripper
	seed uint64
	// share of requests in a hundred are spoilt.
	share int

	mu    sync.Mutex
	times map[string]uint64
}

// RoundTrip implements http.RoundTripper.
func (f *faultyTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	dice := f.dice(r)
	response, err := f.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if dice.IntN(100) >= f.share {
		return answered(response, response.StatusCode, body), nil
	}
	return spoil(dice, response, body, r.URL.Path)
}

func (f *faultyTransport) dice(r *http.Request) *rand.Rand {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.times == nil {
		f.times = map[string]uint64{}
	}
	key := r.Method + " " + r.URL.String()
	f.times[key]++
	h := fnv.New64()
	io.WriteString(h, key)
	return rand.New(rand.NewPCG(f.seed, h.Sum64()+f.times[key]))
}

// strangers are answers to questions by what those end with. None is at home
// where another is.
var strangers = map[string]string{
	":getIamPolicy":       `{"version": 1, "etag": "BwY=", "bindings": [{"role": "roles/owner", "members": ["allUsers"]}]}`,
	":testIamPermissions": `{"permissions": ["container.clusters.create"]}`,
	":getAncestry":        `{"ancestor": [{"resourceId": {"type": "project", "id": "another"}}, {"resourceId": {"type": "organization", "id": "1"}}]}`,
	"projects":            `{"name": "projects/999", "projectId": "another", "state": "ACTIVE"}`,
	"roles":               `{"name": "roles/another", "title": "Another", "includedPermissions": ["a.b.c"], "stage": "GA", "etag": "AA=="}`,
	"accounts":            `{"name": "projects/another/serviceAccounts/a@another.iam.gserviceaccount.com", "email": "a@another.iam.gserviceaccount.com", "uniqueId": "1"}`,
	"services":            `{"services": [{"name": "projects/999/services/another.googleapis.com", "state": "ENABLED"}]}`,
	"token":               `{"access_token": "x", "expires_in": 3599, "token_type": "Bearer"}`,
}

// stranger is an answer to another question than the one asked.
func stranger(dice *rand.Rand, path string) string {
	at := strings.LastIndexAny(path, ":/")
	var names []string
	for name := range strangers {
		if strings.TrimPrefix(name, ":") != path[at+1:] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strangers[names[dice.IntN(len(names))]]
}

func answered(response *http.Response, status int, body []byte) *http.Response {
	response.StatusCode, response.Status = status, http.StatusText(status)
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response
}

// spoil is one of the faults that networks, proxies and services have.
func spoil(dice *rand.Rand, response *http.Response, body []byte, path string) (*http.Response, error) {
	failing := func(statuses ...int) (*http.Response, error) {
		status := statuses[dice.IntN(len(statuses))]
		return answered(response, status, fmt.Appendf(nil, `{"error": {"code": %d, "message": "spoilt", "status": "X"}}`, status)), nil
	}
	switch dice.IntN(12) {
	case 0:
		return failing(401, 403, 404, 408, 409)
	case 1:
		response.Header.Set("Retry-After", "0")
		return failing(429)
	case 2:
		return failing(429, 500, 502, 503, 504)
	case 3:
		return nil, errors.New("connection reset by peer")
	case 4:
		return nil, context.DeadlineExceeded
	case 5:
		return answered(response, 200, body[:len(body)/2]), nil
	case 6:
		return answered(response, 200, []byte("<html><body>Sign in to the network</body></html>")), nil
	case 7:
		return answered(response, 200, changed(dice, body)), nil
	case 8:
		return answered(response, 200, nil), nil
	case 9:
		return answered(response, 200, []byte(empty(dice, path))), nil
	case 10:
		return answered(response, 200, []byte(`"ok"`)), nil
	}
	return answered(response, 200, []byte(stranger(dice, path))), nil
}

// empty is an answer with nothing in it. To the question what one may do an empty
// object is a true answer: nothing. No client can tell it from a fault.
func empty(dice *rand.Rand, path string) string {
	if strings.HasSuffix(path, "testIamPermissions") || dice.IntN(2) == 0 {
		return "[]"
	}
	return "{}"
}

// changed is an answer with members more, of which one says that there is
// another page, and maybe one of another type.
func changed(dice *rand.Rand, body []byte) []byte {
	var v map[string]any
	if json.Unmarshal(body, &v) != nil || len(v) == 0 {
		return []byte(`{"more": true}`)
	}
	names := slices.Sorted(maps.Keys(v))
	if dice.IntN(2) == 0 {
		v[names[dice.IntN(len(names))]] = map[string]any{"unexpected": true}
	}
	v["more"], v["nextPageToken"] = map[string]any{"x": 1}, "more"
	out, err := json.Marshal(v)
	if err != nil {
		return body
	}
	return out
}

// TestFaults: whatever goes wrong on the way, what fails never passes, and what
// passes never fails.
func TestFaults(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("worlds", func(t *testing.T) {
		for _, name := range []string{"named-service-account", "shared-vpc", "cmek", "existing", "impersonation", "all-in-one-plan"} {
			for world, edits := range map[string][]string{
				"right":    nil,
				"disabled": {agentOff, "disable-api acme-prod logging.googleapis.com"},
				"taken":    {"revoke organizations/100000000000 roles/container.clusterAdmin serviceAccount:terraform@acme-prod.iam.gserviceaccount.com", "delete-account gke-nodes@acme-prod.iam.gserviceaccount.com"},
			} {
				t.Run(name+" "+world, func(t *testing.T) {
					t.Parallel()
					withFaults(t, name, edits)
				})
			}
		}
	})
	if left := settled(before); left > before {
		t.Errorf("%d goroutines are left, %d were there", left, before)
	}
}

// withFaults checks a plan against a cloud that has been edited, once without
// faults and then with those of each seed.
func withFaults(t *testing.T, name string, edits []string) {
	data, cloud := readPlan(t, name), newCloud(t, edits...)
	truth := verdicts(check(t, data, serve(cloud)))
	for seed := range *seeds {
		transport := &faultyTransport{next: serve(cloud).RoundTripper(), seed: uint64(seed), share: []int{3, 15, 60}[seed%3]}
		if why := belies(truth, checkWithin(t, t.Context(), data, transport)); why != "" {
			t.Fatalf("seed %d: %s", seed, why)
		}
	}
}

// belies says what of a report contradicts what is known to be true. A check
// that gave up for want of credentials, nil, says nothing.
func belies(truth map[string]finding.Outcome, r *finding.Report) string {
	if r == nil {
		return ""
	}
	for what, got := range verdicts(r) {
		if want, known := truth[what]; known && opposite(got, want) {
			return fmt.Sprintf("%s is %s, and %s without faults", what, got, want)
		}
	}
	if r.Result == finding.Pass && hasOutcome(truth, finding.Fail) {
		return "the result is a pass"
	}
	return ""
}

// settled waits until there are no more goroutines than before, or too long.
func settled(before int) int {
	for range 100 {
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return runtime.NumGoroutine()
}

func checkFaulty(t testing.TB, name string, transport http.RoundTripper) *finding.Report {
	t.Helper()
	return checkWithin(t, t.Context(), readPlan(t, name), transport)
}

func checkWithin(t testing.TB, ctx context.Context, data []byte, transport http.RoundTripper) *finding.Report {
	t.Helper()
	r, err := checkData(t, ctx, data, gcp.Options{Transport: transport})
	if errors.Is(err, preflight.ErrUnauthenticated) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func checkData(t testing.TB, ctx context.Context, data []byte, o gcp.Options) (*finding.Report, error) {
	t.Helper()
	p, err := plan.Read(bytes.NewReader(data), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o.Backoff = func() backoff.BackOff { return &backoff.ZeroBackOff{} }
	o.Credentials = &gcp.Credentials{TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "deployer-token"}), Source: "a test"}
	client, err := gcp.New(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	return preflight.Check(ctx, p, client, preflight.Options{
		LookPath: lookPath, Impersonation: true, FailOn: need.Error, Table: iam.Predefined(), Now: noon, Credentials: "a test",
	})
}

func opposite(a, b finding.Outcome) bool {
	return a == finding.Pass && b == finding.Fail || a == finding.Fail && b == finding.Pass
}

func hasOutcome(of map[string]finding.Outcome, o finding.Outcome) bool {
	for what, is := range of {
		if is == o && strings.HasPrefix(what, "error ") {
			return true
		}
	}
	return false
}

// verdicts are outcomes by what they are about, whether or not the numbers of
// projects could be found out.
func verdicts(r *finding.Report) map[string]finding.Outcome {
	out := map[string]finding.Outcome{}
	for _, f := range r.Findings {
		rule, kind, permissions := f.Rule, "", ""
		if f.Answers != "" {
			rule = f.Answers
		}
		if f.Principal != nil {
			kind = string(f.Principal.Kind)
		}
		if f.Permissions != nil {
			permissions = strings.Join(f.Permissions.Needed, ",")
		}
		resource := strings.NewReplacer("{number:acme-prod}", "111111111111", "{number:acme-service}", "222222222222", "{number:acme-new}", "888888888883").Replace(f.Resource)
		out[strings.Join(append([]string{string(f.Severity), rule, kind, resource, f.Service, permissions}, f.Addresses...), " ")] = f.Outcome
	}
	return out
}

// TestOneFault: where a fault hides what decides, nothing is said to be
// missing.
func TestOneFault(t *testing.T) {
	for _, tt := range []struct{ name, plan, fault, open string }{
		{"the number of the service project", "shared-vpc", `/v3/projects/acme-service$|acme-service/services:batchGet`, "GP502"},
		{"what the deployer may do to an account that the plan makes", "all-in-one-plan", `/v3/projects/acme-new:testIamPermissions|gke-nodes@acme-new\S+:testIamPermissions`, "GP203"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			next, fault := newServer(t).RoundTripper(), regexp.MustCompile(tt.fault)
			r := checkFaulty(t, tt.plan, roundTripper(func(r *http.Request) (*http.Response, error) {
				if fault.MatchString(r.URL.Path) {
					return nil, errors.New("connection reset by peer")
				}
				return next.RoundTrip(r)
			}))
			outcomes := map[finding.Outcome]int{}
			for _, f := range r.Findings {
				if f.Rule == tt.open {
					outcomes[f.Outcome]++
				}
			}
			if outcomes[finding.Fail] > 0 || outcomes[finding.Undetermined] == 0 {
				t.Errorf("%s: %v, want some undetermined and none to fail", tt.open, outcomes)
			}
		})
	}
}

// TestPassingFaults: what goes wrong once and then right leaves no trace.
func TestPassingFaults(t *testing.T) {
	for _, name := range []string{"named-service-account", "shared-vpc", "cmek", "existing", "all-in-one-plan"} {
		next := newServer(t, agentOff).RoundTripper()
		var seen sync.Map
		flaky := roundTripper(func(r *http.Request) (*http.Response, error) {
			if _, again := seen.LoadOrStore(r.Method+" "+r.URL.String(), true); again {
				return next.RoundTrip(r)
			}
			if len(r.URL.Path)%2 == 0 {
				return nil, errors.New("connection reset by peer")
			}
			return &http.Response{StatusCode: 503, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		})
		want, got := checkFaulty(t, name, newServer(t, agentOff).RoundTripper()), checkFaulty(t, name, flaky)
		for _, r := range []*finding.Report{want, got} {
			r.DurationMS, r.Requests = 0, finding.Requests{}
		}
		if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
			t.Errorf("%s: the report is another one:\n%s", name, diff)
		}
	}
}

// TestTokenExpires: midway, after any number of answers.
func TestTokenExpires(t *testing.T) {
	truth := verdicts(check(t, readPlan(t, "named-service-account"), newServer(t, agentOff)))
	for last := range int64(18) {
		next := newServer(t, agentOff).RoundTripper()
		var n atomic.Int64
		r := checkFaulty(t, "named-service-account", roundTripper(func(r *http.Request) (*http.Response, error) {
			if n.Add(1) > last {
				body := io.NopCloser(strings.NewReader(`{"error": {"code": 401, "message": "expired", "status": "UNAUTHENTICATED"}}`))
				return &http.Response{StatusCode: 401, Header: http.Header{"Content-Type": {"application/json"}}, Body: body, Request: r}, nil
			}
			return next.RoundTrip(r)
		}))
		if why := belies(truth, r); why != "" {
			t.Errorf("after %d answers: %s", last, why)
		}
		if last == 0 && r != nil {
			t.Error("credentials that were never accepted make a report")
		}
	}
}

// TestHang: services that never answer again, after any number of answers. The
// check ends when its time is up, and says what it knows.
func TestHang(t *testing.T) {
	truth := verdicts(check(t, readPlan(t, "named-service-account"), newServer(t, agentOff)))
	for last := range int64(18) {
		next := newServer(t, agentOff).RoundTripper()
		var n atomic.Int64
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		r := checkWithin(t, ctx, readPlan(t, "named-service-account"), roundTripper(func(r *http.Request) (*http.Response, error) {
			if n.Add(1) > last {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return next.RoundTrip(r)
		}))
		cancel()
		if why := belies(truth, r); why != "" {
			t.Errorf("after %d answers: %s", last, why)
		}
	}
}

func asJSON(t *testing.T, r *finding.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestNothingLeaks: Google's answers, or a proxy's, tell all that was sent:
// the token, the URL and the body. In the report, in any format, in errors and
// in the snapshot stand neither tokens nor what the plan says is sensitive.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	secrets := map[string][]string{
		"named-service-account": {"deployer-token", "issued-token", "gke-nodes@acme-prod.iam.gserviceaccount.com"},
		"impersonation":         {"deployer-token", "issued-token"},
		"existing":              {"deployer-token", "issued-token"},
		"traps/sens":            {"deployer-token", "issued-token", "s3cr3t"},
	}
	for name, data := range map[string][]byte{
		"named-service-account": mark(t, readPlan(t, "named-service-account")),
		"impersonation":         readPlan(t, "impersonation"),
		"existing":              readPlan(t, "existing"),
		"traps/sens":            readPlan(t, "traps/sens"),
	} {
		for _, how := range []string{"200", "400", "401", "403", "404", "409", "429", "500", "200 html", "403 html", "error"} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				for _, some := range []string{"", "getIamPolicy", "testIamPermissions", "serviceAccounts", "services", "tokeninfo", "generateAccessToken"} {
					leaksNothing(t, data, telling{newServer(t).RoundTripper(), how, some}, secrets[name])
				}
			})
		}
	}
}

// leaksNothing fails a test if one of the secrets is in the report of a plan or in the
// snapshot of its check, where answers come from a transport.
func leaksNothing(t *testing.T, data []byte, transport telling, secrets []string) {
	t.Helper()
	recorder := new(gcp.Recorder)
	r, err := checkData(t, t.Context(), data, gcp.Options{Transport: transport, Recorder: recorder})
	out := fmt.Sprint(err)
	if r != nil {
		out += inEveryFormat(t, r)
	}
	recorded, err := json.Marshal(recorder.Exchanges())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets {
		for what, text := range map[string]string{"report": out, "snapshot": string(recorded)} {
			// A snapshot records the names in Google Cloud, and no token.
			if at := strings.Index(strings.ToLower(text), secret); at >= 0 && (what == "report" || strings.HasSuffix(secret, "-token")) {
				t.Errorf("%q: the %s shows %s: …%s", transport.some, what, secret, text[max(0, at-200):at+len(secret)])
			}
		}
	}
}

// telling answers requests whose path contains some with all that was sent.
type telling struct {
	next      http.RoundTripper
	how, some string
}

// RoundTrip implements http.RoundTripper.
func (e telling) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.String(), e.some) {
		return e.next.RoundTrip(r)
	}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	all := fmt.Sprintf("%s %s %v %s", r.Method, r.URL, r.Header, body)
	if e.how == "error" {
		return nil, errors.New("no answer to " + all)
	}
	status, html := 0, ""
	fmt.Sscan(e.how, &status, &html)
	text := []byte("<html>" + all + "</html>")
	if html == "" {
		text, _ = json.Marshal(map[string]any{"name": all, "email": all, "error": map[string]any{"code": status, "status": all, "message": all}})
	}
	return answered(&http.Response{Header: http.Header{"Retry-After": {"0"}}, Request: r}, status, text), nil
}
