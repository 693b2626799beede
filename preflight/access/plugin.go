package access

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"k8s.io/client-go/tools/clientcmd/api"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/shell"
)

const (
	pluginName = "gke-gcloud-auth-plugin"
	// pluginVersion is the only version of the protocol that the plugin speaks.
	pluginVersion = "client.authentication.k8s.io/v1beta1"
)

// kubectlVersion is that of kubectl; zero where it is not known.
type kubectlVersion struct{ major, minor int }

// needsPlugin reports whether it has no login to GKE of its own.
// https://docs.cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl
func (v kubectlVersion) needsPlugin() bool { return v.major > 1 || v.major == 1 && v.minor >= 25 }

// A login is what kubectl sends to the API server.
type login struct {
	token string
	path  string // of the plugin
	fixed bool   // the token stands in the kubeconfig
}

// kubectl asks which version kubectl has. It is no fault not to have one.
func (c *course) kubectl(ctx context.Context) finding {
	if c.Entry == nil {
		return skipped("without a context there is nothing for kubectl to use")
	}
	path, err := c.LookPath("kubectl")
	if err != nil {
		return skipped("kubectl is not on PATH")
	}
	out, err := c.run(ctx, Program{Path: path, Args: []string{"version", "--client", "-o", "json"}})
	v, ok := versionOf(out.Stdout)
	if err != nil || !ok {
		return skipped("kubectl does not tell its version")
	}
	c.kubectlVersion = v
	if !v.needsPlugin() {
		return passed(fmt.Sprintf("kubectl %d.%d could log in to GKE without the plugin; 1.25 and later cannot", v.major, v.minor))
	}
	return passed(fmt.Sprintf("kubectl %d.%d logs in to GKE through %s", v.major, v.minor, pluginName))
}

// versionOf reads what kubectl version prints; minor may be "32+".
func versionOf(data []byte) (kubectlVersion, bool) {
	var answer struct {
		Client struct {
			Major string `json:"major"`
			Minor string `json:"minor"`
		} `json:"clientVersion"`
	}
	if json.Unmarshal(data, &answer) != nil {
		return kubectlVersion{}, false
	}
	major, err := strconv.Atoi(answer.Client.Major)
	minor, err2 := strconv.Atoi(strings.TrimRight(answer.Client.Minor, "+"))
	return kubectlVersion{major, minor}, err == nil && err2 == nil
}

func (c *course) run(ctx context.Context, p Program) (Output, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Patience)
	defer cancel()
	return c.Run(ctx, p)
}

// loginMethod asks how the kubeconfig's user logs in.
func (c *course) loginMethod(context.Context) finding {
	if c.Entry == nil {
		return skipped("no context")
	}
	u := c.Entry.user
	switch {
	case u.Exec != nil:
		return c.execMethod(u.Exec)
	case u.AuthProvider != nil:
		return c.builtIn(u.AuthProvider.Name)
	case u.Token != "" || u.TokenFile != "":
		return c.fixedToken(u)
	case len(u.ClientCertificateData) > 0 || u.ClientCertificate != "":
		return open("the context logs in with a client certificate, which is not followed")
	}
	return finding{
		verdict: Fail, class: "login_missing",
		message:  "the context's user has no way to log in: neither the plugin nor a token",
		commands: []string{c.refresh()},
	}
}

func (c *course) execMethod(e *api.ExecConfig) finding {
	if !isPlugin(e) {
		return passed("the context logs in through " + excerpt(e.Command) + ", and not through " + pluginName)
	}
	if e.APIVersion == pluginVersion {
		return passed("the context logs in through " + pluginName + " (" + e.APIVersion + ")")
	}
	return finding{
		verdict: Fail, class: "plugin_api_version",
		message:  "the context wants " + excerpt(e.APIVersion) + " of " + pluginName + ", which speaks " + pluginVersion,
		commands: []string{c.refresh()},
	}
}

func isPlugin(e *api.ExecConfig) bool {
	return strings.TrimSuffix(filepath.Base(e.Command), ".exe") == pluginName
}

