// Package gcp asks Google Cloud, and changes nothing: every request passes a
// guard that knows the few methods that only read. Under the clients of
// google.golang.org/api lies one stack of transports: guard, retries
// under quotas, credentials, bounds, endpoint.
//
// Its policies and roles are those of package iam. It knows nothing of plans and
// rules, and judges nothing.
package gcp

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
	crmv1 "google.golang.org/api/cloudresourcemanager/v1"
	crmv3 "google.golang.org/api/cloudresourcemanager/v3"
	iamv1 "google.golang.org/api/iam/v1"
	"google.golang.org/api/iamcredentials/v1"
	"google.golang.org/api/option"
	"google.golang.org/api/serviceusage/v1"
)

// Options are what a Client is made of.
type Options struct {
	// Endpoint replaces Google: each request for https://HOST/PATH goes to
	// Endpoint/HOST/PATH. Plain http is only allowed to a loopback address.
	Endpoint string
	// HTTP sends the requests; nil for the standard way.
	HTTP http.RoundTripper
	// Recorder keeps all that is asked and answered; nil keeps nothing.
	Recorder *Recorder
	// Credentials are those of the caller.
	Credentials *Credentials
	// UserAgent is sent with each request.
	UserAgent string
	// Logger is told of every request, without tokens; nil for silence.
	Logger *slog.Logger
	// Backoff makes the pauses between attempts; nil for the standard ones.
	Backoff func() backoff.BackOff
	// Replayed says that nobody answers who has quotas: HTTP is a snapshot or a
	// fixture, and is asked without waiting.
	Replayed bool
	// AttemptTimeout bounds each attempt; 0 for 30 s.
	AttemptTimeout time.Duration
}

// A Client asks Google Cloud on behalf of one caller. It is safe for
// concurrent use.
type Client struct {
	shared *shared
	http   *http.Client
	// original is the client that this one was derived from; nil where it was not.
	original *Client

	projects     *crmv3.Service
	ancestors    *crmv1.Service
	services     *serviceusage.Service
	iam          *iamv1.Service
	iamTokens    *iamcredentials.Service
	tokenOfOwner tokens
}

// shared is what a client and those derived from it have in common.
type shared struct {
	options Options
	base    http.RoundTripper
	quotas  quotas
	counter *counter
	// connect makes the API clients of a client.
	connect func(*Client, context.Context) error
}

// New makes a client. Its errors are about the endpoint.
func New(ctx context.Context, o Options) (*Client, error) {
	base := o.HTTP
	if base == nil {
		base = newSharing(standardTransport())
	}
	base, err := atEndpoint(o.Endpoint, base)
	if err != nil {
		return nil, err
	}
	base = newBounds(base)
	if o.Recorder != nil {
		base = o.Recorder.Wrap(base)
	}
	if o.AttemptTimeout == 0 {
		o.AttemptTimeout = 30 * time.Second
	}
	s := &shared{options: o, base: base, counter: newCounter(), connect: (*Client).connect}
	if !o.Replayed {
		s.quotas = knownQuotas()
	}
	return s.client(ctx, tokensOf(o.Credentials.TokenSource), o.Credentials.QuotaProject)
}

// standardTransport has a connection for everything that is asked side by side,
// no more, and keeps them.
func standardTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost, t.MaxConnsPerHost = maxConcurrent, maxPerHost, maxPerHost
	return t
}

func (s *shared) client(ctx context.Context, t tokens, quotaProject string) (*Client, error) {
	var stack http.RoundTripper = &credentialed{next: s.base, tokens: t, quotaProject: quotaProject}
	stack = &retrying{next: stack, quotas: s.quotas, backoff: s.options.Backoff, attempt: s.options.AttemptTimeout}
	stack = &guarded{next: stack, counter: s.counter, userAgent: s.options.UserAgent, logger: s.options.Logger}
	c := &Client{shared: s, tokenOfOwner: t, http: &http.Client{
		Transport:     stack,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	return c, s.connect(c, ctx)
}

// connect makes the API clients. They send nothing yet.
func (c *Client) connect(ctx context.Context) error {
	o := option.WithHTTPClient(c.http)
	var errs [5]error
	c.projects, errs[0] = crmv3.NewService(ctx, o)
	c.ancestors, errs[1] = crmv1.NewService(ctx, o)
	c.services, errs[2] = serviceusage.NewService(ctx, o)
	c.iam, errs[3] = iamv1.NewService(ctx, o)
	c.iamTokens, errs[4] = iamcredentials.NewService(ctx, o)
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("make the API clients: %w", err)
		}
	}
	return nil
}

// As returns a client that asks as another service account, through a token
// that it makes when it is first needed. Delegates is the chain in between,
// nearest first. There is no client to fall back on: what is asked as the owner
// says nothing about the account.
func (c *Client) As(account string, delegates []string) (*Client, error) {
	t := tokensOf(&impersonated{owner: c, account: account, delegates: delegates})
	other, err := c.shared.client(context.Background(), t, "")
	if err != nil {
		return nil, fmt.Errorf("ask as %s: %w", account, err)
	}
	other.original = c.Original()
	return other, nil
}

// Original is the client that asks with the credentials themselves, without
// impersonating anybody.
func (c *Client) Original() *Client {
	if c.original != nil {
		return c.original
	}
	return c
}

// Requests counts what was asked so far, by method ID.
func (c *Client) Requests() map[string]int { return c.shared.counter.counts() }
