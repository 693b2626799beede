package gcp

import (
	"net/http"
	"net/http/httptrace"
	"sync"
)

// firstConnection is a transport that lets the first request to a host connect
// over TLS before the others continue. Over Transport/2 they then share its
// connection. Without it net/http would open a connection for each of many
// simultaneous requests, since it learns that a host speaks Transport/2 only from a
// finished handshake. It costs no time: the others would have waited as long for
// their own connection.
type firstConnection struct {
	next http.RoundTripper

	mu    sync.Mutex
	ready map[string]chan struct{} // by host; closed once its first connection is made, or has failed
}

func newFirstConnection(next http.RoundTripper) *firstConnection {
	return &firstConnection{next: next, ready: map[string]chan struct{}{}}
}

// RoundTrip implements http.Transport.
func (f *firstConnection) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" {
		return f.next.RoundTrip(r)
	}
	ready, isFirst := f.host(r.URL.Host)
	if isFirst {
		return f.connect(r, ready)
	}
	select {
	case <-ready:
		return f.next.RoundTrip(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func (f *firstConnection) host(host string) (ready chan struct{}, isFirst bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ready, ok := f.ready[host]
	if !ok {
		ready = make(chan struct{})
		f.ready[host] = ready
	}
	return ready, !ok
}

// connect sends the first request, and closes ready as soon as it has a
// connection.
func (f *firstConnection) connect(r *http.Request, ready chan struct{}) (*http.Response, error) {
	done := sync.OnceFunc(func() { close(ready) })
	defer done()
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { done() }}
	return f.next.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
}
