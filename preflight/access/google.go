package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/shell"
)

// Google is what is asked of Google Cloud. Its errors are those of gcp.
type Google interface {
	// TokenInfo asks about the caller's token.
	TokenInfo(ctx context.Context) (gcp.TokenInfo, error)
	// TokenInfoOf asks about another access token of Google's.
	TokenInfoOf(ctx context.Context, token string) (gcp.TokenInfo, error)
	// Token is the caller's token, for the API server.
	Token(ctx context.Context) (string, error)
	// ControlPlane asks for projects/P/locations/L/clusters/C.
	ControlPlane(ctx context.Context, cluster string) (gcp.ControlPlane, error)
	// Clusters are the relative names of all clusters of a project.
	Clusters(ctx context.Context, project string) ([]string, error)
	// Holds asks whether the caller holds a permission on a project.
	Holds(ctx context.Context, project, permission string) (bool, error)
}

// ControlPlane is Google's answer about a cluster.
type ControlPlane = gcp.ControlPlane

const (
	scopePlatform  = "https://www.googleapis.com/auth/cloud-platform"
	scopeContainer = "https://www.googleapis.com/auth/container"
)

// identity asks who is active, and whether the token is good.
func (c *course) identity(ctx context.Context) finding {
	token, err := c.Google.Token(ctx)
	if err != nil {
		return c.noToken(err)
	}
	c.token = token
	info, err := c.Google.TokenInfo(ctx)
	var e *facts.Error
	switch {
	case errors.As(err, &e) && e.Unauthorized():
		return c.expired("the token of " + c.Credentials + " is not valid: it has expired or was withdrawn")
	case err != nil:
		return open("Google did not say whose the token of " + c.Credentials + " is: " + reason(err))
	}
	c.member = memberOf(info.Email)
	return c.judgeToken(info)
}

func (c *course) judgeToken(info gcp.TokenInfo) finding {
	who := c.who()
	if info.Lifetime <= 0 {
		return c.expired("the token of " + who + " has expired")
	}
	if !slices.Contains(info.Scopes, scopePlatform) && !slices.Contains(info.Scopes, scopeContainer) {
		return c.narrow(info.Scopes)
	}
	return passed(who + ", with a token that is good for " + rounded(info.Lifetime))
}

