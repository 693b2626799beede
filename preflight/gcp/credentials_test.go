package gcp

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/oauth2"
)

// keyFile returns a new service account key.
func keyFile(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "acme-prod", "private_key_id": "1", "client_email": "terraform@acme-prod.iam.gserviceaccount.com",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "token_uri": "https://oauth2.googleapis.com/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const userFile = `{"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r", "quota_project_id": "acme-quota"}`

// TestFindCredentials: credentials are found in the order of the google provider.
func TestFindCredentials(t *testing.T) {
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/oauth2.googleapis.com/token" {
			t.Errorf("got a request for %s", r.URL.Path)
		}
		answer(w, 200, `{"access_token": "made", "expires_in": 3600, "token_type": "Bearer"}`)
	}))
	defer tokens.Close()
	key := keyFile(t)
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	keyPath := write("key.json", key)
	write(".config/gcloud/application_default_credentials.json", userFile)
	for _, tt := range []struct {
		name                 string
		env                  map[string]string
		source, token, quota string
	}{
		{"token", map[string]string{"GOOGLE_OAUTH_ACCESS_TOKEN": "given", "GOOGLE_CREDENTIALS": key}, "GOOGLE_OAUTH_ACCESS_TOKEN", "given", ""},
		{"key in a variable", map[string]string{"GOOGLE_CREDENTIALS": key, "GOOGLE_APPLICATION_CREDENTIALS": "absent"}, "GOOGLE_CREDENTIALS", "made", ""},
		{"key in a file", map[string]string{"GOOGLE_CREDENTIALS": keyPath}, "GOOGLE_CREDENTIALS", "made", ""},
		{"older variable", map[string]string{"GCLOUD_KEYFILE_JSON": keyPath}, "GCLOUD_KEYFILE_JSON", "made", ""},
		{"application credentials file", map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": keyPath, "HOME": dir}, "GOOGLE_APPLICATION_CREDENTIALS", "made", ""},
		{"user login", map[string]string{"HOME": dir}, "application default credentials", "made", "acme-quota"},
		{"user login with another quota project", map[string]string{"HOME": dir, "GOOGLE_CLOUD_QUOTA_PROJECT": "acme-other"}, "application default credentials", "made", "acme-other"},
		{"billing project without the override", map[string]string{"GOOGLE_OAUTH_ACCESS_TOKEN": "given", "GOOGLE_BILLING_PROJECT": "acme-bill"}, "GOOGLE_OAUTH_ACCESS_TOKEN", "given", ""},
		{"billing project with the override", map[string]string{"GOOGLE_OAUTH_ACCESS_TOKEN": "given", "GOOGLE_BILLING_PROJECT": "acme-bill", "USER_PROJECT_OVERRIDE": "true"}, "GOOGLE_OAUTH_ACCESS_TOKEN", "given", "acme-bill"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := FindCredentials(context.Background(), CredentialsEnv{
				Getenv: func(name string) string { return tt.env[name] }, ReadFile: os.ReadFile, Endpoint: tokens.URL,
			})
			if err != nil {
				t.Fatal(err)
			}
			token, err := c.TokenSource.Token()
			if err != nil {
				t.Fatal(err)
			}
			if c.Source != tt.source || token.AccessToken != tt.token || c.QuotaProject != tt.quota {
				t.Errorf("got token %q, source %q, quota project %q; want %q, %q, %q", token.AccessToken, c.Source, c.QuotaProject, tt.token, tt.source, tt.quota)
			}
		})
	}
}

