package access

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	dnsEndpoint = "gke-1.europe-west1.gke.goog"
	evilName    = "evil.example"
)

// An attacker answers every connection, as a proxy, over TLS and in plain HTTP,
// and records every header that it receives.
type attacker struct {
	host string
	cert tls.Certificate

	mu   sync.Mutex
	seen []http.Header
	open int
}

func newAttacker(t *testing.T, cert tls.Certificate) *attacker {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	a := &attacker{host: l.Addr().String(), cert: cert}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go a.answer(conn)
		}
	}()
	return a
}

func (a *attacker) answer(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	a.mu.Lock()
	a.open++
	a.mu.Unlock()
	in := bufio.NewReader(conn)
	first, err := in.Peek(1)
	if err == nil && first[0] == 22 { // a TLS handshake
		secure := tls.Server(prepended{conn, in}, &tls.Config{Certificates: []tls.Certificate{a.cert}, MinVersion: tls.VersionTLS12})
		a.answer(secure)
		return
	}
	r, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	a.mu.Lock()
	a.seen = append(a.seen, r.Header)
	a.mu.Unlock()
	if r.Method == http.MethodConnect {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		a.answer(prepended{conn, in})
		return
	}
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"+namespaceList)
}

// A prepended connection is one whose first bytes are in a buffer.
type prepended struct {
	net.Conn
	in *bufio.Reader
}

func (p prepended) Read(b []byte) (int, error) { return p.in.Read(b) }

// hasToken reports whether any header contained a token.
func (a *attacker) hasToken() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, h := range a.seen {
		for _, values := range h {
			if text := strings.Join(values, " "); strings.Contains(text, toolToken) || strings.Contains(text, pluginToken) {
				return true
			}
		}
	}
	return false
}

// hijack makes public the CA of the system, and connects every host to the
// attacker, as if the attacker controlled DNS and routing.
func (s *scene) hijack(public *authority, a *attacker) {
	s.env.Connect = func(t Trust) http.RoundTripper {
		if t.Roots == nil {
			t.Roots = certPool(public.pem)
		}
		h := Transport(t).(*http.Transport)
		h.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, a.host)
		}
		return h
	}
}

