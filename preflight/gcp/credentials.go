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

// ErrNoCredentials means that no credentials were found.
var ErrNoCredentials = errors.New("find credentials: there are none")

// An Environment is where credentials are looked for.
type Environment struct {
	Getenv   func(string) string
	ReadFile func(string) ([]byte, error)
	// HTTP sends the requests that make tokens; nil for the standard way.
	HTTP http.RoundTripper
	// Endpoint replaces Google's hosts, as in Options.
	Endpoint string
}

// Credentials are whom a caller asks as.
type Credentials struct {
	TokenSource oauth2.TokenSource
	// Source says in words where they were found.
	Source string
	// QuotaProject is the project that users' requests are billed to; may be
	// empty.
	QuotaProject string
}

const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

// FindCredentials looks where the google provider looks, in its order. Where
// there are none the error is ErrNoCredentials.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/guides/provider_reference.html.markdown
func FindCredentials(ctx context.Context, env Environment) (*Credentials, error) {
	if token := env.Getenv("GOOGLE_OAUTH_ACCESS_TOKEN"); token != "" {
		source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
		return env.quota(&Credentials{TokenSource: source, Source: "GOOGLE_OAUTH_ACCESS_TOKEN"}, ""), nil
	}
	for _, name := range []string{"GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON"} {
		if value := env.Getenv(name); value != "" {
			return env.pathOrJSON(ctx, name, value)
		}
	}
	if file := env.Getenv("GOOGLE_APPLICATION_CREDENTIALS"); file != "" {
		return env.file(ctx, "GOOGLE_APPLICATION_CREDENTIALS", file)
	}
	if file := env.applicationDefault(); file != "" {
		if data, err := env.ReadFile(file); err == nil {
			return env.fromJSON(ctx, "application default credentials", data)
		}
	}
	return env.metadataServer(ctx)
}

// applicationDefault is where gcloud keeps them.
func (e Environment) applicationDefault() string {
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

func (e Environment) pathOrJSON(ctx context.Context, source, value string) (*Credentials, error) {
	if strings.HasPrefix(strings.TrimSpace(value), "{") {
		return e.fromJSON(ctx, source, []byte(value))
	}
	return e.file(ctx, source, value)
}

func (e Environment) file(ctx context.Context, source, name string) (*Credentials, error) {
	data, err := e.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the credentials that %s names: %w", source, err)
	}
	return e.fromJSON(ctx, source, data)
}

// fromJSON reads a key, a user's login, or the configuration of a federated or
// an impersonated identity. Its errors quote nothing of it.
func (e Environment) fromJSON(ctx context.Context, source string, data []byte) (*Credentials, error) {
	var head struct {
		Type         string `json:"type"`
		QuotaProject string `json:"quota_project_id"`
	}
	if json.Unmarshal(data, &head) != nil || head.Type == "" {
		return nil, fmt.Errorf("read the credentials of %s: they are not the JSON of credentials\nhint: gcloud auth application-default login", source)
	}
	ctx, err := e.client(ctx)
	if err != nil {
		return nil, err
	}
	found, err := google.CredentialsFromJSONWithType(ctx, data, google.CredentialsType(head.Type), cloudPlatform, "https://www.googleapis.com/auth/userinfo.email")
	if err != nil {
		return nil, fmt.Errorf("read the credentials of %s: they are not usable as %q\nhint: gcloud auth application-default login", source, head.Type)
	}
	c := &Credentials{TokenSource: found.TokenSource, Source: source}
	return e.quota(c, head.QuotaProject), nil
}

// client puts the way to the endpoint under the requests that make tokens. They
// carry secrets, which no redirect takes elsewhere and no plain http shows.
func (e Environment) client(ctx context.Context) (context.Context, error) {
	base := e.HTTP
	if base == nil {
		base = standardTransport()
	}
	base, err := atEndpoint(e.Endpoint, confidential{base})
	if err != nil {
		return nil, err
	}
	return context.WithValue(ctx, oauth2.HTTPClient, &http.Client{
		Transport:     base,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}), nil
}

// confidential sends secrets over TLS only, but to this machine. What carries
// none may go in the clear: federated identities fetch their subject's token
// from the metadata server of another cloud, which speaks http only.
type confidential struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (c confidential) RoundTrip(r *http.Request) (*http.Response, error) {
	secret := r.Body != nil && r.Body != http.NoBody || r.Header.Get("Authorization") != ""
	if secret && r.URL.Scheme != "https" && !isLoopback(r.URL.Hostname()) {
		return nil, fmt.Errorf("make a token at %s: not over %s, which shows the credentials to everybody on the way", r.URL.Host, r.URL.Scheme)
	}
	return c.next.RoundTrip(r)
}

// quota adds the project that requests are billed to: that of the environment
// before that of the credentials.
func (e Environment) quota(c *Credentials, project string) *Credentials {
	c.QuotaProject = project
	if p := e.Getenv("GOOGLE_CLOUD_QUOTA_PROJECT"); p != "" {
		c.QuotaProject = p
	}
	if p := e.Getenv("GOOGLE_BILLING_PROJECT"); p != "" && e.Getenv("USER_PROJECT_OVERRIDE") == "true" {
		c.QuotaProject = p
	}
	return c
}

// metadataServer gives the account of the machine, on Google's machines.
func (e Environment) metadataServer(ctx context.Context) (*Credentials, error) {
	if e.Getenv("NO_GCE_CHECK") == "true" || e.Endpoint != "" || !metadata.OnGCEWithContext(ctx) {
		return nil, fmt.Errorf("%w: neither GOOGLE_OAUTH_ACCESS_TOKEN, GOOGLE_CREDENTIALS, GOOGLE_APPLICATION_CREDENTIALS, application default credentials nor a metadata server\nhint: gcloud auth application-default login", ErrNoCredentials)
	}
	return &Credentials{TokenSource: google.ComputeTokenSource("", cloudPlatform), Source: "the machine's metadata server"}, nil
}
