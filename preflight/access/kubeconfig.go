package access

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"gke-preflight/preflight/shell"
)

// A Kubeconfig is the merged configuration that kubectl reads.
type Kubeconfig struct {
	config          *api.Config
	kubeconfigFiles []string
}

// ReadKubeconfig reads file or, if it is empty, the files that kubectl reads:
// $KUBECONFIG, else .kube/config in the home directory. A missing file counts as
// empty, unless file names it. Errors quote nothing of the files, because they
// hold tokens.
// https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
func ReadKubeconfig(file string, getenv func(string) string) (*Kubeconfig, error) {
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: file, Precedence: kubeconfigFiles(getenv)}
	config, err := rules.Load()
	read := rules.Precedence
	if file != "" {
		read = []string{file}
	}
	if err == nil {
		return &Kubeconfig{config, read}, nil
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return nil, fmt.Errorf("read the kubeconfig: %w", path)
	}
	return nil, fmt.Errorf("read the kubeconfig %s: it is not valid\nhint: kubectl config view", strings.Join(read, ", "))
}

// kubeconfigFiles returns the files that kubectl reads, in its order.
func kubeconfigFiles(getenv func(string) string) []string {
	if list := getenv("KUBECONFIG"); list != "" {
		return slices.DeleteFunc(filepath.SplitList(list), func(f string) bool { return f == "" })
	}
	for _, home := range []string{getenv("HOME"), getenv("USERPROFILE")} {
		if home != "" {
			return []string{filepath.Join(home, ".kube", "config")}
		}
	}
	return nil
}

// Files returns the names of the files that were read, in words.
func (k *Kubeconfig) Files() string {
	if len(k.kubeconfigFiles) == 0 {
		return "the kubeconfig"
	}
	return strings.Join(k.kubeconfigFiles, ", ")
}

// Current returns the name of the current context; empty if there is none.
func (k *Kubeconfig) Current() string { return k.config.CurrentContext }

// An Entry is a context of a kubeconfig with its cluster and user.
type Entry struct {
	Context string
	names   []string // of the context, the cluster and the user
	cluster *api.Cluster
	user    *api.AuthInfo
}

// Entry returns the context of a name; nil if it, its cluster or its user is
// missing.
func (k *Kubeconfig) Entry(name string) *Entry {
	c := k.config.Contexts[name]
	if c == nil || k.config.Clusters[c.Cluster] == nil || k.config.AuthInfos[c.AuthInfo] == nil {
		return nil
	}
	return &Entry{
		Context: name, names: []string{name, c.Cluster, c.AuthInfo},
		cluster: k.config.Clusters[c.Cluster], user: k.config.AuthInfos[c.AuthInfo],
	}
}

// EntryOf returns a context of a cluster, preferably the current one; nil if
// there is none.
func (k *Kubeconfig) EntryOf(r Ref) *Entry {
	names := []string{k.Current()}
	for name := range k.config.Contexts {
		names = append(names, name)
	}
	slices.Sort(names[1:])
	for _, name := range names {
		e := k.Entry(name)
		if e == nil {
			continue
		}
		if other, ok := e.Ref(); ok && other == r {
			return e
		}
	}
	return nil
}

// Ref returns the cluster that the names of the entry contain, if gcloud chose them.
// The name of the cluster entry comes first, because people rename contexts and
// leave the cluster entry as it was.
func (e *Entry) Ref() (Ref, bool) {
	for _, i := range []int{1, 0, 2} {
		if r, ok := parseGcloudName(e.names[i]); ok {
			return r, true
		}
	}
	return Ref{}, false
}

// RefOfContext returns the cluster that the name of a context contains, if gcloud
// gave the name.
func RefOfContext(name string) (Ref, bool) { return parseGcloudName(name) }

// The kubeconfigChecks are the step that compares the kubeconfig with the
// cluster.
type kubeconfigChecks struct{ *state }