// TestKubeconfigGetsNoToken shows that no kubeconfig can make the check send a
// token to a server other than the one that Google lists.
func TestKubeconfigGetsNoToken(t *testing.T) {
	proxied := func(a *attacker) string { return "\n    proxy-url: http://" + a.host }
	named := "\n    tls-server-name: " + evilName
	for _, tt := range []struct {
		name   string
		server func(*attacker) string
		lines  func(*attacker) string
		ca     bool // whether the kubeconfig has the attacker's own CA
	}{
		{"tls-server-name and proxy-url", at(dnsEndpoint), func(a *attacker) string { return named + proxied(a) }, false},
		{"tls-server-name alone", at(dnsEndpoint), func(*attacker) string { return named }, false},
		{"proxy-url alone", at(dnsEndpoint), proxied, false},
		{"https proxy", at(dnsEndpoint), func(a *attacker) string { return named + "\n    proxy-url: https://" + a.host }, false},
		{"socks5 proxy", at(dnsEndpoint), func(a *attacker) string { return named + "\n    proxy-url: socks5://" + a.host }, false},
		{"own CA", at(dnsEndpoint), func(a *attacker) string { return named + proxied(a) }, true},
		{"insecure", at(dnsEndpoint), func(a *attacker) string { return proxied(a) + "\n    insecure-skip-tls-verify: true" }, false},
		{"insecure with a name", at(dnsEndpoint), func(a *attacker) string { return named + proxied(a) + "\n    insecure-skip-tls-verify: true" }, false},
		{"uppercase host", at(strings.ToUpper(dnsEndpoint)), func(a *attacker) string { return named + proxied(a) }, false},
		{"port", at(dnsEndpoint + ":443"), func(a *attacker) string { return named + proxied(a) }, false},
		{"another port", at(dnsEndpoint + ":8443"), func(a *attacker) string { return named + proxied(a) }, false},
		{"trailing dot", at(dnsEndpoint + "."), func(a *attacker) string { return named + proxied(a) }, false},
		{"userinfo", func(a *attacker) string { return "https://" + dnsEndpoint + "@" + a.host }, func(a *attacker) string { return named }, true},
		{"password", at("u:hunter2-password@" + dnsEndpoint), func(a *attacker) string { return named + proxied(a) }, false},
		{"plain http", func(*attacker) string { return "http://" + dnsEndpoint }, proxied, false},
		{"host of the attacker", func(a *attacker) string { return "https://" + a.host }, func(*attacker) string { return named }, true},
		{"name of the attacker", at(evilName), func(*attacker) string { return "" }, true},
		{"a path", at(dnsEndpoint + "/../"), func(a *attacker) string { return named + proxied(a) }, false},
		{"a query", at(dnsEndpoint + "?@" + evilName), func(a *attacker) string { return named + proxied(a) }, false},
		{"a fragment", at(dnsEndpoint + "#@" + evilName), func(a *attacker) string { return named + proxied(a) }, false},
		{"address of the cluster", at("192.0.2.1"), func(a *attacker) string { return named + proxied(a) }, true},
		{"tunnel", at("localhost"), func(a *attacker) string { return named + proxied(a) }, true},
	} {
		for signer, cluster := range map[string]bool{"public": false, "cluster": true} {
			t.Run(tt.name+", certificate of the "+signer+" CA", func(t *testing.T) {
				t.Parallel()
				s := newScene(t)
				public := newAuthority(t)
				by := public
				if cluster { // as a node has one
					by = s.ca
				}
				a := newAttacker(t, by.server(t, time.Now().Add(time.Hour), evilName))
				s.cloud.controlPlane.Endpoint, s.cloud.controlPlane.Endpoints.DNS.Endpoint = "192.0.2.1", dnsEndpoint
				var ca *authority
				if tt.ca {
					ca = by
				}
				s.kubeconfig(dnsEndpoint, ca, tt.lines(a))
				s.target.Entry.cluster.Server = tt.server(a)
				s.hijack(public, a)
				r := s.run()
				if a.hasToken() {
					t.Errorf("the attacker got a token: %+v", r)
				}
				if r.Result == Pass {
					t.Errorf("got result pass: %+v", r)
				}
				for _, step := range r.Steps {
					if strings.Contains(step.Message+r.Cause, "hunter2") {
						t.Errorf("%s shows the password: %s", step.Name, step.Message)
					}
				}
			})
		}
	}
}

func at(host string) func(*attacker) string {
	return func(*attacker) string { return "https://" + host }
}

// TestProxyOfKubeconfigIsNotUsed shows that the check does not connect to the
// proxy, and leaves undetermined whether kubectl can.
func TestProxyOfKubeconfigIsNotUsed(t *testing.T) {
	s := newScene(t)
	a := newAttacker(t, s.ca.server(t, time.Now().Add(time.Hour)))
	s.kubeconfig(s.server.host, s.ca, "\n    proxy-url: http://"+a.host)
	r := s.run()
	if r.Result != Undetermined || r.Class != "proxy_unused" || a.open != 0 {
		t.Errorf("the proxy got %d connections: %+v", a.open, r)
	}
	if got := s.server.tokens(); len(got) == 0 || got[0] != toolToken {
		t.Errorf("the server got tokens %q", got)
	}
	s.env.Connect = func(Trust) http.RoundTripper { return broken{context.DeadlineExceeded} }
	if r := s.run(); r.Result != Undetermined || r.verdicts()["api-server"] != Undetermined {
		t.Errorf("a server that only the proxy reaches: %+v", r)
	}
}

