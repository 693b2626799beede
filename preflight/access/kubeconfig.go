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

// A Kubeconfig is what kubectl reads.
type Kubeconfig struct {
	config *api.Config
	files  []string
}

// ReadKubeconfig reads a file, or where none is named those that kubectl reads:
// $KUBECONFIG, else .kube/config at home. A file that is not there is empty,
// unless it is named. Errors quote nothing of the files, which hold tokens.
// https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
func ReadKubeconfig(file string, getenv func(string) string) (*Kubeconfig, error) {
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: file, Precedence: files(getenv)}
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
	return nil, fmt.Errorf("read the kubeconfig %s: it is none, or not in order\nhint: kubectl config view", strings.Join(read, ", "))
}

// files are where kubectl looks, in its order.
func files(getenv func(string) string) []string {
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

// Files are what was read, in words.
func (k *Kubeconfig) Files() string {
	if len(k.files) == 0 {
		return "the kubeconfig"
	}
	return strings.Join(k.files, ", ")
}

// Current is the name of the current context; may be empty.
func (k *Kubeconfig) Current() string { return k.config.CurrentContext }

// An Entry is a context with its cluster and user.
type Entry struct {
	Context string
	names   []string // of the context, the cluster and the user
	cluster *api.Cluster
	user    *api.AuthInfo
}

// Entry is the context of that name; nil where there is none, or where it
// leads to no cluster or no user.
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

// EntryOf is the context of a cluster: the current one before others; nil
// where there is none.
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
		if of, ok := e.Ref(); ok && of == r {
			return e
		}
	}
	return nil
}

// Ref is the cluster that the names tell, as gcloud gives them. People rename
// contexts, and leave the cluster's name as it was.
func (e *Entry) Ref() (Ref, bool) {
	for _, i := range []int{1, 0, 2} {
		if r, ok := refOfName(e.names[i]); ok {
			return r, true
		}
	}
	return Ref{}, false
}

// RefOfContext is the cluster that the name of a context tells.
func RefOfContext(name string) (Ref, bool) { return refOfName(name) }

// kubeconfig asks whether the context leads to this cluster, and works out
// where to go.
func (c *course) kubeconfig(context.Context) finding {
	if c.Entry == nil && c.Context != "" {
		return finding{
			verdict: Fail, class: "context_missing",
			message:  "the kubeconfig has no context " + c.Context + ", or it leads nowhere",
			commands: []string{getCredentials(c.Ref)},
		}
	}
	if c.plane == nil {
		return open("not compared: Google did not show the cluster")
	}
	if c.Entry == nil {
		c.site = siteOf(c.plane)
		return skipped("no context of this cluster; kubectl gets one by: " + getCredentials(c.Ref))
	}
	return c.compare(c.Entry.cluster)
}

// compare holds the kubeconfig's server against the endpoints of the cluster.
func (c *course) compare(k *api.Cluster) finding {
	s, err := newSite(k, c.plane)
	if err != nil {
		return c.stale("kubeconfig_server", shownServer(k.Server)+" "+err.Error())
	}
	if k.InsecureSkipTLSVerify {
		c.site = siteOf(c.plane)
		return finding{
			verdict: Undetermined, class: "tls_verification_off",
			message:  "the context has insecure-skip-tls-verify: no token is sent on its word; the endpoint that Google names is asked instead, verified",
			cause:    "the context " + c.Entry.Context + " has insecure-skip-tls-verify: whoever answers at " + s.host + " gets the token of kubectl",
			commands: []string{getCredentials(c.Ref)},
		}
	}
	switch {
	case s.connectGateway():
		return finding{
			verdict: Undetermined, class: "connect_gateway",
			message:  "the context leads through the Connect gateway, which is not asked: what may be wrong there is unknown",
			commands: []string{getCredentials(c.Ref)},
		}
	case s.below:
		return c.unknownServer(s)
	case s.known(c.plane):
		return c.direct(s, "context "+c.Entry.Context+" leads to "+s.host+", an endpoint of the cluster")
	case s.loopback():
		return c.direct(s, "context "+c.Entry.Context+" leads to "+s.host+", a tunnel if anything; the cluster's certificate decides")
	case s.stale():
		return c.stale("kubeconfig_stale", "the context leads to "+s.host+", which is no endpoint of the cluster: "+strings.Join(endpoints(c.plane), ", "))
	}
	return c.unknownServer(s)
}

// direct makes s the site to ask. A proxy of the kubeconfig's is not used: only
// the environment, which is the caller's own, says what a token goes through.
func (c *course) direct(s *site, message string) finding {
	c.site = s
	if s.proxy == nil || s.goesThrough(c.proxy(s)) {
		return passed(message)
	}
	s.detour = true
	return finding{
		verdict: Undetermined, class: "proxy_unused",
		message:  message + "; kubectl goes there through the context's proxy-url, which was not used: the server is asked directly",
		cause:    "the context " + c.Entry.Context + " has a proxy-url, and no token is sent through a proxy on the word of a kubeconfig: whether kubectl gets through is not known",
		commands: []string{"HTTPS_PROXY=YOUR_PROXY_URL " + shell.Command("gke-preflight", "access", "--context="+c.Entry.Context)},
	}
}

// proxy returns that of the environment; nil if there is none.
func (c *course) proxy(s *site) *url.URL {
	r, err := http.NewRequest(http.MethodGet, s.url(), nil)
	if err != nil || c.Proxy == nil {
		return nil
	}
	u, err := c.Proxy(r)
	if err != nil {
		return nil
	}
	return u
}

func (c *course) unknownServer(s *site) finding {
	return finding{
		verdict: Undetermined, class: "server_unknown",
		message:  "the context leads to " + s.host + ", which Google does not name as an endpoint of the cluster: no token is sent there",
		commands: []string{getCredentials(c.Ref)},
	}
}

func (c *course) stale(class, message string) finding {
	return finding{
		verdict: Fail, class: class, message: message,
		cause:    message + ": the kubeconfig is out of date, or of another cluster",
		commands: []string{c.refresh()},
	}
}
