package gcp

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// endpointTransport sends requests for Google's hosts to another server.
type endpointTransport struct {
	next http.RoundTripper
	to   *url.URL
}

// withEndpoint returns a transport that sends requests for https://HOST/PATH to
// address/HOST/PATH; next itself if the address is empty.
func withEndpoint(address string, next http.RoundTripper) (http.RoundTripper, error) {
	if address == "" {
		return next, nil
	}
	to, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || to.Host == "" || to.RawQuery != "" || to.User != nil {
		return nil, fmt.Errorf("endpoint %q: want a URL such as http://127.0.0.1:8085", address)
	}
	if to.Scheme != "https" && (to.Scheme != "http" || !isLoopback(to.Hostname())) {
		return nil, fmt.Errorf("endpoint %q: want https, or http to a loopback address: tokens are sent there", address)
	}
	return &endpointTransport{next: next, to: to}, nil
}

func isGoogle(host string) bool { return strings.HasSuffix(host, ".googleapis.com") }

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// RoundTrip implements http.Transport.
func (t *endpointTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !isGoogle(r.URL.Host) {
		return t.next.RoundTrip(r)
	}
	r = r.Clone(r.Context())
	u := *r.URL
	u.Scheme, u.Host = t.to.Scheme, t.to.Host
	u.Path = t.to.Path + "/" + r.URL.Host + r.URL.Path
	u.RawPath = t.to.EscapedPath() + "/" + r.URL.Host + r.URL.EscapedPath()
	r.URL, r.Host = &u, t.to.Host
	return t.next.RoundTrip(r)
}
