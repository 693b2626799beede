package access

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/pkg/apis/clientauthentication/v1beta1"
	"k8s.io/client-go/tools/clientcmd/api"
)

const (
	pluginName = "gke-gcloud-auth-plugin"
	// pluginVersion is the only version of the protocol that the plugin supports.
	pluginVersion = "client.authentication.k8s.io/v1beta1"
)

// A login is how kubectl authenticates to the API server.
type login struct {
	token  string // empty if unknown
	path   string // of the program that returns the token; empty if there is none
	static bool   // whether the token is in the kubeconfig
}

// runProgram runs a program with the time limit of a step.
func (c *state) runProgram(ctx context.Context, p Program) (Output, error) {
	ctx, cancel := context.WithTimeout(ctx, c.StepTimeout)
	defer cancel()
	return c.Run(ctx, p)
}

// loginMethod checks how the kubeconfig's user authenticates.
func (c *kubectlChecks) loginMethod(context.Context) finding {
	if c.Entry == nil {
		return skip("no context")
	}
	u := c.Entry.user
	switch {
	case u.Exec != nil:
		return c.execMethod(u.Exec)
	case u.AuthProvider != nil:
		return c.authProvider(u.AuthProvider.Name)
	case u.Token != "" || u.TokenFile != "":
		return c.staticToken(u)
	case len(u.ClientCertificateData) > 0 || u.ClientCertificate != "":
		return undetermined("the context logs in with a client certificate, which this command does not check")
	}
	return finding{
		verdict: Fail, class: "login_missing",
		message:  "the context's user has no way to log in: neither the plugin nor a token",
		commands: []string{c.refreshCommand()},
	}
}

func (c *kubectlChecks) execMethod(e *api.ExecConfig) finding {
	if !isPlugin(e) {
		return pass("the context logs in through " + excerpt(e.Command) + ", not through " + pluginName)
	}
	if e.APIVersion == pluginVersion {
		return pass("the context logs in through " + pluginName + " (" + e.APIVersion + ")")
	}
	return finding{
		verdict: Fail, class: "plugin_api_version",
		message:  "the context requests " + excerpt(e.APIVersion) + " from " + pluginName + ", which supports only " + pluginVersion,
		commands: []string{c.refreshCommand()},
	}
}

func isPlugin(e *api.ExecConfig) bool {
	return strings.TrimSuffix(filepath.Base(e.Command), ".exe") == pluginName
}

// authProvider checks a login that was built into kubectl before 1.25.
func (c *kubectlChecks) authProvider(name string) finding {
	message := "the context logs in through auth-provider " + excerpt(name) + ", which kubectl removed in 1.25"
	switch {
	case name != "gcp":
		return undetermined("the context logs in through auth-provider " + excerpt(name) + ", which this command does not check")
	case c.kubectlVersion == kubectlVersion{}:
		return finding{verdict: Undetermined, class: "login_plugin_unused", message: message + "; the version of kubectl on this machine is unknown", commands: []string{c.refreshCommand()}}
	case !c.needsPlugin():
		return pass(message + "; kubectl on this machine still has it")
	}
	return finding{
		verdict: Fail, class: "login_plugin_unused", message: message,
		cause:    "the kubeconfig does not use " + pluginName + ", and kubectl no longer has a built-in login",
		commands: append(installPluginCommands(), c.refreshCommand()),
	}
}

func (c *kubectlChecks) staticToken(u *api.AuthInfo) finding {
	c.login = &login{token: u.Token, static: true}
	if u.TokenFile != "" {
		data, err := c.ReadFile(u.TokenFile)
		if err != nil {
			return finding{
				verdict: Fail, class: "login_missing", message: "the context's token file cannot be read: " + excerpt(err.Error()),
				commands: []string{c.refreshCommand()},
			}
		}
		c.login.token = strings.TrimSpace(string(data))
	}
	return pass("the context has a static token, which is never renewed")
}

// installPluginCommands returns a command that installs the plugin with gcloud's
// component manager or, if gcloud came from a package of the distribution, with
// apt.
func installPluginCommands() []string {
	return []string{"gcloud components install " + pluginName + " || sudo apt-get install google-cloud-cli-" + pluginName}
}