// builtIn is a login that kubectl itself had once.
func (c *course) builtIn(name string) finding {
	message := "the context logs in through auth-provider " + excerpt(name) + ", which kubectl has no more since 1.25"
	switch {
	case name != "gcp":
		return open("the context logs in through auth-provider " + excerpt(name) + ", which is not followed")
	case c.kubectlVersion == kubectlVersion{}:
		return finding{verdict: Undetermined, class: "login_plugin_unused", message: message + "; that of this machine is not known", commands: []string{c.refresh()}}
	case !c.needsPlugin():
		return passed(message + "; that of this machine still has it")
	}
	return finding{
		verdict: Fail, class: "login_plugin_unused", message: message,
		cause:    "the kubeconfig does not use " + pluginName + ", and kubectl has no login of its own any more",
		commands: append(installPlugin(), c.refresh()),
	}
}

func (c *course) fixedToken(u *api.AuthInfo) finding {
	c.login = &login{token: u.Token, fixed: true}
	if u.TokenFile != "" {
		data, err := c.ReadFile(u.TokenFile)
		if err != nil {
			return finding{
				verdict: Fail, class: "login_missing", message: "the context's token file cannot be read: " + excerpt(err.Error()),
				commands: []string{c.refresh()},
			}
		}
		c.login.token = strings.TrimSpace(string(data))
	}
	return passed("the context has a fixed token, which does not renew itself")
}

// installPlugin is for machines with gcloud's own installer; distributions'
// packages are called google-cloud-cli-gke-gcloud-auth-plugin.
func installPlugin() []string {
	return []string{"gcloud components install " + pluginName + " || sudo apt-get install google-cloud-cli-" + pluginName}
}