// kubeconfig checks whether the context points to the cluster, and chooses the
// endpoint to contact.
func (c *kubeconfigChecks) kubeconfig(context.Context) finding {
	if c.Entry == nil && c.Context != "" {
		return finding{
			verdict: Fail, class: "context_missing",
			message:  "the kubeconfig has no context " + c.Context + ", or its cluster or user is missing",
			commands: []string{getCredentialsCommand(c.Ref)},
		}
	}
	if c.controlPlane == nil {
		return undetermined("not checked: the cluster could not be read")
	}
	if c.Entry == nil {
		c.endpoint = defaultEndpoint(c.controlPlane)
		return skip("no context for this cluster; create one with: " + getCredentialsCommand(c.Ref))
	}
	return c.compare(c.Entry.cluster)
}

// compare compares the kubeconfig's server with the endpoints of the cluster.
func (c *kubeconfigChecks) compare(k *api.Cluster) finding {
	s, err := contextEndpoint(k, c.controlPlane)
	if err != nil {
		return c.staleKubeconfig("kubeconfig_server", redactedServer(k.Server)+" "+err.Error())
	}
	if k.InsecureSkipTLSVerify {
		c.endpoint = defaultEndpoint(c.controlPlane)
		return finding{
			verdict: Undetermined, class: "tls_verification_off",
			message:  "the context has insecure-skip-tls-verify: no token is sent to its server; the endpoint that Google lists is checked instead, with verification",
			cause:    "the context " + c.Entry.Context + " has insecure-skip-tls-verify: kubectl sends its token to whatever answers at " + s.host,
			commands: []string{getCredentialsCommand(c.Ref)},
		}
	}
	switch {
	case s.isConnectGateway():
		return finding{
			verdict: Undetermined, class: "connect_gateway",
			message:  "the context uses the Connect gateway, which this command does not check",
			commands: []string{getCredentialsCommand(c.Ref)},
		}
	case s.hasPath:
		return c.unknownServer(s)
	case s.isKnown(c.controlPlane):
		return c.direct(s, "context "+c.Entry.Context+" points to "+s.host+", an endpoint of the cluster")
	case s.isLoopback():
		return c.direct(s, "context "+c.Entry.Context+" points to "+s.host+", which may be a tunnel; the certificate shows whether it is the cluster")
	case s.isGKEHost():
		return c.staleKubeconfig("kubeconfig_stale", "the context points to "+s.host+", which is not an endpoint of the cluster: "+strings.Join(endpointHosts(c.controlPlane), ", "))
	}
	return c.unknownServer(s)
}

// direct makes s the endpoint to contact. It never uses the proxy of the
// kubeconfig: a token goes only through the proxy of the environment, which the
// caller controls.
func (c *kubeconfigChecks) direct(s *endpoint, message string) finding {
	c.endpoint = s
	if s.proxy == nil || s.usesProxy(c.proxy(s)) {
		return pass(message)
	}
	s.skipsProxy = true
	return finding{
		verdict: Undetermined, class: "proxy_unused",
		message:  message + "; kubectl connects through the context's proxy-url, which is not used here: the server is contacted directly",
		cause:    "the context " + c.Entry.Context + " has a proxy-url, and this command sends no token through a proxy that only a kubeconfig names: whether kubectl can connect is unknown",
		commands: []string{"HTTPS_PROXY=YOUR_PROXY_URL " + shell.Command("gke-preflight", "access", "--context="+c.Entry.Context)},
	}
}

// proxy returns the proxy of the environment for s; nil if there is none.
func (c *kubeconfigChecks) proxy(s *endpoint) *url.URL {
	r, err := http.NewRequest(http.MethodGet, s.namespacesURL(), nil)
	if err != nil || c.Proxy == nil {
		return nil
	}
	u, err := c.Proxy(r)
	if err != nil {
		return nil
	}
	return u
}

func (c *kubeconfigChecks) unknownServer(s *endpoint) finding {
	return finding{
		verdict: Undetermined, class: "server_unknown",
		message:  "the context points to " + s.host + ", which Google does not list as an endpoint of the cluster: no token is sent there",
		commands: []string{getCredentialsCommand(c.Ref)},
	}
}

func (c *state) staleKubeconfig(class, message string) finding {
	return finding{
		verdict: Fail, class: class, message: message,
		cause:    message + ": the kubeconfig is out of date, or for another cluster",
		commands: []string{c.refreshCommand()},
	}
}
