package access

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/term"
)

const (
	toolToken   = "ya29.tool-token-of-terraform"
	pluginToken = "ya29.plugin-token-of-alice"
)

// An authority signs the certificates of servers.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "cluster"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

// server returns a certificate for names, or for 127.0.0.1, that is valid until a
// time.
func (a *authority) server(t *testing.T, until time.Time, names ...string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: until.Add(-3 * time.Hour), NotAfter: until, DNSNames: names,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if len(names) == 0 {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// An apiServer is a fake API server that records the tokens it receives.
type apiServer struct {
	host string

	mu   sync.Mutex
	seen []string
}

func (s *apiServer) tokens() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func serve(t *testing.T, cert tls.Certificate, handle http.HandlerFunc) *apiServer {
	t.Helper()
	s := new(apiServer)
	h := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen = append(s.seen, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		s.mu.Unlock()
		handle(w, r)
	}))
	h.Config.ErrorLog = log.New(io.Discard, "", 0)
	h.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	h.StartTLS()
	t.Cleanup(h.Close)
	s.host = strings.TrimPrefix(h.URL, "https://")
	return s
}

const namespaceList = `{"kind":"NamespaceList","apiVersion":"v1","items":[]}`

func responds(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// acceptsOnly returns a handler that accepts one token, and responds to all others
// with a status.
func acceptsOnly(token string, status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+token {
			_, _ = io.WriteString(w, namespaceList)
			return
		}
		responds(status, body)(w, r)
	}
}

const (
	unauthorizedBody = `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}`
	forbiddenBody    = `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"namespaces is forbidden: User \"terraform@acme-prod.iam.gserviceaccount.com\" cannot list resource \"namespaces\" in API group \"\" at the cluster scope: requires one of [\"container.namespaces.list\"] permission(s).","reason":"Forbidden","code":403}`
	anonymousBody    = `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"namespaces is forbidden: User \"system:anonymous\" cannot list resource \"namespaces\"","reason":"Forbidden","code":403}`
)

// A cloud is a fake Google.
type cloud struct {
	tokenErr        error
	info            gcp.TokenInfo
	infoErr         error
	other           gcp.TokenInfo // of any other token
	otherErr        error
	controlPlane    gcp.ControlPlane
	controlPlaneErr error
	clusters        []string
	listErr         error
	holds           bool
	holdsErr        error

	lookedUp []string // the tokens that Google was asked about
}

func (c *cloud) Token(context.Context) (string, error) { return toolToken, c.tokenErr }
func (c *cloud) TokenInfo(context.Context) (gcp.TokenInfo, error) {
	return c.info, c.infoErr
}
func (c *cloud) TokenInfoOf(_ context.Context, token string) (gcp.TokenInfo, error) {
	c.lookedUp = append(c.lookedUp, token)
	return c.other, c.otherErr
}
func (c *cloud) ControlPlane(context.Context, string) (gcp.ControlPlane, error) {
	return c.controlPlane, c.controlPlaneErr
}
func (c *cloud) Clusters(context.Context, string) ([]string, error) { return c.clusters, c.listErr }
func (c *cloud) Holds(context.Context, string, string) (bool, error) {
	return c.holds, c.holdsErr
}

// A scene is a check that passes, until a test changes it.
type scene struct {
	t      *testing.T
	ca     *authority
	cloud  *cloud
	env    Env
	target Target
	server *apiServer
	ran    []Program
	// programs holds the results of Run, by the base name of the program.
	programs map[string]func() (Output, error)
	missing  []string // programs that are not on PATH
	patience time.Duration
	file     string // the kubeconfig
}

func ref() Ref { return Ref{"acme-prod", "europe-west1", "main"} }

func credential(token string) []byte {
	return fmt.Appendf(nil, `{"kind":"ExecCredential","apiVersion":%q,"status":{"token":%q}}`, pluginVersion, token)
}

