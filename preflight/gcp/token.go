package gcp

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"
)

// A tokenSource provides the access token of a caller. It is like
// oauth2.TokenSource, with a context.
type tokenSource interface {
	token(ctx context.Context) (string, error)
}

// oauthSource makes a tokenSource of an oauth2.TokenSource.
type oauthSource struct{ source oauth2.TokenSource }

func newOAuthSource(source oauth2.TokenSource) oauthSource {
	return oauthSource{oauth2.ReuseTokenSource(nil, source)}
}

func (s oauthSource) token(context.Context) (string, error) {
	t, err := s.source.Token()
	if err != nil {
		return "", fmt.Errorf("get a token: %w", err)
	}
	return t.AccessToken, nil
}

// A staticToken is a token made by somebody else.
type staticToken string

func (t staticToken) token(context.Context) (string, error) { return string(t), nil }

// Token returns the caller's access token. Send it to Google, the endpoint, or an
// API server that Google names, and to nobody else.
func (c *Client) Token(ctx context.Context) (string, error) { return c.tokens.token(ctx) }

// WithToken returns a client that authenticates with another access token of
// Google's.
func (c *Client) WithToken(token string) (*Client, error) {
	return c.shared.client(context.Background(), staticToken(token), "")
}

// authTransport adds the caller's token to requests.
type authTransport struct {
	next         http.RoundTripper
	tokens       tokenSource
	quotaProject string // empty if requests name none
}

// RoundTrip implements http.Transport.
func (t *authTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !isGoogle(r.URL.Host) {
		return nil, permanent(fmt.Errorf("not sending a token to %s, which is not a Google host", r.URL.Host))
	}
	token, err := t.tokens.token(r.Context())
	if err != nil {
		return nil, permanent(err)
	}
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+token)
	if t.quotaProject != "" {
		r.Header.Set("X-Goog-User-Project", t.quotaProject)
	}
	if r.URL.Path == "/tokeninfo" {
		r.URL.RawQuery = url.Values{"access_token": {token}}.Encode()
	}
	return t.next.RoundTrip(r)
}
