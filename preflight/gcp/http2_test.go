package gcp

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// TestConnections: over Transport/2 all requests share one connection; over Transport/1.1
// connections are reused, and there are no more than requests in flight.
func TestConnections(t *testing.T) {
	const rounds, requests = 3, 200
	for _, tt := range []struct {
		proto string
		http2 bool
		max   int64
	}{
		{"HTTP/2.0", true, 1},
		{"HTTP/1.1", false, maxPerHost},
	} {
		t.Run(tt.proto, func(t *testing.T) {
			var opened, otherProto, received atomic.Int64
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				received.Add(1)
				if r.Proto != tt.proto {
					otherProto.Add(1)
				}
				answer(w, 200, `{"name": "roles/x", "includedPermissions": ["a.b.c"]}`)
			}))
			s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					opened.Add(1)
				}
			}
			s.EnableHTTP2 = tt.http2
			base := defaultTransport()
			if tt.http2 {
				s.StartTLS()
				base.TLSClientConfig = &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
			} else {
				s.Start()
			}
			defer s.Close()
			defer base.CloseIdleConnections()
			client, err := New(t.Context(), Options{Endpoint: s.URL, Transport: newFirstConnection(base), Credentials: credentials()})
			if err != nil {
				t.Fatal(err)
			}
			for range rounds {
				getRoles(t, client, requests)
			}
			if got := opened.Load(); got > tt.max || otherProto.Load() > 0 || received.Load() != rounds*requests {
				t.Errorf("%d connections for %d requests, %d not over %s; want at most %d", got, received.Load(), otherProto.Load(), tt.proto, tt.max)
			}
		})
	}
}

// getRoles gets a role n times in parallel.
func getRoles(t *testing.T, c *Client, n int) {
	t.Helper()
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			if _, err := c.Role(t.Context(), "roles/x"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