func prints(stdout string) func() (Output, error) {
	return func() (Output, error) { return Output{Stdout: []byte(stdout)}, nil }
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, ca: newAuthority(t), patience: 5 * time.Second}
	good := []string{scopePlatform, "https://www.googleapis.com/auth/userinfo.email"}
	s.cloud = &cloud{
		info:         gcp.TokenInfo{Email: "terraform@acme-prod.iam.gserviceaccount.com", Scopes: good, Lifetime: time.Hour},
		other:        gcp.TokenInfo{Email: "terraform@acme-prod.iam.gserviceaccount.com", Scopes: good, Lifetime: time.Hour},
		controlPlane: gcp.ControlPlane{Name: "main", Location: "europe-west1", Status: "RUNNING"},
		holds:        true,
	}
	s.programs = map[string]func() (Output, error){
		"kubectl":  prints(`{"clientVersion":{"major":"1","minor":"32+"}}`),
		pluginName: func() (Output, error) { return Output{Stdout: credential(pluginToken)}, nil },
	}
	s.serve(responds(http.StatusOK, namespaceList))
	return s
}

// serve starts an API server for the cluster and the kubeconfig.
func (s *scene) serve(handle http.HandlerFunc) {
	s.at(serve(s.t, s.ca.server(s.t, time.Now().Add(time.Hour)), handle))
}

func (s *scene) at(server *apiServer) {
	s.server = server
	s.cloud.controlPlane.Endpoint = server.host
	s.cloud.controlPlane.MasterAuth.CA = base64.StdEncoding.EncodeToString(s.ca.pem)
	s.kubeconfig(server.host, s.ca, "")
}

// kubeconfig writes a kubeconfig as gcloud does, with additional lines in its
// cluster.
func (s *scene) kubeconfig(host string, ca *authority, clusterLines string) {
	s.user(host, ca, clusterLines, `
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: gke-gcloud-auth-plugin
      provideClusterInfo: true
      env: [{name: A, value: b}]
      args: [--verbose, "a b; c"]`)
}

