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

// A Trust is how an API server must prove itself before it gets a token. It
// comes from Google's answer alone: a kubeconfig may come from anybody.
type Trust struct {
	// Roots are the authorities; nil for those of the system.
	Roots *x509.CertPool
	// ServerName is the name or address that its certificate must have.
	ServerName string
}

// A site is where an API server is.
type site struct {
	host  string // with the port, unless it is 443
	dns   bool   // the DNS endpoint, which has a certificate of a public authority
	below bool   // there is a path: a gateway, which passes on what it is asked
	// serverName is the name by which kubectl verifies the server, and proxy is
	// what kubectl goes through; both are the kubeconfig's, and may be empty.
	serverName string
	proxy      *url.URL
	// detour reports that kubectl goes through a proxy that no token is sent
	// through: what fails directly may work for kubectl.
	detour bool
}

// newSite is that of a kubeconfig.
func newSite(k *api.Cluster, plane *ControlPlane) (*site, error) {
	u, err := url.Parse(k.Server)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, errors.New("is not the URL of a server")
	}
	if u.Scheme != "https" {
		return nil, errors.New("is not https: tokens would be sent in the clear")
	}
	s := &site{host: hostOf(u.Host), serverName: k.TLSServerName, below: strings.Trim(u.Path, "/") != ""}
	if k.ProxyURL != "" {
		if s.proxy, err = url.Parse(k.ProxyURL); err != nil || s.proxy.Host == "" {
			return nil, errors.New("is behind a proxy-url that is not a URL")
		}
	}
	s.dns = plane.Endpoints.DNS.Endpoint != "" && s.host == hostOf(plane.Endpoints.DNS.Endpoint)
	return s, nil
}

// siteOf is where Google says that the API server is; nil where it does not.
func siteOf(plane *ControlPlane) *site {
	all := sitesOf(plane)
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

// sitesOf returns the endpoints that Google names.
func sitesOf(plane *ControlPlane) []*site {
	var out []*site
	for _, host := range endpoints(plane) {
		out = append(out, &site{host: host, dns: host == hostOf(plane.Endpoints.DNS.Endpoint)})
	}
	return out
}

// shownServer returns what can be shown of a server's URL: not its user and
// password.
func shownServer(server string) string {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" {
		return "the context's server"
	}
	return "the context's server " + excerpt(u.Scheme+"://"+u.Host)
}

// hostOf drops the port that https has anyway, and puts brackets around an
// address of IPv6.
func hostOf(host string) string {
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		return "[" + ip.String() + "]"
	}
	return strings.ToLower(strings.TrimSuffix(host, ":443"))
}

// endpoints are those of a cluster, the usual one first.
func endpoints(p *ControlPlane) []string {
	var out []string
	for _, e := range []string{
		p.Endpoint, p.Endpoints.IP.PublicEndpoint, p.Endpoints.IP.PrivateEndpoint,
		p.Private.PublicEndpoint, p.Private.PrivateEndpoint, p.Endpoints.DNS.Endpoint,
	} {
		if e != "" && !slices.Contains(out, hostOf(e)) {
			out = append(out, hostOf(e))
		}
	}
	return out
}

func (s *site) known(p *ControlPlane) bool {
	return !s.below && slices.Contains(endpoints(p), s.host)
}

// connectGateway reports whether it is Google's way to clusters of a fleet,
// which has one host for the world and one for each region.
// https://docs.cloud.google.com/kubernetes-engine/enterprise/multicluster-management/gateway
func (s *site) connectGateway() bool {
	return s.host == "connectgateway.googleapis.com" || strings.HasSuffix(s.host, "-connectgateway.googleapis.com")
}

// name is the host without a port.
func (s *site) name() string {
	if name, _, err := net.SplitHostPort(s.host); err == nil {
		return name
	}
	return strings.Trim(s.host, "[]")
}

func (s *site) loopback() bool {
	ip, err := netip.ParseAddr(s.name())
	return s.name() == "localhost" || err == nil && ip.IsLoopback()
}

// stale reports whether it looks like an endpoint of GKE: an address, or a name
// that only GKE gives.
func (s *site) stale() bool {
	_, err := netip.ParseAddr(s.name())
	return err == nil || strings.HasSuffix(s.name(), ".gke.goog")
}

// private reports whether it can only be reached from networks that are
// connected to the cluster's.
func (s *site) private(p *ControlPlane) bool {
	if s.host == hostOf(cmp.Or(p.Endpoints.IP.PrivateEndpoint, p.Private.PrivateEndpoint)) {
		return true
	}
	ip, err := netip.ParseAddr(s.name())
	return err == nil && ip.IsPrivate()
}

func (s *site) url() string { return "https://" + s.host + "/api/v1/namespaces?limit=1" }

// trust returns what the site must prove: that it is the endpoint that Google
// names, by the authority that Google names. The kubeconfig's tls-server-name
// and certificate-authority do not count: anybody has a certificate of a public
// authority for some name, and the nodes of a cluster have some of its own.
func (s *site) trust(p *ControlPlane) (Trust, error) {
	named := s.endpoint(p)
	if named == nil {
		return Trust{}, errors.New("Google names no endpoint of the cluster")
	}
	t := Trust{ServerName: named.name()}
	if named.dns {
		return t, nil
	}
	pem, err := base64.StdEncoding.DecodeString(p.MasterAuth.CA)
	if err != nil || len(pem) == 0 {
		return t, errors.New("Google did not tell the certificate of the cluster's authority")
	}
	if t.Roots = poolOf(pem); t.Roots == nil {
		return t, errors.New("the certificate of the cluster's authority, as Google tells it, cannot be read")
	}
	return t, nil
}

// endpoint returns the endpoint that Google names and that the site has to be;
// nil if there is none. A tunnel has to lead to the one whose name the
// kubeconfig gives, or to the usual one.
func (s *site) endpoint(p *ControlPlane) *site {
	if s.known(p) {
		return s
	}
	for _, named := range sitesOf(p) {
		if hostOf(named.name()) == hostOf(s.serverName) {
			return named
		}
	}
	return siteOf(p)
}

// kubectlName returns the name by which kubectl verifies the server.
func (s *site) kubectlName() string { return cmp.Or(s.serverName, s.name()) }

// goesThrough reports whether kubectl's proxy is this one.
func (s *site) goesThrough(proxy *url.URL) bool {
	return proxy != nil && s.proxy.Scheme == proxy.Scheme && s.proxy.Host == proxy.Host && s.proxy.User.String() == proxy.User.String()
}

// poolOf is nil where there is no certificate.
func poolOf(data []byte) *x509.CertPool {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil
	}
	return pool
}
