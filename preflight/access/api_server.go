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

// Transport returns a transport to an API server, for Env.Connect. It uses the
// proxy of the environment, which the caller controls, if there is one.
func Transport(t Trust) http.RoundTripper {
	return &http.Transport{
		Proxy:             http.ProxyFromEnvironment,
		DialContext:       (&net.Dialer{Timeout: time.Minute}).DialContext,
		TLSClientConfig:   &tls.Config{RootCAs: t.Roots, ServerName: t.ServerName, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true,
	}
}

// An apiResponse is the response of an API server.
type apiResponse struct {
	status int
	body   []byte
	// kind is the kind of the Kubernetes object in the body, such as Status or
	// NamespaceList; empty for anything else.
	kind    string
	message string
	chain   []*x509.Certificate
}

// The apiServerChecks are the steps that contact the API server.
type apiServerChecks struct{ *state }

// getNamespaces sends a token to the endpoint, which is verified first, and
// returns the response to GET /api/v1/namespaces. It follows no redirects.
func (c *apiServerChecks) getNamespaces(ctx context.Context, token string) (*apiResponse, error) {
	trust, err := c.endpoint.trust(c.controlPlane)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.StepTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.endpoint.namespacesURL(), nil)
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
		return nil, fmt.Errorf("read the response: %w", err)
	}
	return newAPIResponse(response, body), nil
}

func newAPIResponse(response *http.Response, body []byte) *apiResponse {
	a := &apiResponse{status: response.StatusCode, body: body}
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

// apiServer checks whether the endpoint answers, with the cluster's certificate.
func (c *apiServerChecks) apiServer(ctx context.Context) finding {
	if c.controlPlane != nil && c.endpoint == nil && len(endpointHosts(c.controlPlane)) == 0 {
		return finding{
			verdict: Fail, class: "cluster_not_ready", message: "the cluster has no endpoint: it is " + c.controlPlane.Status,
			commands: []string{shell.Command("gcloud", "container", "operations", "list", "--location="+c.Ref.Location, "--project="+c.Ref.Project)},
		}
	}
	if c.endpoint == nil || c.token == "" {
		return undetermined("not checked: " + c.missingPrerequisite())
	}
	c.result.Server = "https://" + c.endpoint.host
	a, err := c.getNamespaces(ctx, c.token)
	if err != nil {
		return c.connectionError(ctx, err)
	}
	c.response = a
	if f, ok := c.kubeconfigMismatch(a); ok {
		return f
	}
	return pass(c.endpoint.host + " answers, with a certificate " + c.authorityInWords())
}

// missingPrerequisite returns why the API server cannot be contacted.
func (c *apiServerChecks) missingPrerequisite() string {
	if c.token == "" {
		return "there is no token"
	}
	return "the server could not be identified as an endpoint of the cluster"
}

func (c *apiServerChecks) authorityInWords() string {
	if c.endpoint.dns {
		return "that the system trusts"
	}
	return "of the cluster CA"
}

// kubeconfigMismatch returns a failure if kubectl, which follows the kubeconfig,
// would reject the certificate of a server that is the right one.
func (c *apiServerChecks) kubeconfigMismatch(a *apiResponse) (finding, bool) {
	if c.Entry == nil || c.Entry.cluster.InsecureSkipTLSVerify || len(a.chain) == 0 {
		return finding{}, false
	}
	if name := c.endpoint.kubectlServerName(); a.chain[0].VerifyHostname(name) != nil {
		return c.staleKubeconfig("kubeconfig_server_name", "kubectl expects the name "+excerpt(name)+" from "+c.endpoint.host+", and the cluster's certificate is for another name"), true
	}
	k := c.Entry.cluster
	data, file := k.CertificateAuthorityData, k.CertificateAuthority
	if len(data) == 0 && file != "" {
		var err error
		if data, err = c.ReadFile(file); err != nil {
			return c.staleAuthority("the context's certificate-authority cannot be read: " + excerpt(err.Error())), true
		}
	}
	if len(data) == 0 && c.endpoint.dns {
		return finding{}, false
	}
	pool := certPool(data)
	if len(data) > 0 && pool == nil {
		return c.staleAuthority("the context's certificate-authority is not a certificate"), true
	}
	if len(data) == 0 {
		return c.staleAuthority("the context has no certificate-authority"), true
	}
	if c.trusts(pool, a.chain) {
		return finding{}, false
	}
	return c.staleAuthority("the context's certificate-authority is not the CA of the cluster"), true
}

func (c *apiServerChecks) staleAuthority(message string) finding {
	return c.staleKubeconfig("kubeconfig_ca", message)
}

// trusts reports whether roots have signed a server's certificate.
func (c *apiServerChecks) trusts(roots *x509.CertPool, chain []*x509.Certificate) bool {
	intermediates := x509.NewCertPool()
	for _, cert := range chain[1:] {
		intermediates.AddCert(cert)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates, CurrentTime: c.Now()})
	return err == nil
}