// user is like kubeconfig, with the lines of the user.
func (s *scene) user(host string, ca *authority, clusterLines, user string) {
	s.t.Helper()
	name := "gke_acme-prod_europe-west1_main"
	authority := ""
	if ca != nil {
		authority = "\n    certificate-authority-data: " + base64.StdEncoding.EncodeToString(ca.pem)
	}
	text := `apiVersion: v1
kind: Config
current-context: prod
contexts: [{name: prod, context: {cluster: ` + name + `, user: ` + name + `}}]
clusters:
- name: ` + name + `
  cluster:
    server: https://` + host + authority + clusterLines + `
users:
- name: ` + name + `
  user:` + user + "\n"
	file := filepath.Join(s.t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.file = file
	k, err := ReadKubeconfig(file, func(string) string { return "" })
	if err != nil {
		s.t.Fatal(err)
	}
	s.target = Target{Ref: ref(), Entry: k.Entry(k.Current())}
}

func (s *scene) run() *Result {
	s.t.Helper()
	w := s.env
	w.Google, w.Credentials, w.StepTimeout = s.cloud, "application default credentials", s.patience
	w.ReadFile, w.Now = os.ReadFile, time.Now
	if w.Connect == nil {
		w.Connect = Transport
	}
	w.LookPath = func(name string) (string, error) {
		if slices.Contains(s.missing, name) {
			return "", errors.New("not found")
		}
		return "/usr/bin/" + name, nil
	}
	w.Run = func(_ context.Context, p Program) (Output, error) {
		s.ran = append(s.ran, p)
		return s.programs[filepath.Base(p.Path)]()
	}
	r := Check(s.t.Context(), w, s.target)
	s.checkNoTokens(r)
	return r
}

// checkNoTokens fails if a report contains a token.
func (s *scene) checkNoTokens(r *Result) {
	s.t.Helper()
	var out bytes.Buffer
	report := NewReport(Tool{}, []*Result{r}, nil)
	if err := errors.Join(JSON(&out, report), Text(&out, report, term.Palette{})); err != nil {
		s.t.Fatal(err)
	}
	for _, token := range []string{toolToken, pluginToken, "secret"} {
		if strings.Contains(out.String(), token) {
			s.t.Errorf("report contains the token %s:\n%s", token, out.String())
		}
	}
}

func (r *Result) verdicts() map[string]Verdict {
	out := map[string]Verdict{}
	for _, s := range r.Steps {
		out[s.Name] = s.Verdict
	}
	return out
}

func commands(r *Result) string {
	if r.Fix == nil {
		return ""
	}
	return strings.Join(r.Fix.Commands, "\n")
}

func TestAccessWorks(t *testing.T) {
	s := newScene(t)
	r := s.run()
	if r.Result != Pass || r.Cause != "" || r.Fix != nil {
		t.Fatalf("got %+v", r)
	}
	want := map[string]Verdict{
		"identity": Pass, "cluster": Pass, "get-permission": Pass, "kubeconfig": Pass, "connect-permission": Skipped,
		"api-server": Pass, "namespaces": Pass, "kubectl": Pass, "login": Pass, "plugin": Pass, "plugin-token": Pass, "kubectl-access": Pass,
	}
	if diff := cmp.Diff(want, r.verdicts()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{toolToken, pluginToken}, s.server.tokens()); diff != "" {
		t.Errorf("tokens that the API server saw: %s", diff)
	}
	if r.Identity != "serviceAccount:terraform@acme-prod.iam.gserviceaccount.com" || r.Context != "prod" {
		t.Errorf("got identity %q, context %q", r.Identity, r.Context)
	}
}

// TestPluginIsRunWithoutAShell shows that the plugin gets the arguments and the
// environment that kubectl gives it.
func TestPluginIsRunWithoutAShell(t *testing.T) {
	s := newScene(t)
	s.run()
	if len(s.ran) != 2 || s.ran[1].Path != "/usr/bin/gke-gcloud-auth-plugin" {
		t.Fatalf("ran %+v", s.ran)
	}
	if diff := cmp.Diff([]string{"--verbose", "a b; c"}, s.ran[1].Args); diff != "" {
		t.Error(diff)
	}
	name, info, _ := strings.Cut(s.ran[1].Env[1], "=")
	var spec struct {
		APIVersion string `json:"apiVersion"`
		Spec       struct {
			Interactive *bool `json:"interactive"`
			Cluster     struct {
				Server string `json:"server"`
			} `json:"cluster"`
		} `json:"spec"`
	}
	if err := json.Unmarshal([]byte(info), &spec); err != nil || s.ran[1].Env[0] != "A=b" || name != "KUBERNETES_EXEC_INFO" {
		t.Fatalf("environment %v: %v", s.ran[1].Env, err)
	}
	if spec.APIVersion != pluginVersion || spec.Spec.Interactive == nil || *spec.Spec.Interactive || spec.Spec.Cluster.Server != "https://"+s.server.host {
		t.Errorf("got %s", info)
	}
}

func googleError(code int, reason string) *facts.Error {
	return &facts.Error{Method: "container.projects.locations.clusters.get", Resource: ref().String(), Code: code, Status: map[int]string{404: "NOT_FOUND"}[code], Reason: reason, Message: "no"}
}

// TestCauses shows that each cause is found, and that the steps after it are
// skipped.
func TestCauses(t *testing.T) {
	expired := &facts.Error{Method: "oauth2.tokeninfo", Code: 400, Message: "invalid_token"}
	for _, tt := range []struct {
		name    string
		change  func(*scene)
		step    string
		class   string
		cause   string // a part of the cause
		command string // a part of the commands
	}{
		{"expired token", func(s *scene) { s.cloud.infoErr = expired }, "identity", "credentials_expired", "not valid", "gcloud auth application-default login"},
		{"token without lifetime", func(s *scene) { s.cloud.info.Lifetime = 0 }, "identity", "credentials_expired", "has expired", "login"},
		{"narrow scopes", func(s *scene) { s.cloud.info.Scopes = []string{"email"} }, "identity", "credentials_scope", "cloud-platform", "login"},
		{"impersonation denied", func(s *scene) {
			s.cloud.tokenErr = &facts.Error{Method: facts.MethodGenerateAccessToken, Code: 403, Message: "no"}
		}, "identity", "credentials_expired", "cannot get a token", "login"},
		{"wrong location", func(s *scene) {
			s.cloud.controlPlaneErr = googleError(404, "")
			s.cloud.clusters = []string{"projects/acme-prod/locations/europe-west3/clusters/main", "projects/acme-prod/locations/europe-west1/clusters/other"}
		}, "cluster", "cluster_not_found", "is in europe-west3, not in europe-west1", "get-credentials main --location=europe-west3 --project=acme-prod"},
		{"wrong name", func(s *scene) {
			s.cloud.controlPlaneErr = googleError(404, "")
			s.cloud.clusters = []string{"projects/acme-prod/locations/europe-west1/clusters/other"}
		}, "cluster", "cluster_not_found", "has other in europe-west1", "clusters list --project=acme-prod"},
		{"wrong project", func(s *scene) { s.cloud.controlPlaneErr = googleError(404, "") }, "cluster", "cluster_not_found", "is it the right project?", "clusters list"},
		{"cluster not found and not listable", func(s *scene) {
			s.cloud.controlPlaneErr, s.cloud.listErr = googleError(404, ""), googleError(403, "")
		}, "cluster", "cluster_not_found", "could not list the clusters", "clusters list"},
		{"API disabled", func(s *scene) {
			e := googleError(403, "SERVICE_DISABLED")
			e.Metadata = map[string]string{"service": "container.googleapis.com", "consumer": "projects/111"}
			s.cloud.controlPlaneErr = e
		}, "cluster", "api_disabled", "is disabled in project 111", "gcloud services enable container.googleapis.com --project=111"},
		{"quota project", func(s *scene) { s.cloud.controlPlaneErr = googleError(403, "USER_PROJECT_DENIED") }, "cluster", "quota_project_denied", "quota project", "set-quota-project acme-prod"},
		{"no permission to get", func(s *scene) { s.cloud.controlPlaneErr = googleError(403, "IAM_PERMISSION_DENIED") }, "get-permission", "get_denied",
			"serviceAccount:terraform@acme-prod.iam.gserviceaccount.com (application default credentials) lacks container.clusters.get",
			"--member=serviceAccount:terraform@acme-prod.iam.gserviceaccount.com --role=roles/container.clusterViewer --condition=None"},
		{"VPC Service Controls perimeter", func(s *scene) { s.cloud.controlPlaneErr = googleError(403, "SECURITY_POLICY_VIOLATED") }, "get-permission", "vpc_service_controls", "VPC Service Controls", ""},
		{"cluster being created", func(s *scene) { s.cloud.controlPlane.Status = "PROVISIONING" }, "cluster", "cluster_not_ready", "PROVISIONING", "operations list"},
		{"no endpoint", func(s *scene) { s.cloud.controlPlane.Endpoint, s.target.Entry = "", nil }, "api-server", "cluster_not_ready", "no endpoint", "operations list"},

		{"missing context", func(s *scene) { s.target.Entry, s.target.Context = nil, "gone" }, "kubeconfig", "context_missing", "no context gone", "get-credentials main"},
		{"stale address", func(s *scene) { s.kubeconfig("192.0.2.99", s.ca, "") }, "kubeconfig", "kubeconfig_stale", "192.0.2.99", "get-credentials main"},
		{"stale DNS endpoint", func(s *scene) { s.kubeconfig("gke-9.europe-west1.gke.goog", s.ca, "") }, "kubeconfig", "kubeconfig_stale", "gke-9", "get-credentials main"},
		{"kubeconfig with http", func(s *scene) { s.target.Entry.cluster.Server = "http://192.0.2.1" }, "kubeconfig", "kubeconfig_server", "does not use https", "get-credentials"},
		{"kubeconfig with the CA of another cluster", func(s *scene) { s.kubeconfig(s.server.host, newAuthority(s.t), "") }, "api-server", "kubeconfig_ca", "not the CA of the cluster", "get-credentials main"},
		{"kubeconfig without CA", func(s *scene) { s.kubeconfig(s.server.host, nil, "") }, "api-server", "kubeconfig_ca", "no certificate-authority", "get-credentials main"},
		{"kubeconfig with a missing CA file", func(s *scene) { s.kubeconfig(s.server.host, nil, "\n    certificate-authority: gone.pem") }, "api-server", "kubeconfig_ca", "cannot be read", "get-credentials main"},

		{"certificate of another CA", func(s *scene) {
			s.at(serve(s.t, newAuthority(s.t).server(s.t, time.Now().Add(time.Hour)), responds(200, namespaceList)))
		}, "api-server", "certificate_untrusted", "proxy that intercepts TLS", "get-credentials"},
		{"certificate of another name", func(s *scene) {
			s.at(serve(s.t, s.ca.server(s.t, time.Now().Add(time.Hour), "elsewhere.example"), responds(200, namespaceList)))
		}, "api-server", "certificate_untrusted", "for another name", "get-credentials"},
		{"expired certificate", func(s *scene) {
			s.at(serve(s.t, s.ca.server(s.t, time.Now().Add(-time.Minute)), responds(200, namespaceList)))
		}, "api-server", "certificate_expired", "clock", "date -u"},

		{"401", func(s *scene) { s.serve(responds(401, unauthorizedBody)) }, "namespaces", "unauthorized_401", "not allowed to use this cluster", "roles/container.viewer"},
		{"403 by RBAC", func(s *scene) { s.serve(responds(403, forbiddenBody)) }, "namespaces", "rbac_forbidden_403", "neither IAM nor RBAC", "roles/container.viewer"},
		{"token dropped by a proxy", func(s *scene) { s.serve(responds(403, anonymousBody)) }, "namespaces", "unauthorized_401", "received no token", "_proxy"},

		{"removed auth-provider", func(s *scene) { s.user(s.server.host, s.ca, "", "\n    auth-provider: {name: gcp}") }, "login", "login_plugin_unused", "no longer has a built-in login", "get-credentials main"},
		{"user without login", func(s *scene) { s.user(s.server.host, s.ca, "", " {}") }, "login", "login_missing", "no way to log in", "get-credentials main"},
		{"unsupported plugin version in the kubeconfig", func(s *scene) { s.target.Entry.user.Exec.APIVersion = "client.authentication.k8s.io/v1alpha1" }, "login", "plugin_api_version", "v1beta1", "get-credentials main"},
		{"plugin missing from PATH", func(s *scene) { s.missing = []string{pluginName} }, "plugin", "auth_plugin_missing", "not on PATH", "gcloud components install gke-gcloud-auth-plugin"},
		{"plugin missing from a directory", func(s *scene) {
			s.target.Entry.user.Exec.Command = "/opt/gke-gcloud-auth-plugin"
			s.missing = []string{"/opt/gke-gcloud-auth-plugin"}
		}, "plugin", "auth_plugin_missing", "does not exist", "gcloud components install"},
		{"plugin failing", func(s *scene) {
			s.programs[pluginName] = func() (Output, error) {
				return Output{Stderr: []byte("You do not currently have\nan active account; token ya29.secret-thing")}, errors.New("exit status 1")
			}
		}, "plugin-token", "plugin_failed", "You do not currently have an active account", "gcloud auth login"},
		{"plugin failing without output", func(s *scene) {
			s.programs[pluginName] = func() (Output, error) { return Output{}, errors.New("exit status 3") }
		}, "plugin-token", "plugin_failed", "exit status 3", "gcloud auth login"},
		{"plugin hanging", func(s *scene) {
			s.programs[pluginName] = func() (Output, error) { return Output{}, context.DeadlineExceeded }
		}, "plugin-token", "plugin_timeout", "within 5s", "gcloud auth login"},
		{"plugin printing garbage", func(s *scene) { s.programs[pluginName] = prints("secret garbage") }, "plugin-token", "plugin_output", "14 bytes", "gcloud components update"},
		{"plugin without a token", func(s *scene) { s.programs[pluginName] = prints(string(credential(""))) }, "plugin-token", "plugin_output", "no token", "gcloud components update"},
		{"plugin with another version", func(s *scene) {
			s.programs[pluginName] = prints(strings.Replace(string(credential("secret")), "v1beta1", "v1", 1))
		}, "plugin-token", "plugin_api_version", "but the context requests", "get-credentials"},
		{"plugin with an expired token", func(s *scene) {
			s.programs[pluginName] = prints(strings.Replace(string(credential("secret")), `"token"`, `"expirationTimestamp":"2020-01-01T00:00:00Z","token"`, 1))
		}, "plugin-token", "plugin_token_expired", "has expired", "gcloud auth login"},
		{"plugin with a token that Google rejects", func(s *scene) { s.cloud.otherErr = expired }, "kubectl-access", "plugin_token_expired", "does not accept", "gcloud auth login"},
		{"kubectl with another identity", func(s *scene) {
			s.cloud.other.Email = "alice@acme.example"
			s.serve(acceptsOnly(toolToken, 403, forbiddenBody))
		}, "kubectl-access", "other_identity", "kubectl is user:alice@acme.example", "--member=user:alice@acme.example"},
		{"static token rejected", func(s *scene) {
			s.serve(acceptsOnly(toolToken, 401, unauthorizedBody))
			s.user(s.server.host, s.ca, "", "\n    token: secret")
		}, "kubectl-access", "fixed_token_refused", "static token", "get-credentials main"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			tt.change(s)
			r := s.run()
			if r.Result != Fail || r.Class != tt.class || !strings.Contains(r.Cause, tt.cause) || !strings.Contains(commands(r), tt.command) {
				t.Errorf("got %s %s: %s\n%s", r.Result, r.Class, r.Cause, commands(r))
			}
			checkStopsAt(t, r, tt.step)
		})
	}
}

