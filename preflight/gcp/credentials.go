package gcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"

	"cloud.google.com/go/compute/metadata"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

// ErrNoCredentials means that there are no credentials.
var ErrNoCredentials = errors.New("no Google credentials found")

// An CredentialsEnv is where FindCredentials looks for credentials.
type CredentialsEnv struct {
	Getenv   func(string) string
	ReadFile func(string) ([]byte, error)
	// Transport sends the requests for tokens; nil for a default transport.
	Transport http.RoundTripper
	// Endpoint is a server to use in place of Google, as in Options.
	Endpoint string
}

// Credentials are the credentials of a caller.
type Credentials struct {
	TokenSource oauth2.TokenSource
	// Source describes where they were found.
	Source string
	// QuotaProject is the project that requests are billed to; empty for the
	// credentials' own.
	QuotaProject string
}

const (
	cloudPlatformScope = "https://www.googleapis.com/auth/cloud-platform"
	emailScope         = "https://www.googleapis.com/auth/userinfo.email"
)

// FindCredentials returns the credentials that the Terraform provider google would
// use: it looks in the same places, in the same order. The error is
// ErrNoCredentials if there are none.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/guides/provider_reference.html.markdown
func FindCredentials(ctx context.Context, env CredentialsEnv) (*Credentials, error) {
	if token := env.Getenv("GOOGLE_OAUTH_ACCESS_TOKEN"); token != "" {
		source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
		return env.withQuotaProject(&Credentials{TokenSource: source, Source: "GOOGLE_OAUTH_ACCESS_TOKEN"}, ""), nil
	}
	for _, name := range []string{"GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON"} {
		if value := env.Getenv(name); value != "" {
			return env.pathOrJSON(ctx, name, value)
		}
	}
	if file := env.Getenv("GOOGLE_APPLICATION_CREDENTIALS"); file != "" {
		return env.file(ctx, "GOOGLE_APPLICATION_CREDENTIALS", file)
	}
	if file := env.applicationDefaultFile(); file != "" {
		if data, err := env.ReadFile(file); err == nil {
			return env.fromJSON(ctx, "application default credentials", data)
		}
	}
	return env.metadataServer(ctx)
}

// applicationDefaultFile returns the file where gcloud saves the application
// default credentials; empty if it cannot be known.
func (e CredentialsEnv) applicationDefaultFile() string {
	const name = "application_default_credentials.json"
	switch {
	case e.Getenv("CLOUDSDK_CONFIG") != "":
		return filepath.Join(e.Getenv("CLOUDSDK_CONFIG"), name)
	case e.Getenv("APPDATA") != "":
		return filepath.Join(e.Getenv("APPDATA"), "gcloud", name)
	case e.Getenv("HOME") != "":
		return filepath.Join(e.Getenv("HOME"), ".config", "gcloud", name)
	}
	return ""
}

func (e CredentialsEnv) pathOrJSON(ctx context.Context, source, value string) (*Credentials, error) {
	if strings.HasPrefix(strings.TrimSpace(value), "{") {
		return e.fromJSON(ctx, source, []byte(value))
	}
	return e.file(ctx, source, value)
}

func (e CredentialsEnv) file(ctx context.Context, source, name string) (*Credentials, error) {
	data, err := e.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the credentials file in %s: %w", source, err)
	}
	return e.fromJSON(ctx, source, data)
}

// fromJSON parses a service account key, a user's login, or the configuration of a
// federated or impersonated identity. Its errors quote nothing of it.
func (e CredentialsEnv) fromJSON(ctx context.Context, source string, data []byte) (*Credentials, error) {
	var head struct {
		Type         string `json:"type"`
		QuotaProject string `json:"quota_project_id"`
	}
	if json.Unmarshal(data, &head) != nil || head.Type == "" {
		return nil, fmt.Errorf("parse the credentials in %s: not a JSON object with a type\nhint: gcloud auth application-default login", source)
	}
	ctx, err := e.withHTTPClient(ctx)
	if err != nil {
		return nil, err
	}
	found, err := google.CredentialsFromJSONWithType(ctx, data, google.CredentialsType(head.Type), cloudPlatformScope, emailScope)
	if err != nil {
		return nil, fmt.Errorf("parse the credentials in %s: not valid credentials of type %q\nhint: gcloud auth application-default login", source, head.Type)
	}
	c := &Credentials{TokenSource: found.TokenSource, Source: source}
	return e.withQuotaProject(c, head.QuotaProject), nil
}

// withHTTPClient returns a context with the Transport client for requests for tokens.
// These carry secrets, so that the client follows no redirect and sends no secret
// in plain text.
func (e CredentialsEnv) withHTTPClient(ctx context.Context) (context.Context, error) {
	base := e.Transport
	if base == nil {
		base = defaultTransport()
	}
	base, err := withEndpoint(e.Endpoint, secureTransport{base})
	if err != nil {
		return nil, err
	}
	return context.WithValue(ctx, oauth2.HTTPClient, &http.Client{
		Transport:     base,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}), nil
}

// secureTransport sends secrets over TLS only, except to this machine. Requests
// without secrets may use plain http: federated identities get their subject token
// from the metadata server of another cloud, which has no TLS.
type secureTransport struct{ next http.RoundTripper }

// RoundTrip implements http.Transport.
func (t secureTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	hasSecret := r.Body != nil && r.Body != http.NoBody || r.Header.Get("Authorization") != ""
	if hasSecret && r.URL.Scheme != "https" && !isLoopback(r.URL.Hostname()) {
		return nil, fmt.Errorf("get a token from %s: not sending credentials over %s, which is not encrypted", r.URL.Host, r.URL.Scheme)
	}
	return t.next.RoundTrip(r)
}

// withQuotaProject sets the project that requests are billed to: project, unless
// the environment names another one.
func (e CredentialsEnv) withQuotaProject(c *Credentials, project string) *Credentials {
	c.QuotaProject = project
	if p := e.Getenv("GOOGLE_CLOUD_QUOTA_PROJECT"); p != "" {
		c.QuotaProject = p
	}
	if p := e.Getenv("GOOGLE_BILLING_PROJECT"); p != "" && e.Getenv("USER_PROJECT_OVERRIDE") == "true" {
		c.QuotaProject = p
	}
	return c
}

// metadataServer returns the credentials of the machine's service account, if the
// machine runs on Google Cloud.
func (e CredentialsEnv) metadataServer(ctx context.Context) (*Credentials, error) {
	if e.Getenv("NO_GCE_CHECK") == "true" || e.Endpoint != "" || !metadata.OnGCEWithContext(ctx) {
		return nil, fmt.Errorf("%w (looked at GOOGLE_OAUTH_ACCESS_TOKEN, GOOGLE_CREDENTIALS, GOOGLE_APPLICATION_CREDENTIALS, application default credentials and the metadata server)\nhint: gcloud auth application-default login", ErrNoCredentials)
	}
	return &Credentials{TokenSource: google.ComputeTokenSource("", cloudPlatformScope), Source: "the machine's metadata server"}, nil
}