// connectionError returns the finding for an error of the connection.
func (c *apiServerChecks) connectionError(ctx context.Context, err error) finding {
	host := c.endpoint.host
	var name *net.DNSError
	switch {
	case ctx.Err() != nil:
		return undetermined("the time limit was reached before " + host + " answered")
	case c.endpoint.skipsProxy:
		return undetermined("could not connect to " + host + " without the context's proxy-url: " + excerpt(err.Error()))
	case errors.As(err, &name) && name.IsNotFound:
		return finding{
			verdict: Fail, class: "endpoint_unknown", message: "host " + name.Name + " does not resolve",
			cause:    name.Name + " does not resolve on this machine: the machine is outside the network whose DNS has the name, or the kubeconfig is out of date",
			commands: []string{c.refreshCommand()},
		}
	case isCertificateError(err):
		return c.untrustedCertificate(err)
	case errors.Is(err, syscall.ECONNREFUSED), strings.Contains(err.Error(), "actively refused"): // on Windows
		return c.connectionRefused()
	case isTimeout(err), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return c.noResponse()
	}
	return undetermined("could not connect to " + host + ": " + excerpt(err.Error()))
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

func isCertificateError(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid)
}

// untrustedCertificate returns the finding for a server that failed
// verification. The token has not been sent to it.
func (c *apiServerChecks) untrustedCertificate(err error) finding {
	f := finding{
		verdict: Fail, class: "certificate_untrusted",
		message:  "the certificate of " + c.endpoint.host + " is not signed by the cluster CA; no token was sent",
		commands: []string{c.refreshCommand()},
	}
	f.cause = "something other than the cluster answers at " + c.endpoint.host + ": a proxy that intercepts TLS, or another cluster that has the address now"
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		f.class = "certificate_expired"
		f.message = "the certificate of " + c.endpoint.host + " has expired, or is not valid yet; no token was sent"
		f.cause = f.message + ": is the clock of this machine right?"
		f.commands = []string{"date -u"}
	case errors.As(err, &host):
		f.message = "the certificate of " + c.endpoint.host + " is for another name; no token was sent"
		f.cause = f.message + ": the context's server or a tunnel is wrong, or something other than the cluster answers"
	}
	return f
}

func (c *apiServerChecks) connectionRefused() finding {
	f := finding{
		verdict: Fail, class: "endpoint_refused",
		message: c.endpoint.host + " refuses the connection",
		cause:   c.endpoint.host + " refuses the connection: the control plane is being repaired or upgraded, or a firewall blocks it",
		commands: []string{
			shell.Command("gcloud", "container", "operations", "list", "--location="+c.Ref.Location, "--project="+c.Ref.Project, "--filter=status!=DONE"),
		},
	}
	if c.endpoint.isLoopback() && !c.endpoint.isKnown(c.controlPlane) {
		f.cause = "the context points to " + c.endpoint.host + ", where nothing listens: the tunnel is not up"
		f.commands = []string{getCredentialsCommand(c.Ref)}
	}
	return f
}

// noResponse returns the finding for an endpoint that does not answer. The cause
// follows from which networks can reach it.
func (c *apiServerChecks) noResponse() finding {
	f := finding{verdict: Fail, class: "endpoint_unreachable", message: fmt.Sprintf("%s does not answer within %s", c.endpoint.host, c.StepTimeout)}
	blocks, restricted := authorizedNetworks(c.controlPlane)
	switch {
	case c.endpoint.dns:
		f.cause = "the DNS endpoint does not answer: a firewall or a proxy between this machine and Google blocks it"
	case c.endpoint.isPrivate(c.controlPlane):
		f.cause = "the endpoint " + c.endpoint.host + " is private: only machines in the cluster's network, or in one connected to it, can reach it"
	case restricted:
		f.cause = "the endpoint accepts connections from its authorized networks only (" + strings.Join(blocks, ", ") + "), and this machine is most likely in none of them"
		if len(blocks) == 0 {
			f.cause = "the endpoint accepts connections from authorized networks only, and there are none"
		}
		f.commands = []string{updateCommand(c.Ref, "--enable-master-authorized-networks", "--master-authorized-networks="+strings.Join(append(blocks, "YOUR_ADDRESS/32"), ","))}
	default:
		f.cause = f.message + ": a firewall or a proxy between this machine and Google blocks it"
	}
	f.commands = append(c.connectivityCommands(), f.commands...)
	return f
}

