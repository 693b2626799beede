package access

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"

	"gke-preflight/preflight/shell"
)

// Transport returns the way to an API server that World.Connect wants. It goes
// through the proxy of the environment, which is the caller's, if there is one.
func Transport(t Trust) http.RoundTripper {
	return &http.Transport{
		Proxy:             http.ProxyFromEnvironment,
		DialContext:       (&net.Dialer{Timeout: time.Minute}).DialContext,
		TLSClientConfig:   &tls.Config{RootCAs: t.Roots, ServerName: t.ServerName, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true,
	}
}

// An answer is what an API server says to a token.
type answer struct {
	status int
	body   []byte
	// kind is that of the JSON: Status, NamespaceList; empty for anything else.
	kind    string
	message string
	chain   []*x509.Certificate
}

// ask GETs the namespaces with a token, from a server that proves itself.
// Redirects are not followed.
func (c *course) ask(ctx context.Context, token string) (*answer, error) {
	trust, err := c.site.trust(c.plane)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.site.url(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", "application/json")
	response, err := c.Connect(trust).RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return newAnswer(response, body), nil
}

func newAnswer(response *http.Response, body []byte) *answer {
	a := &answer{status: response.StatusCode, body: body}
	if response.TLS != nil {
		a.chain = response.TLS.PeerCertificates
	}
	var head struct {
		Kind    string `json:"kind"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &head) == nil {
		a.kind, a.message = head.Kind, head.Message
	}
	return a
}

// apiServer asks whether the endpoint answers, and is the cluster's.
func (c *course) apiServer(ctx context.Context) finding {
	if c.plane != nil && c.site == nil && len(endpoints(c.plane)) == 0 {
		return finding{
			verdict: Fail, class: "cluster_not_ready", message: "the cluster has no endpoint: it is " + c.plane.Status,
			commands: []string{shell.Command("gcloud", "container", "operations", "list", "--location="+c.Ref.Location, "--project="+c.Ref.Project)},
		}
	}
	if c.site == nil || c.token == "" {
		return open("not asked: " + c.missing())
	}
	c.result.Server = "https://" + c.site.host
	a, err := c.ask(ctx, c.token)
	if err != nil {
		return c.unreached(ctx, err)
	}
	c.answer = a
	if f, ok := c.distrusted(a); ok {
		return f
	}
	return passed(c.site.host + " answers, with a certificate " + c.authority())
}

// missing is what is not there to ask an API server with.
func (c *course) missing() string {
	if c.token == "" {
		return "there is no token"
	}
	return "it is not known to be the cluster's"
}

func (c *course) authority() string {
	if c.site.dns {
		return "that the system trusts"
	}
	return "of the cluster's authority"
}

// distrusted reports that kubectl, which takes the kubeconfig's word, does not
// trust a server that is the right one.
func (c *course) distrusted(a *answer) (finding, bool) {
	if c.Entry == nil || c.Entry.cluster.InsecureSkipTLSVerify || len(a.chain) == 0 {
		return finding{}, false
	}
	if name := c.site.kubectlName(); a.chain[0].VerifyHostname(name) != nil {
		return c.stale("kubeconfig_server_name", "kubectl verifies "+c.site.host+" as "+excerpt(name)+", which the cluster's certificate is not for"), true
	}
	k := c.Entry.cluster
	data, file := k.CertificateAuthorityData, k.CertificateAuthority
	if len(data) == 0 && file != "" {
		var err error
		if data, err = c.ReadFile(file); err != nil {
			return c.staleAuthority("the context's certificate-authority cannot be read: " + excerpt(err.Error())), true
		}
	}
	if len(data) == 0 && c.site.dns {
		return finding{}, false
	}
	pool := poolOf(data)
	if len(data) > 0 && pool == nil {
		return c.staleAuthority("the context's certificate-authority is no certificate"), true
	}
	if len(data) == 0 {
		return c.staleAuthority("the context has no certificate-authority"), true
	}
	if c.vouches(pool, a.chain) {
		return finding{}, false
	}
	return c.staleAuthority("the context's certificate-authority is not that of the cluster"), true
}

func (c *course) staleAuthority(message string) finding {
	return c.stale("kubeconfig_ca", message)
}

// vouches reports whether authorities stand for a server's certificate.
func (c *course) vouches(roots *x509.CertPool, chain []*x509.Certificate) bool {
	between := x509.NewCertPool()
	for _, cert := range chain[1:] {
		between.AddCert(cert)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: c.Now()})
	return err == nil
}

// unreached tells apart why there was no answer.
func (c *course) unreached(ctx context.Context, err error) finding {
	host := c.site.host
	var name *net.DNSError
	switch {
	case ctx.Err() != nil:
		return open("the time was up before " + host + " answered")
	case c.site.detour:
		return open(host + " could not be asked without the context's proxy-url: " + excerpt(err.Error()))
	case errors.As(err, &name) && name.IsNotFound:
		return finding{
			verdict: Fail, class: "endpoint_unknown", message: "there is no host " + name.Name,
			cause:    name.Name + " is not known to the name servers of this machine: it is outside of the network that knows it, or the kubeconfig is out of date",
			commands: []string{c.refresh()},
		}
	case certificateFault(err):
		return c.impostor(err)
	case errors.Is(err, syscall.ECONNREFUSED), strings.Contains(err.Error(), "actively refused"): // the latter by Windows
		return c.refusedConnection()
	case timedOut(err), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return c.silence()
	}
	return open(host + " could not be asked: " + excerpt(err.Error()))
}

func timedOut(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

func certificateFault(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid)
}

// impostor is a server that does not prove itself. The token has not been sent.
func (c *course) impostor(err error) finding {
	f := finding{
		verdict: Fail, class: "certificate_untrusted",
		message:  c.site.host + " has a certificate that is not of the cluster's authority; no token was sent",
		commands: []string{c.refresh()},
	}
	f.cause = "something else than the cluster answers at " + c.site.host + ": a proxy that opens TLS, or another cluster that has the address now"
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		f.class = "certificate_expired"
		f.message = "the certificate of " + c.site.host + " has expired, or is not valid yet; no token was sent"
		f.cause = f.message + ": is the clock of this machine right?"
		f.commands = []string{"date -u"}
	case errors.As(err, &host):
		f.message = "the certificate of " + c.site.host + " is for another name; no token was sent"
		f.cause = f.message + ": the context's server or a tunnel is not right, or something else answers there"
	}
	return f
}

func (c *course) refusedConnection() finding {
	f := finding{
		verdict: Fail, class: "endpoint_refused",
		message: c.site.host + " refuses the connection",
		cause:   c.site.host + " refuses the connection: the control plane is being repaired or upgraded, or a firewall is in the way",
		commands: []string{
			shell.Command("gcloud", "container", "operations", "list", "--location="+c.Ref.Location, "--project="+c.Ref.Project, "--filter=status!=DONE"),
		},
	}
	if c.site.loopback() && !c.site.known(c.plane) {
		f.cause = "the context leads to " + c.site.host + ", where nothing listens: the tunnel is not up"
		f.commands = []string{getCredentials(c.Ref)}
	}
	return f
}

// silence is an endpoint that does not answer: who may reach it says why.
func (c *course) silence() finding {
	f := finding{verdict: Fail, class: "endpoint_unreachable", message: fmt.Sprintf("%s does not answer within %s", c.site.host, c.Patience)}
	blocks, restricted := authorized(c.plane)
	switch {
	case c.site.dns:
		f.cause = "the DNS endpoint does not answer: a firewall or a proxy between this machine and Google is in the way"
	case c.site.private(c.plane):
		f.cause = "the endpoint " + c.site.host + " is private: only machines in the cluster's network, or in one connected to it, reach it"
	case restricted:
		f.cause = "the endpoint takes connections from its authorized networks only (" + strings.Join(blocks, ", ") + "), and this machine is most likely in none of them"
		if len(blocks) == 0 {
			f.cause = "the endpoint takes connections from its authorized networks only, and there are none"
		}
		f.commands = []string{update(c.Ref, "--enable-master-authorized-networks", "--master-authorized-networks="+strings.Join(append(blocks, "YOUR_ADDRESS/32"), ","))}
	default:
		f.cause = f.message + ": a firewall or a proxy between this machine and Google is in the way"
	}
	f.commands = append(c.byName(), f.commands...)
	return f
}

// byName is the way over the DNS endpoint, which needs no network of its own.
// https://docs.cloud.google.com/kubernetes-engine/docs/concepts/network-isolation
func (c *course) byName() []string {
	dns := c.plane.Endpoints.DNS
	switch {
	case c.site.dns:
		return []string{shell.Command("curl", "-sv", "https://"+c.site.host+"/version")}
	case dns.Endpoint != "" && dns.External:
		return []string{getCredentials(c.Ref, "--dns-endpoint")}
	case c.site.private(c.plane):
		return []string{update(c.Ref, "--enable-dns-access"), getCredentials(c.Ref, "--dns-endpoint")}
	}
	return []string{shell.Command("curl", "-sv", "--max-time", "10", "--insecure", "https://"+c.site.host+"/version")}
}

// authorized are the networks that reach the IP endpoints, if not all do.
func authorized(p *ControlPlane) (blocks []string, restricted bool) {
	for _, a := range []struct {
		on   bool
		list []string
	}{
		{p.Authorized.Enabled, p.Authorized.CIDRs()},
		{p.Endpoints.IP.Authorized.Enabled, p.Endpoints.IP.Authorized.CIDRs()},
	} {
		restricted = restricted || a.on
		for _, b := range a.list {
			if !slices.Contains(blocks, b) {
				blocks = append(blocks, b)
			}
		}
	}
	return blocks, restricted
}

// namespaces asks what the API server says to the caller's token.
func (c *course) namespaces(context.Context) finding {
	if c.answer == nil {
		return open("not asked")
	}
	f := c.judge(c.answer, c.member)
	if f.verdict == Pass && c.site.dns {
		c.settle("connect-permission", c.name()+" may connect: the DNS endpoint lets it through")
	}
	return f
}

// judge tells apart the answers to GET /api/v1/namespaces.
func (c *course) judge(a *answer, member string) finding {
	who := member
	if who == "" {
		who = "the identity"
	}
	switch {
	case a.status == http.StatusOK && a.kind == "NamespaceList":
		return passed("GET /api/v1/namespaces answers 200 to " + who)
	case a.status == http.StatusUnauthorized:
		return c.unauthorized(who, member)
	case a.status == http.StatusForbidden && a.kind == "Status":
		return c.forbidden(a, who, member)
	case a.status == http.StatusForbidden:
		return c.turnedAway(a, who, member)
	}
	return open(c.site.host + " answers " + statusText(a.status) + ", which is no list of namespaces: " + excerpt(a.message))
}

func (c *course) unauthorized(who, member string) finding {
	return finding{
		verdict: Fail, class: "unauthorized_401",
		message:  "GET /api/v1/namespaces answers 401 Unauthorized to " + who,
		cause:    "the API server does not accept the token of " + who + ", which Google does: the identity may not talk to this cluster",
		commands: append(grant(c.Ref.Project, member, "roles/container.viewer"), shell.Command("gcloud", "auth", "list")),
	}
}

// forbidden is RBAC's refusal: the API server knows who asks.
func (c *course) forbidden(a *answer, who, member string) finding {
	if strings.Contains(a.message, `"system:anonymous"`) {
		f := c.unauthorized(who, member)
		f.message = "GET /api/v1/namespaces answers 403 to nobody: the token did not arrive"
		f.cause = "the API server saw no token: a proxy between here and " + c.site.host + " drops it"
		f.commands = []string{"env | grep -i _proxy"}
		return f
	}
	return finding{
		verdict: Fail, class: "rbac_forbidden_403",
		message:  "GET /api/v1/namespaces answers 403 to " + who + ": " + excerpt(a.message),
		cause:    "the API server knows " + who + " and does not let it list namespaces: neither IAM nor RBAC grants it (a role in a single namespace does not count here)",
		commands: grant(c.Ref.Project, member, "roles/container.viewer"),
	}
}

// turnedAway is a refusal from in front of the API server.
func (c *course) turnedAway(a *answer, who, member string) finding {
	text := excerpt(string(a.body))
	switch {
	case c.site.dns && (strings.Contains(text, connect) || c.leftOpen("connect-permission")):
		f := c.mayNotConnect(who, member)
		f.message = "the DNS endpoint answers 403 to " + who + ": " + text
		return f
	case c.site.dns && !c.plane.Endpoints.DNS.External:
		return finding{
			verdict: Fail, class: "endpoint_forbidden",
			message:  "the DNS endpoint answers 403 to " + who + ": " + text,
			cause:    "the DNS endpoint takes no traffic from outside Google Cloud",
			commands: []string{update(c.Ref, "--enable-dns-access")},
		}
	}
	return open(c.site.host + " answers 403, and not as an API server does: " + text)
}
