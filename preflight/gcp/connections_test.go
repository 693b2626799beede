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

// TestConnections: over HTTP/2 all questions share a connection; over HTTP/1.1
// connections are kept, and there are no more than questions under way.
func TestConnections(t *testing.T) {
	const rounds, questions = 3, 200
	for _, c := range []struct {
		proto string
		http2 bool
		most  int64
	}{
		{"HTTP/2.0", true, 1},
		{"HTTP/1.1", false, maxPerHost},
	} {
		t.Run(c.proto, func(t *testing.T) {
			var opened, other, asked atomic.Int64
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				if r.Proto != c.proto {
					other.Add(1)
				}
				answer(w, 200, `{"name": "roles/x", "includedPermissions": ["a.b.c"]}`)
			}))
			s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					opened.Add(1)
				}
			}
			s.EnableHTTP2 = c.http2
			base := standardTransport()
			if c.http2 {
				s.StartTLS()
				base.TLSClientConfig = &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
			} else {
				s.Start()
			}
			defer s.Close()
			defer base.CloseIdleConnections()
			client, err := New(t.Context(), Options{Endpoint: s.URL, HTTP: newSharing(base), Credentials: credentials()})
			if err != nil {
				t.Fatal(err)
			}
			for range rounds {
				askRoles(t, client, questions)
			}
			if got := opened.Load(); got > c.most || other.Load() > 0 || asked.Load() != rounds*questions {
				t.Errorf("%d connections for %d questions, %d not over %s; want at most %d", got, asked.Load(), other.Load(), c.proto, c.most)
			}
		})
	}
}

// askRoles asks for a role many times, side by side.
func askRoles(t *testing.T, c *Client, n int) {
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