// checkStopsAt fails unless a step fails and all steps after it are skipped.
func checkStopsAt(t *testing.T, r *Result, step string) {
	t.Helper()
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Verdict == Fail })
	if i < 0 || r.Steps[i].Name != step {
		t.Fatalf("want %s to fail: %+v", step, r.Steps)
	}
	for _, s := range r.Steps[i+1:] {
		if s.Verdict != Skipped || s.Message != "not reached" {
			t.Errorf("step %s was run after the failure", s.Name)
		}
	}
}

// TestUndetermined shows that what cannot be checked neither fails nor passes.
func TestUndetermined(t *testing.T) {
	unreachable := &facts.Error{Err: &url.Error{Op: "Get", URL: "https://oauth2.googleapis.com", Err: errors.New("no route")}}
	for _, tt := range []struct {
		name   string
		change func(*scene)
		step   string
	}{
		{"tokeninfo unreachable", func(s *scene) { s.cloud.infoErr = unreachable }, "identity"},
		{"no token issued", func(s *scene) { s.cloud.tokenErr = errors.New("no route") }, "identity"},
		{"cluster not readable", func(s *scene) { s.cloud.controlPlaneErr = googleError(503, "") }, "cluster"},
		{"server that Google does not list", func(s *scene) { s.kubeconfig("tunnel.example", s.ca, "") }, "kubeconfig"},
		{"Connect gateway", func(s *scene) {
			s.target.Entry.cluster.Server = "https://connectgateway.googleapis.com/v1/projects/1/locations/global/gkeMemberships/main"
		}, "kubeconfig"},
		{"server URL with a path", func(s *scene) { s.target.Entry.cluster.Server = "https://192.0.2.1/k8s/clusters/c-1" }, "kubeconfig"},
		{"no CA from Google", func(s *scene) { s.cloud.controlPlane.MasterAuth.CA = "" }, "api-server"},
		{"body that is not a list", func(s *scene) { s.serve(responds(200, "welcome")) }, "namespaces"},
		{"503", func(s *scene) { s.serve(responds(503, "")) }, "namespaces"},
		{"redirect", func(s *scene) { s.serve(responds(302, "")) }, "namespaces"},
		{"403 without a Status", func(s *scene) { s.serve(responds(403, "<html>")) }, "namespaces"},
		{"client certificate", func(s *scene) { s.user(s.server.host, s.ca, "", "\n    client-certificate-data: YQ==") }, "login"},
		{"removed auth-provider, unknown kubectl", func(s *scene) {
			s.user(s.server.host, s.ca, "", "\n    auth-provider: {name: gcp}")
			s.missing = []string{"kubectl"}
		}, "login"},
		{"another auth-provider", func(s *scene) { s.user(s.server.host, s.ca, "", "\n    auth-provider: {name: oidc}") }, "login"},
		{"verification off", func(s *scene) { s.kubeconfig("192.0.2.99", nil, "\n    insecure-skip-tls-verify: true") }, "kubeconfig"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			tt.change(s)
			r := s.run()
			if r.Result != Undetermined || r.verdicts()[tt.step] != Undetermined || r.Cause == "" {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// TestTokensGoToTheClusterOnly shows that a server that only the kubeconfig names
// gets no token.
func TestTokensGoToTheClusterOnly(t *testing.T) {
	for name, lines := range map[string]string{"another CA": "", "verification off": "\n    insecure-skip-tls-verify: true"} {
		s := newScene(t)
		other := newAuthority(t)
		thief := serve(t, other.server(t, time.Now().Add(time.Hour)), responds(200, namespaceList))
		var ca *authority
		if lines == "" {
			ca = other
		}
		s.kubeconfig(thief.host, ca, lines)
		if r := s.run(); r.Result == Pass || len(thief.tokens()) != 0 {
			t.Errorf("%s: result %s, and the server got %d tokens", name, r.Result, len(thief.tokens()))
		}
	}
}

// TestOtherTokensAreNotSentToGoogle shows that only tokens of Google's plugin are
// sent to Google.
func TestOtherTokensAreNotSentToGoogle(t *testing.T) {
	s := newScene(t)
	s.target.Entry.user.Exec.Command = "other-login"
	s.programs["other-login"] = s.programs[pluginName]
	if r := s.run(); r.Result != Pass || len(s.cloud.lookedUp) != 0 {
		t.Errorf("got %+v, and Google got %d tokens", r, len(s.cloud.lookedUp))
	}
	s = newScene(t)
	if s.run(); len(s.cloud.lookedUp) != 1 {
		t.Errorf("Google got %d tokens of its plugin, want 1", len(s.cloud.lookedUp))
	}
}

func TestKubectlWithAnotherIdentity(t *testing.T) {
	s := newScene(t)
	s.cloud.other.Email = "alice@acme.example"
	r := s.run()
	if last := r.Steps[len(r.Steps)-1]; r.Result != Pass || !strings.Contains(last.Message, "kubectl is user:alice@acme.example") {
		t.Errorf("got %+v", r)
	}
}

func TestOldKubectlNeedsNoPlugin(t *testing.T) {
	s := newScene(t)
	s.programs["kubectl"] = prints(`{"clientVersion":{"major":"1","minor":"24"}}`)
	s.user(s.server.host, s.ca, "", "\n    auth-provider: {name: gcp}")
	if r := s.run(); r.Result != Pass {
		t.Errorf("got %+v", r)
	}
}

// TestWithoutContext shows that without a context no program is run.
func TestWithoutContext(t *testing.T) {
	s := newScene(t)
	s.target.Entry = nil
	r := s.run()
	if r.Result != Pass || len(s.ran) != 0 || r.verdicts()["kubeconfig"] != Skipped || r.Server != "https://"+s.server.host {
		t.Errorf("got %+v after running %v", r, s.ran)
	}
}

// A broken transport returns an error.
type broken struct{ err error }

func (b broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, b.err }

func TestUnreachableEndpoints(t *testing.T) {
	timeout := context.DeadlineExceeded
	networks := gcp.AuthorizedNetworks{Enabled: true}
	if err := json.Unmarshal([]byte(`[{"cidrBlock":"198.51.100.0/24"}]`), &networks.Blocks); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		change  func(*gcp.ControlPlane)
		host    string
		err     error
		class   string
		cause   string
		command string
	}{
		{"private", func(p *gcp.ControlPlane) { p.Private.PrivateEndpoint = "10.0.0.2" }, "10.0.0.2", timeout, "endpoint_unreachable", "is private", "--enable-dns-access"},
		{"private, with DNS endpoint", func(p *gcp.ControlPlane) {
			p.Private.PrivateEndpoint, p.Endpoints.DNS.Endpoint, p.Endpoints.DNS.External = "10.0.0.2", "gke-1.gke.goog", true
		}, "10.0.0.2", timeout, "endpoint_unreachable", "is private", "get-credentials main --location=europe-west1 --project=acme-prod --dns-endpoint"},
		{"authorized networks", func(p *gcp.ControlPlane) { p.Authorized = networks }, "192.0.2.1", timeout, "endpoint_unreachable", "(198.51.100.0/24)", "--master-authorized-networks=198.51.100.0/24,YOUR_ADDRESS/32"},
		{"firewall", func(*gcp.ControlPlane) {}, "192.0.2.1", timeout, "endpoint_unreachable", "firewall", "curl"},
		{"unreachable network", func(*gcp.ControlPlane) {}, "192.0.2.1", &net.OpError{Op: "dial", Err: syscall.ENETUNREACH}, "endpoint_unreachable", "firewall", "curl"},
		{"DNS endpoint", func(p *gcp.ControlPlane) { p.Endpoints.DNS.Endpoint = "gke-1.gke.goog" }, "gke-1.gke.goog", timeout, "endpoint_unreachable", "DNS endpoint", "curl"},
		{"unknown host", func(p *gcp.ControlPlane) { p.Endpoints.DNS.Endpoint = "gke-1.gke.goog" }, "gke-1.gke.goog",
			&net.DNSError{Err: "no such host", Name: "gke-1.gke.goog", IsNotFound: true}, "endpoint_unknown", "does not resolve", "--dns-endpoint"},
		{"refused", func(*gcp.ControlPlane) {}, "192.0.2.1", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "endpoint_refused", "repaired or upgraded", "operations list"},
		{"tunnel", func(*gcp.ControlPlane) {}, "127.0.0.1:8443", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "endpoint_refused", "the tunnel is not up", "get-credentials"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t)
			s.cloud.controlPlane.Endpoint = "192.0.2.1"
			tt.change(&s.cloud.controlPlane)
			s.kubeconfig(tt.host, s.ca, "")
			s.env.Connect = func(Trust) http.RoundTripper { return broken{tt.err} }
			r := s.run()
			if r.Result != Fail || r.Class != tt.class || !strings.Contains(r.Cause, tt.cause) || !strings.Contains(commands(r), tt.command) {
				t.Errorf("got %s %s: %s\n%s", r.Result, r.Class, r.Cause, commands(r))
			}
			checkStopsAt(t, r, "api-server")
		})
	}
}

func TestHangingServer(t *testing.T) {
	s := newScene(t)
	s.patience = 200 * time.Millisecond
	s.serve(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	if r := s.run(); r.Class != "endpoint_unreachable" {
		t.Errorf("got %+v", r)
	}
}

func TestRefusingServer(t *testing.T) {
	s := newScene(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.cloud.controlPlane.Endpoint = l.Addr().String()
	s.kubeconfig(l.Addr().String(), s.ca, "")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if r := s.run(); r.Class != "endpoint_refused" {
		t.Errorf("got %+v", r)
	}
}

// dns makes the server of the scene the DNS endpoint, and its CA one of the
// system's.
func (s *scene) dns(handle http.HandlerFunc) {
	s.serve(handle)
	s.cloud.controlPlane.Endpoint, s.cloud.controlPlane.MasterAuth.CA = "", ""
	s.cloud.controlPlane.Endpoints.DNS.Endpoint, s.cloud.controlPlane.Endpoints.DNS.External = s.server.host, true
	s.kubeconfig(s.server.host, nil, "")
	s.env.Connect = func(t Trust) http.RoundTripper {
		if t.Roots != nil {
			s.t.Error("the DNS endpoint must be verified by public CAs")
		}
		t.Roots = certPool(s.ca.pem)
		return Transport(t)
	}
}

func TestDNSEndpoint(t *testing.T) {
	const refusal = `Permission 'container.clusters.connect' denied`
	for _, tt := range []struct {
		name   string
		handle http.HandlerFunc
		change func(*scene)
		result Verdict
		class  string
		step   Verdict // of connect-permission
	}{
		{"works", responds(200, namespaceList), func(*scene) {}, Pass, "", Pass},
		{"granted on the cluster only", responds(200, namespaceList), func(s *scene) { s.cloud.holds = false }, Pass, "", Pass},
		{"not granted", responds(403, "no"), func(s *scene) { s.cloud.holds = false }, Fail, "connect_denied", Undetermined},
		{"denied by the endpoint", responds(403, refusal), func(*scene) {}, Fail, "connect_denied", Pass},
		{"no traffic from outside", responds(403, "no"), func(s *scene) { s.cloud.controlPlane.Endpoints.DNS.External = false }, Fail, "endpoint_forbidden", Pass},
		{"RBAC", responds(403, forbiddenBody), func(*scene) {}, Fail, "rbac_forbidden_403", Pass},
		{"permission not testable", responds(200, namespaceList), func(s *scene) { s.cloud.holdsErr = googleError(503, "") }, Pass, "", Pass},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t)
			s.dns(tt.handle)
			tt.change(s)
			r := s.run()
			if r.Result != tt.result || r.Class != tt.class || r.verdicts()["connect-permission"] != tt.step {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// TestOtherStepsStayUndetermined shows that resolving one undetermined step leaves
// the others.
func TestOtherStepsStayUndetermined(t *testing.T) {
	s := newScene(t)
	s.dns(responds(200, namespaceList))
	s.cloud.holds = false
	s.target.Entry.user.Exec, s.target.Entry.user.ClientCertificateData = nil, []byte("x")
	if r := s.run(); r.Result != Undetermined || !strings.Contains(r.Cause, "client certificate") {
		t.Errorf("got %+v", r)
	}
}