// TestNoCredentials: errors have a hint, and quote nothing of the credentials.
func TestNoCredentials(t *testing.T) {
	broken := strings.Replace(keyFile(t), "BEGIN PRIVATE KEY", "BEGIN SECRET", 1)
	for name, env := range map[string]map[string]string{
		"none":          {"NO_GCE_CHECK": "true"},
		"not JSON":      {"GOOGLE_CREDENTIALS": "{very secret"},
		"no type":       {"GOOGLE_CREDENTIALS": `{"private_key": "very secret"}`},
		"unknown type":  {"GOOGLE_CREDENTIALS": `{"type": "magic", "private_key": "very secret"}`},
		"missing file":  {"GOOGLE_APPLICATION_CREDENTIALS": "/no/such/file"},
		"malformed key": {"GOOGLE_CREDENTIALS": broken},
	} {
		c, err := FindCredentials(context.Background(), CredentialsEnv{
			Getenv: func(name string) string { return env[name] }, ReadFile: os.ReadFile,
		})
		if err == nil {
			_, err = c.TokenSource.Token()
		}
		if err == nil || strings.Contains(err.Error(), "very secret") || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: got error %v", name, err)
		}
		if name == "none" && (!errors.Is(err, ErrNoCredentials) || !strings.Contains(err.Error(), "hint: gcloud auth")) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

// TestCredentialsNotRedirected: requests for tokens carry the credentials, and
// follow no redirect to another server.
func TestCredentialsNotRedirected(t *testing.T) {
	var stolen []string
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		stolen = append(stolen, r.Method+" "+string(body)+r.Header.Get("Authorization"))
		answer(w, 200, `{"access_token": "made", "expires_in": 3600, "token_type": "Bearer"}`)
	}))
	defer thief.Close()
	status := 0
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, thief.URL+"/steal", status)
	}))
	defer tokens.Close()
	for name, file := range map[string]string{"user login": userFile, "key": keyFile(t)} {
		for _, status = range []int{301, 302, 303, 307, 308} {
			c, err := FindCredentials(context.Background(), CredentialsEnv{
				Getenv: func(n string) string { return map[string]string{"GOOGLE_CREDENTIALS": file}[n] }, Endpoint: tokens.URL,
			})
			if err != nil {
				t.Fatal(err)
			}
			if token, err := c.TokenSource.Token(); err == nil {
				t.Errorf("%s: %d: got token %q from another server", name, status, token.AccessToken)
			}
		}
	}
	if len(stolen) > 0 {
		t.Errorf("another server received %q", stolen)
	}
}

// TestCredentialsEncrypted: credentials are sent over TLS or to this machine only.
func TestCredentialsEncrypted(t *testing.T) {
	for _, tt := range []struct {
		method, url, body, authorization string
		sent                             bool
	}{
		{"POST", "https://oauth2.googleapis.com/token", "refresh_token=r", "", true},
		{"POST", "http://oauth2.googleapis.com/token", "refresh_token=r", "", false},
		{"POST", "http://127.0.0.1:1/token", "refresh_token=r", "", true},
		{"POST", "http://localhost.evil.example/token", "refresh_token=r", "", false},
		{"GET", "http://evil.example/token", "", "Bearer b", false},
		{"GET", "http://169.254.169.254/metadata/identity/oauth2/token", "", "", true}, // Azure
		{"PUT", "http://169.254.169.254/latest/api/token", "", "", true},               // AWS
	} {
		sent := false
		base := roundTrip(func(r *http.Request) (*http.Response, error) {
			sent = true
			return &http.Response{StatusCode: 200, Body: http.NoBody, Request: r}, nil
		})
		ctx, err := CredentialsEnv{Transport: base}.withHTTPClient(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(ctx, tt.method, tt.url, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		if tt.authorization != "" {
			r.Header.Set("Authorization", tt.authorization)
		}
		answer, err := ctx.Value(oauth2.HTTPClient).(*http.Client).Do(r)
		if err == nil {
			_ = answer.Body.Close()
		}
		if sent != tt.sent || (err == nil) != tt.sent {
			t.Errorf("%s %s: sent = %t, error %v; want sent = %t", tt.method, tt.url, sent, err, tt.sent)
		}
	}
}

// roundTrip is a function that implements http.Transport.
type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.Transport.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