// rounded is a duration to the minute, or to the second where that matters.
func rounded(d time.Duration) string {
	if d < 2*time.Minute {
		return d.Round(time.Second).String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

// who is the member that asks, and where its credentials come from.
func (c *course) who() string {
	if c.member == "" {
		return "an identity that its token does not tell (" + c.Credentials + ")"
	}
	return c.member + " (" + c.Credentials + ")"
}

// name is the member that asks, or words for it.
func (c *course) name() string {
	if c.member == "" {
		return "the active identity"
	}
	return c.member
}

func (c *course) noToken(err error) finding {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil && refused.Response.StatusCode < 500 {
		return c.expired("Google makes no token for " + c.Credentials + ": the login has expired, was withdrawn, or its account is disabled or deleted")
	}
	var e *facts.Error
	if errors.As(err, &e) && (e.Denied() || e.NotFound() || e.Unauthorized()) {
		return c.expired("no token can be made: " + excerpt(e.Error()))
	}
	return open("no token could be got from " + c.Credentials + ": " + reason(err))
}

// reason is why Google did not answer, without what was asked, or its answer.
func reason(err error) string {
	var e *facts.Error
	if errors.As(err, &e) && e.Unreachable() {
		return "no answer: " + excerpt(e.Silence())
	}
	return excerpt(err.Error())
}

// prefixed is nothing where there is nothing to begin.
func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func (c *course) expired(message string) finding {
	return finding{verdict: Fail, message: message, class: "credentials_expired", commands: c.signIn()}
}

func (c *course) signIn() []string {
	switch {
	case strings.HasPrefix(c.Credentials, "GOOGLE_OAUTH_ACCESS_TOKEN"):
		return []string{"gcloud auth login", `export GOOGLE_OAUTH_ACCESS_TOKEN="$(gcloud auth print-access-token)"`}
	case strings.Contains(c.Credentials, "metadata server"):
		return []string{"gcloud auth login --update-adc"}
	}
	return []string{"gcloud auth application-default login"}
}

func (c *course) narrow(scopes []string) finding {
	return finding{
		verdict: Fail, class: "credentials_scope",
		message:  "the token of " + c.who() + " is not for Google Cloud" + prefixed(": its scopes are ", strings.Join(scopes, " ")),
		cause:    "the token of " + c.who() + " lacks the scope cloud-platform; of a machine, the access scopes have to be widened while it is stopped",
		commands: c.signIn(),
	}
}

// cluster asks whether the cluster is there.
func (c *course) cluster(ctx context.Context) finding {
	plane, err := c.Google.ControlPlane(ctx, c.Ref.String())
	if err == nil {
		c.plane = &plane
		return c.state(plane)
	}
	c.silent = reason(err)
	var e *facts.Error
	if !errors.As(err, &e) {
		return open("Google did not say whether the cluster exists: " + c.silent)
	}
	c.denial = e
	return c.refused(ctx, e)
}

func (c *course) state(plane ControlPlane) finding {
	switch plane.Status {
	case "PROVISIONING", "STOPPING":
		return finding{
			verdict: Fail, class: "cluster_not_ready",
			message: c.Ref.String() + " is " + plane.Status,
			cause:   "the cluster is " + plane.Status + ": its API server is not to be relied on until it is RUNNING",
			commands: []string{
				shell.Command("gcloud", "container", "operations", "list", "--location="+c.Ref.Location, "--project="+c.Ref.Project, "--filter=status!=DONE"),
			},
		}
	}
	return passed(c.Ref.String() + " is " + plane.Status)
}

// refused tells apart why Google did not show the cluster.
func (c *course) refused(ctx context.Context, e *facts.Error) finding {
	if service, consumer, off := e.ServiceDisabled(); off {
		return c.disabled(service, consumer)
	}
	switch {
	case e.NotFound():
		return c.notFound(ctx)
	case e.UserProjectDenied():
		return finding{
			verdict: Fail, class: "quota_project_denied",
			message:  c.name() + " may not use the quota project that requests are billed to: " + c.silent,
			commands: []string{shell.Command("gcloud", "auth", "application-default", "set-quota-project", shell.Name(c.Ref.Project))},
		}
	case e.Reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		return c.narrow(nil)
	case e.Unauthorized():
		return c.expired("Google does not accept the token of " + c.Credentials)
	case e.Denied():
		return open("Google does not say so to an identity that may not get it")
	}
	return open("Google did not say whether the cluster exists: " + c.silent)
}

func (c *course) disabled(service, consumer string) finding {
	project := strings.TrimPrefix(consumer, "projects/")
	if project == "" {
		project = c.Ref.Project
	}
	if service == "" {
		service = "container.googleapis.com"
	}
	return finding{
		verdict: Fail, class: "api_disabled",
		message:  service + " is off in project " + project,
		commands: []string{shell.Command("gcloud", "services", "enable", shell.Name(service), "--project="+project)},
	}
}

// notFound looks for the cluster in the rest of its project.
func (c *course) notFound(ctx context.Context) finding {
	f := finding{
		verdict: Fail, class: "cluster_not_found",
		message: "there is no " + c.Ref.String(), commands: []string{shell.Command("gcloud", "container", "clusters", "list", "--project="+c.Ref.Project)},
	}
	names, err := c.Google.Clusters(ctx, c.Ref.Project)
	if err != nil {
		f.cause = f.message + ": the project, the location or the name is wrong (the login is valid); where else it may be could not be found out: " + reason(err)
		return f
	}
	found := c.elsewhere(names)
	switch {
	case len(found) > 0:
		f.cause = fmt.Sprintf("the location is wrong: cluster %s of project %s is in %s, not in %s", c.Ref.Name, c.Ref.Project, locations(found), c.Ref.Location)
		f.commands = []string{getCredentials(found[0])}
	case len(names) == 0:
		f.cause = f.message + ", nor any other cluster in project " + c.Ref.Project + ": is it the right project?"
	default:
		f.cause = f.message + ": the name or the project is wrong; project " + c.Ref.Project + " has " + listed(names)
	}
	return f
}

// elsewhere are the clusters of the same name.
func (c *course) elsewhere(names []string) []Ref {
	var out []Ref
	for _, n := range names {
		if r, err := ParseRef(n); err == nil && r.Name == c.Ref.Name && r.Location != c.Ref.Location {
			out = append(out, r)
		}
	}
	return out
}

func locations(found []Ref) string {
	var out []string
	for _, r := range found {
		out = append(out, r.Location)
	}
	return strings.Join(out, " and ")
}

// listed are some of the clusters of a project.
func listed(names []string) string {
	const most = 5
	var out []string
	for _, n := range names {
		if r, err := ParseRef(n); err == nil {
			out = append(out, r.Name+" in "+r.Location)
		}
	}
	if rest := len(out) - most; rest > 0 {
		out = append(out[:most], fmt.Sprintf("%d more", rest))
	}
	return strings.Join(out, ", ")
}

// getPermission asks whether the caller may get the cluster.
func (c *course) getPermission(context.Context) finding {
	if c.plane != nil {
		return passed(c.name() + " may get it (container.clusters.get)")
	}
	e := c.denial
	if e == nil || !e.Denied() {
		return open("not known without an answer about the cluster")
	}
	if e.Reason == "SECURITY_POLICY_VIOLATED" {
		return finding{
			verdict: Fail, class: "vpc_service_controls",
			message: "VPC Service Controls keep " + c.name() + " from the cluster: " + excerpt(e.Error()),
		}
	}
	return finding{
		verdict: Fail, class: "get_denied",
		message:  c.name() + " lacks container.clusters.get on it, or the project does not exist",
		cause:    c.who() + " lacks container.clusters.get on " + c.Ref.String() + ", or there is no project " + c.Ref.Project,
		commands: grant(c.Ref.Project, c.member, "roles/container.clusterViewer"),
	}
}

const connect = "container.clusters.connect"

// connectPermission asks whether the caller may use the DNS endpoint. A grant
// on the cluster alone does not show on the project: the endpoint settles it.
// https://docs.cloud.google.com/kubernetes-engine/docs/concepts/network-isolation
func (c *course) connectPermission(ctx context.Context) finding {
	switch {
	case c.site == nil:
		return open("not known which endpoint is used")
	case !c.site.dns:
		return skipped("only the DNS endpoint asks for " + connect)
	}
	holds, err := c.Google.Holds(ctx, c.Ref.Project, connect)
	switch {
	case err != nil:
		return open("Google did not say whether " + c.name() + " holds " + connect + ": " + reason(err))
	case holds:
		return passed(c.name() + " may connect through the DNS endpoint (" + connect + ")")
	}
	f := c.mayNotConnect(c.name(), c.member)
	f.verdict = Undetermined
	return f
}

func (c *course) mayNotConnect(who, member string) finding {
	return finding{
		verdict: Fail, class: "connect_denied",
		message:  who + " lacks " + connect + " on project " + c.Ref.Project,
		cause:    who + " lacks " + connect + ", which the DNS endpoint asks for",
		commands: grant(c.Ref.Project, member, "roles/container.clusterViewer"),
	}
}

// statusText is an HTTP status with its words.
func statusText(code int) string {
	return strings.TrimSpace(fmt.Sprint(code, " ", http.StatusText(code)))
}
