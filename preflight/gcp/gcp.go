// Package gcp reads from Google Cloud, and changes nothing: an allowlist of the
// few methods that only read lets no other request out. The clients of
// google.golang.org/api share one stack of transports, from top to bottom:
// allowlist, retries (within quotas), authentication, recording, limits,
// endpoint, first connection.
//
// It returns types of the packages facts and iam. It knows nothing about plans and
// rules, and makes no judgement.
package gcp

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	crmv1 "google.golang.org/api/cloudresourcemanager/v1"
	crmv3 "google.golang.org/api/cloudresourcemanager/v3"
	iamv1 "google.golang.org/api/iam/v1"
	"google.golang.org/api/iamcredentials/v1"
	"google.golang.org/api/option"
	"google.golang.org/api/serviceusage/v1"
)

// Options configure a Client.
type Options struct {
	// Endpoint is a server to use in place of Google: each request for
	// https://HOST/PATH goes to Endpoint/HOST/PATH. Plain http is only allowed to a
	// loopback address. Empty for Google.
	Endpoint string
	// Transport sends the requests; nil for a default transport.
	Transport http.RoundTripper
	// Recorder records all requests and responses; nil for no recording.
	Recorder *Recorder
	// Credentials are the caller's.
	Credentials *Credentials
	// UserAgent is sent with each request.
	UserAgent string
	// Logger logs every request, without tokens; nil for no logging.
	Logger *slog.Logger
	// Backoff makes the pauses between attempts; nil for exponential ones.
	Backoff func() backoff.BackOff
	// NoQuotas reports that Transport replays a snapshot or is a fake, so that no request
	// has to wait for quotas.
	NoQuotas bool
	// AttemptTimeout is the timeout of each attempt; 0 for 30 seconds.
	AttemptTimeout time.Duration
}

// A Client reads from Google Cloud as one caller, with one embedded type for each
// API. It is safe for concurrent use.
type Client struct {
	resourceManager
	serviceUsage
	iamAPI
	containerAPI
	computeAPI
	kmsAPI
	orgPolicyAPI
	troubleshooterAPI
	tokenInfoAPI

	shared *shared
	tokens tokenSource
	// original is the client that this one was derived from by As; nil if it was
	// not.
	original  *Client
	iamTokens *iamcredentials.Service
}

// shared is what a client and the clients derived from it have in common.
type shared struct {
	options Options
	base    http.RoundTripper
	quotas  quotas
	counter *counter
	// methods returns Methods, compiled on first use.
	methods func() []AllowedMethod
	// connect makes the API clients of a client.
	connect func(*Client, context.Context, *http.Client) error
}

// New returns a client. Its errors are about the endpoint.
func New(ctx context.Context, o Options) (*Client, error) {
	base := o.Transport
	if base == nil {
		base = newFirstConnection(defaultTransport())
	}
	base, err := withEndpoint(o.Endpoint, base)
	if err != nil {
		return nil, err
	}
	base = newLimits(base)
	if o.Recorder != nil {
		base = o.Recorder.Wrap(base)
	}
	if o.AttemptTimeout == 0 {
		o.AttemptTimeout = 30 * time.Second
	}
	s := &shared{options: o, base: base, counter: newCounter(), methods: sync.OnceValue(AllowedMethods), connect: (*Client).connect}
	if !o.NoQuotas {
		s.quotas = knownQuotas()
	}
	return s.client(ctx, newOAuthSource(o.Credentials.TokenSource), o.Credentials.QuotaProject)
}

// defaultTransport returns a transport that opens as many connections as requests
// may be in flight, and keeps them open.
func defaultTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost, t.MaxConnsPerHost = maxConcurrent, maxPerHost, maxPerHost
	return t
}

// client returns a client that authenticates with the tokens of t.
func (s *shared) client(ctx context.Context, t tokenSource, quotaProject string) (*Client, error) {
	var stack http.RoundTripper = &authTransport{next: s.base, tokens: t, quotaProject: quotaProject}
	stack = &retryTransport{next: stack, quotas: s.quotas, backoff: s.options.Backoff, timeout: s.options.AttemptTimeout}
	stack = &allowlist{next: stack, methods: s.methods, counter: s.counter, userAgent: s.options.UserAgent, logger: s.options.Logger}
	c := &Client{shared: s, tokens: t}
	return c, s.connect(c, ctx, &http.Client{
		Transport:     stack,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
}

// connect makes the API clients, which send their requests through h. It sends no
// request.
func (c *Client) connect(ctx context.Context, h *http.Client) error {
	o := option.WithHTTPClient(h)
	var errs [5]error
	c.resourceManager.projects, errs[0] = crmv3.NewService(ctx, o)
	c.ancestors, errs[1] = crmv1.NewService(ctx, o)
	c.services, errs[2] = serviceusage.NewService(ctx, o)
	c.iam, errs[3] = iamv1.NewService(ctx, o)
	c.iamTokens, errs[4] = iamcredentials.NewService(ctx, o)
	r := rest{h}
	c.iamAPI.projects = c.resourceManager.projects
	c.resourceManager.rest, c.iamAPI.rest = r, r
	c.containerAPI, c.computeAPI, c.kmsAPI = containerAPI{r}, computeAPI{r}, kmsAPI{r}
	c.orgPolicyAPI, c.troubleshooterAPI, c.tokenInfoAPI = orgPolicyAPI{r}, troubleshooterAPI{r}, tokenInfoAPI{h}
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("make the API clients: %w", err)
		}
	}
	return nil
}

// Impersonate returns a client that impersonates a service account, with a token that it
// generates when it is first needed. Delegates is the delegation chain, the
// account that c itself impersonates first. If that fails there is no client to
// fall back on: the response to c says nothing about the account.
func (c *Client) Impersonate(account string, delegates []string) (*Client, error) {
	t := &impersonatedSource{owner: c, account: account, delegates: delegates}
	other, err := c.shared.client(context.Background(), t, "")
	if err != nil {
		return nil, fmt.Errorf("impersonate %s: %w", account, err)
	}
	other.original = c.Original()
	return other, nil
}

// Original returns the client of the original credentials, which impersonates
// nobody.
func (c *Client) Original() *Client {
	if c.original != nil {
		return c.original
	}
	return c
}

// RequestCounts returns the number of requests so far by method ID.
func (c *Client) RequestCounts() map[string]int { return c.shared.counter.snapshot() }