// TestProxyOfTheEnvironment shows that a proxy-url that is also the proxy of the
// environment is used.
func TestProxyOfTheEnvironment(t *testing.T) {
	for name, want := range map[string]Verdict{"http://proxy.example:3128": Pass, "http://other.example:3128": Undetermined, "": Undetermined} {
		s := newScene(t)
		s.kubeconfig(s.server.host, s.ca, "\n    proxy-url: http://proxy.example:3128")
		s.env.Proxy = func(*http.Request) (*url.URL, error) {
			if name == "" {
				return nil, nil
			}
			return url.Parse(name)
		}
		if r := s.run(); r.Result != want {
			t.Errorf("%q: %+v", name, r)
		}
	}
}

// TestTunnel shows that the server behind a tunnel must be the endpoint that Google
// lists, and that a wrong tls-server-name fails for kubectl only.
func TestTunnel(t *testing.T) {
	for name, tt := range map[string]struct {
		certificate []string
		lines       string
		result      Verdict
		class       string
		tokens      int
	}{
		"name of the server":         {[]string{dnsEndpoint, "kubernetes.default"}, "\n    tls-server-name: kubernetes.default", Pass, "", 2},
		"named by the endpoint":      {[]string{dnsEndpoint}, "\n    tls-server-name: " + dnsEndpoint, Pass, "", 2},
		"without a name":             {[]string{dnsEndpoint}, "", Fail, "kubeconfig_server_name", 1},
		"by a name that it lacks":    {[]string{dnsEndpoint}, "\n    tls-server-name: kubernetes", Fail, "kubeconfig_server_name", 1},
		"of a node":                  {[]string{"node-1"}, "\n    tls-server-name: node-1", Fail, "certificate_untrusted", 0},
		"of nobody, without a name":  {[]string{"node-1"}, "", Fail, "certificate_untrusted", 0},
		"of a node, by Google's own": {[]string{"node-1"}, "\n    tls-server-name: " + dnsEndpoint, Fail, "certificate_untrusted", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			tunnel := serve(t, s.ca.server(t, time.Now().Add(time.Hour), tt.certificate...), responds(200, namespaceList))
			// The only endpoint has a name here, for the certificate's sake, and
			// the cluster's own authority.
			s.cloud.controlPlane.Endpoint = dnsEndpoint
			s.kubeconfig(tunnel.host, s.ca, tt.lines)
			r := s.run()
			if r.Result != tt.result || r.Class != tt.class || len(tunnel.tokens()) != tt.tokens {
				t.Errorf("%d tokens: %+v", len(tunnel.tokens()), r)
			}
		})
	}
}

// TestDNSEndpointByName is the control: the server that proves to be the DNS
// endpoint gets the token, and access passes.
func TestDNSEndpointByName(t *testing.T) {
	for name, lines := range map[string]string{"plain": "", "its own name": "\n    tls-server-name: " + dnsEndpoint} {
		s := newScene(t)
		public := newAuthority(t)
		server := serve(t, public.server(t, time.Now().Add(time.Hour), dnsEndpoint), responds(200, namespaceList))
		s.cloud.controlPlane.Endpoints.DNS.Endpoint, s.cloud.controlPlane.Endpoints.DNS.External = dnsEndpoint, true
		s.kubeconfig(dnsEndpoint, nil, lines)
		s.hijack(public, &attacker{host: server.host})
		if r := s.run(); r.Result != Pass || len(server.tokens()) != 2 {
			t.Errorf("%s: %d tokens: %+v", name, len(server.tokens()), r)
		}
	}
}

// TestManualOfTrust shows that the manual names every setting that decides where a
// token is sent.
func TestManualOfTrust(t *testing.T) {
	manual, err := os.ReadFile("../../docs/access.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"tls-server-name", "proxy-url", "insecure-skip-tls-verify", "HTTPS_PROXY"} {
		if !strings.Contains(string(manual), "`"+word+"`") {
			t.Errorf("docs/access.md does not mention %s", word)
		}
	}
}