// plugin checks whether the program that the kubeconfig names is installed.
func (c *kubectlChecks) plugin(context.Context) finding {
	if c.Entry == nil || c.Entry.user.Exec == nil {
		return skip("the context runs no program to log in")
	}
	e := c.Entry.user.Exec
	path, err := c.LookPath(e.Command)
	if err == nil {
		c.login = &login{path: path}
		return pass(path)
	}
	fault := " is not on PATH"
	if strings.ContainsAny(e.Command, `/\`) {
		fault = " does not exist"
	}
	f := finding{
		verdict: Fail, class: "auth_plugin_missing",
		message: excerpt(e.Command) + fault,
		cause:   excerpt(e.Command) + ", through which the context logs in," + fault + ": kubectl cannot get a token",
	}
	if isPlugin(e) {
		f.commands = append(installPluginCommands(), c.refreshCommand())
	}
	return f
}

// pluginToken runs the program as kubectl would.
func (c *kubectlChecks) pluginToken(ctx context.Context) finding {
	if c.login == nil || c.login.path == "" {
		return skip("no program to run")
	}
	e := c.Entry.user.Exec
	out, err := c.runProgram(ctx, c.execProgram(e))
	switch {
	case ctx.Err() != nil:
		return undetermined("the time limit was reached before " + c.programName() + " finished")
	case errors.Is(err, context.DeadlineExceeded):
		return c.pluginFailure("plugin_timeout", fmt.Sprintf("%s does not finish within %s", c.programName(), c.StepTimeout))
	case err != nil:
		return c.pluginFailure("plugin_failed", c.programName()+" fails: "+excerpt(errorOutput(out, err)))
	}
	return c.readCredential(e, out.Stdout)
}

func (c *kubectlChecks) programName() string { return filepath.Base(c.login.path) }

// errorOutput returns what a failed program wrote to standard error or, if that
// is nothing, how it ended.
func errorOutput(out Output, err error) string {
	if s := string(bytes.TrimSpace(out.Stderr)); s != "" {
		return s
	}
	return err.Error()
}

func (c *kubectlChecks) pluginFailure(class, message string) finding {
	f := finding{verdict: Fail, class: class, message: message, cause: "kubectl cannot get a token: " + message}
	switch {
	case !isPlugin(c.Entry.user.Exec):
	case class == "plugin_output" || class == "plugin_api_version":
		f.commands = []string{pluginName + " --version", "gcloud components update", c.refreshCommand()}
	default:
		f.commands = []string{"gcloud auth list", "gcloud auth login"}
	}
	return f
}

// execProgram returns the program as kubectl runs it.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
func (c *kubectlChecks) execProgram(e *api.ExecConfig) Program {
	p := Program{Path: c.login.path, Args: e.Args}
	for _, v := range e.Env {
		p.Env = append(p.Env, v.Name+"="+v.Value)
	}
	request := v1beta1.ExecCredential{TypeMeta: metav1.TypeMeta{Kind: "ExecCredential", APIVersion: e.APIVersion}}
	if e.ProvideClusterInfo {
		k := c.Entry.cluster
		request.Spec.Cluster = &v1beta1.Cluster{Server: k.Server, CertificateAuthorityData: k.CertificateAuthorityData, TLSServerName: k.TLSServerName}
	}
	info, err := json.Marshal(request)
	if err == nil {
		p.Env = append(p.Env, "KUBERNETES_EXEC_INFO="+string(info))
	}
	return p
}

// readCredential parses the output of the program. Output that is not an
// ExecCredential is not shown, because it may hold a token.
func (c *kubectlChecks) readCredential(e *api.ExecConfig, data []byte) finding {
	var credential v1beta1.ExecCredential
	err := json.Unmarshal(data, &credential)
	status := credential.Status
	switch {
	case err != nil || credential.Kind != "ExecCredential" || status == nil:
		return c.pluginFailure("plugin_output", fmt.Sprintf("%s prints %d bytes that are not an ExecCredential", c.programName(), len(data)))
	case credential.APIVersion != e.APIVersion:
		return c.pluginFailure("plugin_api_version", fmt.Sprintf("%s returns %s, but the context requests %s", c.programName(), excerpt(credential.APIVersion), excerpt(e.APIVersion)))
	case status.Token == "" && status.ClientCertificateData != "":
		return undetermined(c.programName() + " returns a client certificate, which this command does not check")
	case status.Token == "":
		return c.pluginFailure("plugin_output", c.programName()+" returns no token")
	}
	c.login.token = status.Token
	if t := status.ExpirationTimestamp; t != nil && !t.After(c.Now()) {
		return c.pluginFailure("plugin_token_expired", c.programName()+" returns a token that has expired")
	}
	return pass(c.programName() + " returns a token")
}