// connectivityCommands returns commands that switch to the DNS endpoint, which
// is reachable from any network, or that test the connection.
// https://docs.cloud.google.com/kubernetes-engine/docs/concepts/network-isolation
func (c *apiServerChecks) connectivityCommands() []string {
	dns := c.controlPlane.Endpoints.DNS
	switch {
	case c.endpoint.dns:
		return []string{shell.Command("curl", "-sv", "https://"+c.endpoint.host+"/version")}
	case dns.Endpoint != "" && dns.External:
		return []string{getCredentialsCommand(c.Ref, "--dns-endpoint")}
	case c.endpoint.isPrivate(c.controlPlane):
		return []string{updateCommand(c.Ref, "--enable-dns-access"), getCredentialsCommand(c.Ref, "--dns-endpoint")}
	}
	return []string{shell.Command("curl", "-sv", "--max-time", "10", "--insecure", "https://"+c.endpoint.host+"/version")}
}

// authorizedNetworks returns the networks that can reach the IP endpoints, and
// whether access is restricted to them.
func authorizedNetworks(p *ControlPlane) (blocks []string, restricted bool) {
	for _, a := range []struct {
		enabled bool
		cidrs   []string
	}{
		{p.Authorized.Enabled, p.Authorized.CIDRs()},
		{p.Endpoints.IP.Authorized.Enabled, p.Endpoints.IP.Authorized.CIDRs()},
	} {
		restricted = restricted || a.enabled
		for _, b := range a.cidrs {
			if !slices.Contains(blocks, b) {
				blocks = append(blocks, b)
			}
		}
	}
	return blocks, restricted
}

// namespaces checks what the API server answers to the caller's token.
func (c *apiServerChecks) namespaces(context.Context) finding {
	if c.response == nil {
		return undetermined("not checked")
	}
	f := c.classifyResponse(c.response, c.member)
	if f.verdict == Pass && c.endpoint.dns {
		c.resolve("connect-permission", c.identityName()+" can connect: the DNS endpoint accepted the request")
	}
	return f
}

// classifyResponse returns the finding for a response to GET /api/v1/namespaces.
func (c *apiServerChecks) classifyResponse(a *apiResponse, member string) finding {
	who := member
	if who == "" {
		who = "the identity"
	}
	switch {
	case a.status == http.StatusOK && a.kind == "NamespaceList":
		return pass("GET /api/v1/namespaces returns 200 for " + who)
	case a.status == http.StatusUnauthorized:
		return c.unauthorized(who, member)
	case a.status == http.StatusForbidden && a.kind == "Status":
		return c.forbidden(a, who, member)
	case a.status == http.StatusForbidden:
		return c.frontendForbidden(a, who, member)
	}
	return undetermined(c.endpoint.host + " returns " + httpStatus(a.status) + " instead of a list of namespaces: " + excerpt(a.message))
}

func (c *apiServerChecks) unauthorized(who, member string) finding {
	return finding{
		verdict: Fail, class: "unauthorized_401",
		message:  "GET /api/v1/namespaces returns 401 Unauthorized for " + who,
		cause:    "the API server does not accept the token of " + who + ", although Google does: the identity is not allowed to use this cluster",
		commands: append(grantCommands(c.Ref.Project, member, "roles/container.viewer"), shell.Command("gcloud", "auth", "list")),
	}
}

// forbidden returns the finding for a 403 of the API server, which knows the
// caller.
func (c *apiServerChecks) forbidden(a *apiResponse, who, member string) finding {
	if strings.Contains(a.message, `"system:anonymous"`) {
		f := c.unauthorized(who, member)
		f.message = "GET /api/v1/namespaces returns 403 for an anonymous request: the token did not arrive"
		f.cause = "the API server received no token: a proxy between this machine and " + c.endpoint.host + " drops it"
		f.commands = []string{"env | grep -i _proxy"}
		return f
	}
	return finding{
		verdict: Fail, class: "rbac_forbidden_403",
		message:  "GET /api/v1/namespaces returns 403 for " + who + ": " + excerpt(a.message),
		cause:    "the API server does not allow " + who + " to list namespaces: neither IAM nor RBAC grants it (a Role in a single namespace is not enough)",
		commands: grantCommands(c.Ref.Project, member, "roles/container.viewer"),
	}
}

// frontendForbidden returns the finding for a 403 that came from in front of the
// API server.
func (c *apiServerChecks) frontendForbidden(a *apiResponse, who, member string) finding {
	text := excerpt(string(a.body))
	switch {
	case c.endpoint.dns && (strings.Contains(text, connect) || c.isOpen("connect-permission")):
		f := c.connectDenied(who, member)
		f.message = "the DNS endpoint returns 403 for " + who + ": " + text
		return f
	case c.endpoint.dns && !c.controlPlane.Endpoints.DNS.External:
		return finding{
			verdict: Fail, class: "endpoint_forbidden",
			message:  "the DNS endpoint returns 403 for " + who + ": " + text,
			cause:    "the DNS endpoint accepts no traffic from outside Google Cloud",
			commands: []string{updateCommand(c.Ref, "--enable-dns-access")},
		}
	}
	return undetermined(c.endpoint.host + " returns 403, but not in the format of an API server: " + text)
}
