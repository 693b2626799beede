package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/shell"
)

// A kubectlVersion is the version of kubectl; zero if it is unknown.
type kubectlVersion struct{ major, minor int }

// needsPlugin reports whether this kubectl has no built-in login to GKE.
// https://docs.cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl
func (v kubectlVersion) needsPlugin() bool { return v.major > 1 || v.major == 1 && v.minor >= 25 }

// The kubectlChecks are the steps that log in as kubectl does, and contact the
// API server with its token.
type kubectlChecks struct{ apiServerChecks }

// kubectl looks up the version of kubectl. A missing kubectl is not a failure.
func (c *kubectlChecks) kubectl(ctx context.Context) finding {
	if c.Entry == nil {
		return skip("no context for kubectl to use")
	}
	path, err := c.LookPath("kubectl")
	if err != nil {
		return skip("kubectl is not on PATH")
	}
	out, err := c.runProgram(ctx, Program{Path: path, Args: []string{"version", "--client", "-o", "json"}})
	v, ok := parseKubectlVersion(out.Stdout)
	if err != nil || !ok {
		return skip("kubectl does not print its version")
	}
	c.kubectlVersion = v
	if !v.needsPlugin() {
		return pass(fmt.Sprintf("kubectl %d.%d can log in to GKE without the plugin; 1.25 and later cannot", v.major, v.minor))
	}
	return pass(fmt.Sprintf("kubectl %d.%d logs in to GKE through %s", v.major, v.minor, pluginName))
}

// parseKubectlVersion parses the output of kubectl version -o json. The minor
// version can be "32+".
func parseKubectlVersion(data []byte) (kubectlVersion, bool) {
	var output struct {
		Client struct {
			Major string `json:"major"`
			Minor string `json:"minor"`
		} `json:"clientVersion"`
	}
	if json.Unmarshal(data, &output) != nil {
		return kubectlVersion{}, false
	}
	major, err := strconv.Atoi(output.Client.Major)
	minor, err2 := strconv.Atoi(strings.TrimRight(output.Client.Minor, "+"))
	return kubectlVersion{major, minor}, err == nil && err2 == nil
}

// kubectlAccess checks what the API server answers to kubectl's own token.
func (c *kubectlChecks) kubectlAccess(ctx context.Context) finding {
	switch {
	case c.login == nil || c.login.token == "":
		return skip("no token of kubectl to try")
	case c.login.token == c.token && c.response != nil:
		return pass("kubectl has the same token")
	}
	member, f, ok := c.kubectlIdentity(ctx)
	if !ok {
		return f
	}
	if c.endpoint == nil || c.response == nil {
		return undetermined("not checked: the API server was not reached")
	}
	a, err := c.getNamespaces(ctx, c.login.token)
	if err != nil {
		return undetermined("could not query " + c.endpoint.host + " with the token of kubectl: " + excerpt(err.Error()))
	}
	return c.kubectlFinding(c.classifyResponse(a, member), member)
}

// kubectlIdentity returns the member that kubectl authenticates as, empty if it
// is unknown, or false and a failure. It sends only tokens of Google's plugin
// to Google.
func (c *kubectlChecks) kubectlIdentity(ctx context.Context) (string, finding, bool) {
	if c.login.static || !isPlugin(c.Entry.user.Exec) {
		return "", finding{}, true
	}
	info, err := c.Google.TokenInfoOf(ctx, c.login.token)
	var e *facts.Error
	switch {
	case errors.As(err, &e) && e.Unauthorized():
		return "", c.pluginFailure("plugin_token_expired", c.programName()+" returns a token that Google does not accept: it expired or was revoked"), false
	case err != nil:
		return "", finding{}, true
	}
	return memberOf(info.Email), finding{}, true
}

// kubectlFinding returns f, which is about kubectl's token, with the difference
// between kubectl's identity and the caller's.
func (c *kubectlChecks) kubectlFinding(f finding, member string) finding {
	differs := member != "" && c.member != "" && member != c.member
	switch {
	case f.verdict == Pass && differs:
		return pass("kubectl is " + member + ", not " + c.member + ", and has access too")
	case f.verdict == Pass:
		return pass("the token of kubectl has access too")
	case f.verdict != Fail:
		return f
	case c.login.static:
		f.class, f.cause = "fixed_token_refused", "the API server does not accept the static token of the context: "+f.message
		f.commands = []string{c.refreshCommand()}
	case differs:
		f.class = "other_identity"
		f.cause = "kubectl is " + member + ", which has no access; this command is " + c.member + ", which has"
		f.commands = append(f.commands[:1:1], shell.Command("gcloud", "config", "set", "account", shell.Name(emailOf(c.member))))
	}
	return f
}

// emailOf returns an IAM member without its type.
func emailOf(member string) string {
	_, email, _ := strings.Cut(member, ":")
	return email
}
