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

// A Trust is how an API server must prove itself.
type Trust struct {
	// Roots are the authorities; nil for those of the system.
	Roots *x509.CertPool
	// ServerName is whose certificate it must be; empty for the host's.
	ServerName string
	// Proxy is the kubeconfig's; nil for that of the environment.
	Proxy *url.URL
}

// A site is where an API server is.
type site struct {
	host       string // with the port, unless it is 443
	dns        bool   // the DNS endpoint, which has a certificate of a public authority
	below      bool   // there is a path: a gateway, which passes on what it is asked
	serverName string
	proxy      *url.URL
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
	all := endpoints(plane)
	if len(all) == 0 {
		return nil
	}
	return &site{host: all[0], dns: all[0] == hostOf(plane.Endpoints.DNS.Endpoint)}
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

// trust is what the site must prove: it is the cluster's own authority that
// counts, as Google tells it, and not the kubeconfig's.
func (s *site) trust(p *ControlPlane) (Trust, error) {
	t := Trust{ServerName: s.serverName, Proxy: s.proxy}
	if s.dns {
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

// poolOf is nil where there is no certificate.
func poolOf(data []byte) *x509.CertPool {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil
	}
	return pool
}