// plugin asks whether the program that the kubeconfig names is there.
func (c *course) plugin(context.Context) finding {
	if c.Entry == nil || c.Entry.user.Exec == nil {
		return skipped("the context runs no program to log in")
	}
	e := c.Entry.user.Exec
	path, err := c.LookPath(e.Command)
	if err == nil {
		c.login = &login{path: path}
		return passed(path)
	}
	f := finding{
		verdict: Fail, class: "auth_plugin_missing",
		message: excerpt(e.Command) + " is not on PATH",
		cause:   excerpt(e.Command) + ", through which the context logs in, is not on PATH: kubectl cannot get a token",
	}
	if strings.ContainsAny(e.Command, `/\`) {
		f.message, f.cause = excerpt(e.Command)+" is not there", excerpt(e.Command)+", through which the context logs in, is not there: kubectl cannot get a token"
	}
	if isPlugin(e) {
		f.commands = append(installPlugin(), c.refresh())
	}
	return f
}

// pluginToken runs the program as kubectl would.
func (c *course) pluginToken(ctx context.Context) finding {
	if c.login == nil || c.login.path == "" {
		return skipped("no program to run")
	}
	e := c.Entry.user.Exec
	out, err := c.run(ctx, c.execProgram(e))
	switch {
	case ctx.Err() != nil:
		return open("the time was up before " + c.pluginCalled() + " was done")
	case errors.Is(err, context.DeadlineExceeded):
		return c.pluginFault("plugin_timeout", fmt.Sprintf("%s does not answer within %s", c.pluginCalled(), c.Patience))
	case err != nil:
		return c.pluginFault("plugin_failed", c.pluginCalled()+" fails: "+excerpt(c.said(out, err)))
	}
	return c.readCredential(e, out.Stdout)
}

func (c *course) pluginCalled() string { return filepath.Base(c.login.path) }

// said is what a program complained of, else how it ended.
func (c *course) said(out Output, err error) string {
	if s := string(bytes.TrimSpace(out.Stderr)); s != "" {
		return s
	}
	return err.Error()
}

func (c *course) pluginFault(class, message string) finding {
	f := finding{verdict: Fail, class: class, message: message, cause: "kubectl gets no token: " + message}
	switch {
	case !isPlugin(c.Entry.user.Exec):
	case class == "plugin_output" || class == "plugin_api_version":
		f.commands = []string{pluginName + " --version", "gcloud components update", c.refresh()}
	default:
		f.commands = []string{"gcloud auth list", "gcloud auth login"}
	}
	return f
}

// execProgram is how kubectl runs it.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
func (c *course) execProgram(e *api.ExecConfig) Program {
	p := Program{Path: c.login.path, Args: e.Args}
	for _, v := range e.Env {
		p.Env = append(p.Env, v.Name+"="+v.Value)
	}
	spec := map[string]any{"interactive": false}
	if e.ProvideClusterInfo {
		k := c.Entry.cluster
		spec["cluster"] = map[string]any{"server": k.Server, "certificate-authority-data": k.CertificateAuthorityData, "tls-server-name": k.TLSServerName}
	}
	info, err := json.Marshal(map[string]any{"kind": "ExecCredential", "apiVersion": e.APIVersion, "spec": spec})
	if err == nil {
		p.Env = append(p.Env, "KUBERNETES_EXEC_INFO="+string(info))
	}
	return p
}

// readCredential reads an ExecCredential. What else it may be is not shown: a
// token may be in it.
func (c *course) readCredential(e *api.ExecConfig, data []byte) finding {
	var answer struct {
		Kind       string `json:"kind"`
		APIVersion string `json:"apiVersion"`
		Status     *struct {
			Token       string     `json:"token"`
			Expires     *time.Time `json:"expirationTimestamp"`
			Certificate string     `json:"clientCertificateData"`
		} `json:"status"`
	}
	err := json.Unmarshal(data, &answer)
	switch {
	case err != nil || answer.Kind != "ExecCredential" || answer.Status == nil:
		return c.pluginFault("plugin_output", fmt.Sprintf("%s prints %d bytes that are no ExecCredential", c.pluginCalled(), len(data)))
	case answer.APIVersion != e.APIVersion:
		return c.pluginFault("plugin_api_version", fmt.Sprintf("%s answers with %s, and the context wants %s", c.pluginCalled(), excerpt(answer.APIVersion), excerpt(e.APIVersion)))
	case answer.Status.Token == "" && answer.Status.Certificate != "":
		return open(c.pluginCalled() + " gives a client certificate, which is not followed")
	case answer.Status.Token == "":
		return c.pluginFault("plugin_output", c.pluginCalled()+" gives no token")
	}
	c.login.token = answer.Status.Token
	if t := answer.Status.Expires; t != nil && !t.After(c.Now()) {
		return c.pluginFault("plugin_token_expired", c.pluginCalled()+" gives a token that has expired")
	}
	return passed(c.pluginCalled() + " gives a token")
}

// kubectlAccess asks what the API server says to kubectl's own token.
func (c *course) kubectlAccess(ctx context.Context) finding {
	switch {
	case c.login == nil || c.login.token == "":
		return skipped("there is no token of kubectl's to try")
	case c.login.token == c.token && c.answer != nil:
		return passed("kubectl has the same token")
	}
	member, f, ok := c.kubectlIdentity(ctx)
	if !ok {
		return f
	}
	if c.site == nil || c.answer == nil {
		return open("not asked: the API server was not reached")
	}
	a, err := c.ask(ctx, c.login.token)
	if err != nil {
		return open(c.site.host + " could not be asked with the token of kubectl: " + excerpt(err.Error()))
	}
	return c.judgeKubectl(c.judge(a, member), member)
}

// kubectlIdentity is whose the token is. Only one that comes from Google's
// plugin is shown to Google.
func (c *course) kubectlIdentity(ctx context.Context) (string, finding, bool) {
	if c.login.fixed || !isPlugin(c.Entry.user.Exec) {
		return "", finding{}, true
	}
	info, err := c.Google.TokenInfoOf(ctx, c.login.token)
	var e *facts.Error
	switch {
	case errors.As(err, &e) && e.Unauthorized():
		return "", c.pluginFault("plugin_token_expired", c.pluginCalled()+" gives a token that Google does not accept: it has expired or was withdrawn"), false
	case err != nil:
		return "", finding{}, true
	}
	return memberOf(info.Email), finding{}, true
}

// judgeKubectl says it where kubectl is somebody else.
func (c *course) judgeKubectl(f finding, member string) finding {
	other := member != "" && c.member != "" && member != c.member
	switch {
	case f.verdict == Pass && other:
		return passed("kubectl is " + member + ", not " + c.member + ", and is let in too")
	case f.verdict == Pass:
		return passed("the token of kubectl is let in too")
	case f.verdict != Fail:
		return f
	case c.login.fixed:
		f.class, f.cause = "fixed_token_refused", "the fixed token of the context is not let in: "+f.message
		f.commands = []string{c.refresh()}
	case other:
		f.class = "other_identity"
		f.cause = "kubectl is " + member + ", and the API server does not let it in; " + c.member + ", whom this command asks as, it does"
		f.commands = append(f.commands[:1:1], shell.Command("gcloud", "config", "set", "account", shell.Name(bare(c.member))))
	}
	return f
}

// bare is a member without its kind.
func bare(member string) string {
	_, email, _ := strings.Cut(member, ":")
	return email
}
