package access

import (
	"cmp"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"k8s.io/client-go/tools/clientcmd/api"
)

// A Trust is what an API server must prove before it gets a token. It comes from
// Google's answer alone: a kubeconfig can come from anybody.
type Trust struct {
	// Roots holds the CA certificates; nil for the CAs of the system.
	Roots *x509.CertPool
	// ServerName is the host name or address that its certificate must be for.
	ServerName string
}

// An endpoint is an address of an API server.
type endpoint struct {
	host    string // with the port, unless that is 443
	dns     bool   // whether it is the DNS endpoint, which has a certificate of a public CA
	hasPath bool   // whether the URL has a path, as that of a gateway has
	// serverName is the tls-server-name of the kubeconfig, and proxy its
	// proxy-url; each empty if the kubeconfig has none.
	serverName string
	proxy      *url.URL
	// skipsProxy reports whether kubectl uses a proxy that this package does not
	// use: what fails here can work for kubectl.
	skipsProxy bool
}

// contextEndpoint returns the endpoint that a kubeconfig names.
func contextEndpoint(k *api.Cluster, controlPlane *ControlPlane) (*endpoint, error) {
	u, err := url.Parse(k.Server)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, errors.New("is not the URL of a server")
	}
	if u.Scheme != "https" {
		return nil, errors.New("does not use https: tokens would be sent in plaintext")
	}
	s := &endpoint{host: normalizeHost(u.Host), serverName: k.TLSServerName, hasPath: strings.Trim(u.Path, "/") != ""}
	if k.ProxyURL != "" {
		if s.proxy, err = url.Parse(k.ProxyURL); err != nil || s.proxy.Host == "" {
			return nil, errors.New("has a proxy-url that is not a URL")
		}
	}
	s.dns = controlPlane.Endpoints.DNS.Endpoint != "" && s.host == normalizeHost(controlPlane.Endpoints.DNS.Endpoint)
	return s, nil
}

// defaultEndpoint returns the endpoint that gcloud would use; nil if Google lists
// none.
func defaultEndpoint(controlPlane *ControlPlane) *endpoint {
	all := googleEndpoints(controlPlane)
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

// googleEndpoints returns the endpoints that Google lists.
func googleEndpoints(controlPlane *ControlPlane) []*endpoint {
	var out []*endpoint
	for _, host := range endpointHosts(controlPlane) {
		out = append(out, &endpoint{host: host, dns: host == normalizeHost(controlPlane.Endpoints.DNS.Endpoint)})
	}
	return out
}

// redactedServer returns the scheme and host of a server's URL in words, without
// its user and password.
func redactedServer(server string) string {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" {
		return "the context's server"
	}
	return "the context's server " + excerpt(u.Scheme+"://"+u.Host)
}

// normalizeHost drops the default port of https, and puts brackets around an IPv6
// address.
func normalizeHost(host string) string {
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		return "[" + ip.String() + "]"
	}
	return strings.ToLower(strings.TrimSuffix(host, ":443"))
}

// endpointHosts returns the hosts of a cluster's endpoints, the default first.
func endpointHosts(p *ControlPlane) []string {
	var out []string
	for _, e := range []string{
		p.Endpoint, p.Endpoints.IP.PublicEndpoint, p.Endpoints.IP.PrivateEndpoint,
		p.Private.PublicEndpoint, p.Private.PrivateEndpoint, p.Endpoints.DNS.Endpoint,
	} {
		if e != "" && !slices.Contains(out, normalizeHost(e)) {
			out = append(out, normalizeHost(e))
		}
	}
	return out
}

func (s *endpoint) isKnown(p *ControlPlane) bool {
	return !s.hasPath && slices.Contains(endpointHosts(p), s.host)
}

// isConnectGateway reports whether s is the Connect gateway to the clusters of a
// fleet, which has one global host and one for each region.
// https://docs.cloud.google.com/kubernetes-engine/enterprise/multicluster-management/gateway
func (s *endpoint) isConnectGateway() bool {
	return s.host == "connectgateway.googleapis.com" || strings.HasSuffix(s.host, "-connectgateway.googleapis.com")
}

// hostname returns the host without its port.
func (s *endpoint) hostname() string {
	if name, _, err := net.SplitHostPort(s.host); err == nil {
		return name
	}
	return strings.Trim(s.host, "[]")
}

func (s *endpoint) isLoopback() bool {
	ip, err := netip.ParseAddr(s.hostname())
	return s.hostname() == "localhost" || err == nil && ip.IsLoopback()
}

// isGKEHost reports whether s looks like an endpoint of GKE: an IP address, or a
// name in the domain of DNS endpoints.
func (s *endpoint) isGKEHost() bool {
	_, err := netip.ParseAddr(s.hostname())
	return err == nil || strings.HasSuffix(s.hostname(), ".gke.goog")
}

// isPrivate reports whether s is reachable only from the cluster's network and
// networks connected to it.
func (s *endpoint) isPrivate(p *ControlPlane) bool {
	if s.host == normalizeHost(cmp.Or(p.Endpoints.IP.PrivateEndpoint, p.Private.PrivateEndpoint)) {
		return true
	}
	ip, err := netip.ParseAddr(s.hostname())
	return err == nil && ip.IsPrivate()
}

func (s *endpoint) namespacesURL() string { return "https://" + s.host + "/api/v1/namespaces?limit=1" }

// trust returns what the server must prove: that it is an endpoint that Google
// lists, with a certificate of the CA that Google lists. The kubeconfig's
// tls-server-name and certificate-authority do not count: anybody can get a
// certificate of a public CA for some name, and the nodes of a cluster have
// certificates of the cluster CA.
func (s *endpoint) trust(p *ControlPlane) (Trust, error) {
	expected := s.expected(p)
	if expected == nil {
		return Trust{}, errors.New("Google lists no endpoint of the cluster")
	}
	t := Trust{ServerName: expected.hostname()}
	if expected.dns {
		return t, nil
	}
	pem, err := base64.StdEncoding.DecodeString(p.MasterAuth.CA)
	if err != nil || len(pem) == 0 {
		return t, errors.New("Google did not return the certificate of the cluster CA")
	}
	if t.Roots = certPool(pem); t.Roots == nil {
		return t, errors.New("the certificate of the cluster CA that Google returned cannot be read")
	}
	return t, nil
}

// expected returns the endpoint that the server at s has to be, of those that
// Google lists; nil if Google lists none. At the end of a tunnel, that is the
// endpoint whose name is the kubeconfig's tls-server-name, or the default one.
func (s *endpoint) expected(p *ControlPlane) *endpoint {
	if s.isKnown(p) {
		return s
	}
	for _, e := range googleEndpoints(p) {
		if normalizeHost(e.hostname()) == normalizeHost(s.serverName) {
			return e
		}
	}
	return defaultEndpoint(p)
}

// kubectlServerName returns the name that kubectl expects in the server's
// certificate.
func (s *endpoint) kubectlServerName() string { return cmp.Or(s.serverName, s.hostname()) }

// usesProxy reports whether proxy is the proxy-url of the kubeconfig.
func (s *endpoint) usesProxy(proxy *url.URL) bool {
	return proxy != nil && s.proxy.Scheme == proxy.Scheme && s.proxy.Host == proxy.Host && s.proxy.User.String() == proxy.User.String()
}

// certPool returns the certificates of PEM data; nil if there is none.
func certPool(data []byte) *x509.CertPool {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil
	}
	return pool
}
