package gcp

import (
	"net/http"
	"net/http/httptrace"
	"sync"
)

// sharing lets the first request to a host over TLS connect before the others
// go on. Over HTTP/2 they then share its connection, where each of many at once
// would have made its own. Nothing is lost: they would have waited as long for
// their own.
type sharing struct {
	next http.RoundTripper

	mu        sync.Mutex
	connected map[string]chan struct{} // by host; closed once there is a connection, or none can be made
}

func newSharing(next http.RoundTripper) *sharing {
	return &sharing{next: next, connected: map[string]chan struct{}{}}
}

// RoundTrip implements http.RoundTripper.
func (s *sharing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" {
		return s.next.RoundTrip(r)
	}
	connected, first := s.at(r.URL.Host)
	if first {
		return s.connect(r, connected)
	}
	select {
	case <-connected:
		return s.next.RoundTrip(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func (s *sharing) at(host string) (connected chan struct{}, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	connected, ok := s.connected[host]
	if !ok {
		connected = make(chan struct{})
		s.connected[host] = connected
	}
	return connected, !ok
}

func (s *sharing) connect(r *http.Request, connected chan struct{}) (*http.Response, error) {
	done := sync.OnceFunc(func() { close(connected) })
	defer done()
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { done() }}
	return s.next.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
}
