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

// Google is the part of Google Cloud that a check reads. Its errors are facts.Error
// values.
type Google interface {
	// TokenInfo looks up the caller's token.
	TokenInfo(ctx context.Context) (gcp.TokenInfo, error)
	// TokenInfoOf looks up another access token that Google issued.
	TokenInfoOf(ctx context.Context, token string) (gcp.TokenInfo, error)
	// Token returns the caller's token, for the API server.
	Token(ctx context.Context) (string, error)
	// ControlPlane returns projects/P/locations/L/clusters/C.
	ControlPlane(ctx context.Context, cluster string) (gcp.ControlPlane, error)
	// Clusters returns the relative names of all clusters of a project.
	Clusters(ctx context.Context, project string) ([]string, error)
	// Holds reports whether the caller has a permission on a project.
	Holds(ctx context.Context, project, permission string) (bool, error)
}

// ControlPlane is Google's answer about a cluster.
type ControlPlane = gcp.ControlPlane

const (
	scopePlatform  = "https://www.googleapis.com/auth/cloud-platform"
	scopeContainer = "https://www.googleapis.com/auth/container"
)

// The googleChecks are the steps that ask Google about the caller and the
// cluster.
type googleChecks struct{ *state }

// identity checks who the caller is, and whether the token is valid.
func (c *googleChecks) identity(ctx context.Context) finding {
	token, err := c.Google.Token(ctx)
	if err != nil {
		return c.tokenError(err)
	}
	c.token = token
	info, err := c.Google.TokenInfo(ctx)
	var e *facts.Error
	switch {
	case errors.As(err, &e) && e.Unauthorized():
		return c.credentialsExpired("the token of " + c.Credentials + " is not valid: it expired or was revoked")
	case err != nil:
		return undetermined("could not look up the identity of the token of " + c.Credentials + ": " + reason(err))
	}
	c.member = memberOf(info.Email)
	return c.checkToken(info)
}

func (c *googleChecks) checkToken(info gcp.TokenInfo) finding {
	who := c.identityWithSource()
	if info.Lifetime <= 0 {
		return c.credentialsExpired("the token of " + who + " has expired")
	}
	if !slices.Contains(info.Scopes, scopePlatform) && !slices.Contains(info.Scopes, scopeContainer) {
		return c.insufficientScope(info.Scopes)
	}
	return pass(who + ", with a token that is valid for " + roundDuration(info.Lifetime))
}

// roundDuration rounds d to the minute, or to the second below two minutes.
func roundDuration(d time.Duration) string {
	if d < 2*time.Minute {
		return d.Round(time.Second).String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

// identityWithSource returns the caller's member and the source of its
// credentials.
func (c *state) identityWithSource() string {
	if c.member == "" {
		return "an identity that the token does not show (" + c.Credentials + ")"
	}
	return c.member + " (" + c.Credentials + ")"
}

// identityName returns the caller's member, or words for it.
func (c *state) identityName() string {
	if c.member == "" {
		return "the active identity"
	}
	return c.member
}

func (c *googleChecks) tokenError(err error) finding {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil && refused.Response.StatusCode < 500 {
		return c.credentialsExpired("Google issues no token for " + c.Credentials + ": the login expired or was revoked, or its account is disabled or deleted")
	}
	var e *facts.Error
	if errors.As(err, &e) && (e.Denied() || e.NotFound() || e.Unauthorized()) {
		return c.credentialsExpired("cannot get a token: " + excerpt(e.Error()))
	}
	return undetermined("could not get a token from " + c.Credentials + ": " + reason(err))
}

// reason returns why Google did not answer, or the error that it answered with.
func reason(err error) string {
	var e *facts.Error
	if errors.As(err, &e) && e.Unreachable() {
		return "no answer: " + excerpt(e.NoAnswerReason())
	}
	return excerpt(err.Error())
}

// withPrefix returns prefix and s, or nothing if s is empty.
func withPrefix(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func (c *googleChecks) credentialsExpired(message string) finding {
	return finding{verdict: Fail, message: message, class: "credentials_expired", commands: c.signIn()}
}

func (c *googleChecks) signIn() []string {
	switch {
	case strings.HasPrefix(c.Credentials, "GOOGLE_OAUTH_ACCESS_TOKEN"):
		return []string{"gcloud auth login", `export GOOGLE_OAUTH_ACCESS_TOKEN="$(gcloud auth print-access-token)"`}
	case strings.Contains(c.Credentials, "metadata server"):
		return []string{"gcloud auth login --update-adc"}
	}
	return []string{"gcloud auth application-default login"}
}

func (c *googleChecks) insufficientScope(scopes []string) finding {
	return finding{
		verdict: Fail, class: "credentials_scope",
		message:  "the token of " + c.identityWithSource() + " does not cover Google Cloud" + withPrefix(": its scopes are ", strings.Join(scopes, " ")),
		cause:    "the token of " + c.identityWithSource() + " lacks the scope cloud-platform; on a Compute Engine VM, stop the VM to change its access scopes",
		commands: c.signIn(),
	}
}

// cluster checks whether the cluster exists.
func (c *googleChecks) cluster(ctx context.Context) finding {
	controlPlane, err := c.Google.ControlPlane(ctx, c.Ref.String())
	if err == nil {
		c.controlPlane = &controlPlane
		return c.clusterStatus(controlPlane)
	}
	c.noAnswer = reason(err)
	var e *facts.Error
	if !errors.As(err, &e) {
		return undetermined("could not check whether the cluster exists: " + c.noAnswer)
	}
	c.apiError = e
	return c.clusterError(ctx, e)
}

func (c *googleChecks) clusterStatus(controlPlane ControlPlane) finding {
	switch controlPlane.Status {
	case "PROVISIONING", "STOPPING":
		return finding{
			verdict: Fail, class: "cluster_not_ready",
			message: c.Ref.String() + " is " + controlPlane.Status,
			cause:   "the cluster is " + controlPlane.Status + ": its API server is not reliable until the cluster is RUNNING",
			commands: []string{
				shell.Command("gcloud", "container", "operations", "list", "--location="+c.Ref.Location, "--project="+c.Ref.Project, "--filter=status!=DONE"),
			},
		}
	}
	return pass(c.Ref.String() + " is " + controlPlane.Status)
}

// clusterError returns the finding for Google's error about the cluster.
func (c *googleChecks) clusterError(ctx context.Context, e *facts.Error) finding {
	if service, consumer, off := e.ServiceDisabled(); off {
		return c.apiDisabled(service, consumer)
	}
	switch {
	case e.NotFound():
		return c.notFound(ctx)
	case e.UserProjectDenied():
		return finding{
			verdict: Fail, class: "quota_project_denied",
			message:  c.identityName() + " cannot use the quota project that requests are billed to: " + c.noAnswer,
			commands: []string{shell.Command("gcloud", "auth", "application-default", "set-quota-project", shell.Name(c.Ref.Project))},
		}
	case e.Reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		return c.insufficientScope(nil)
	case e.Unauthorized():
		return c.credentialsExpired("Google does not accept the token of " + c.Credentials)
	case e.Denied():
		return undetermined("could not check: the identity is not allowed to get the cluster")
	}
	return undetermined("could not check whether the cluster exists: " + c.noAnswer)
}

func (c *googleChecks) apiDisabled(service, consumer string) finding {
	project := strings.TrimPrefix(consumer, "projects/")
	if project == "" {
		project = c.Ref.Project
	}
	if service == "" {
		service = "container.googleapis.com"
	}
	return finding{
		verdict: Fail, class: "api_disabled",
		message:  service + " is disabled in project " + project,
		commands: []string{shell.Command("gcloud", "services", "enable", shell.Name(service), "--project="+project)},
	}
}

// notFound looks for the cluster in the other locations of its project.
func (c *googleChecks) notFound(ctx context.Context) finding {
	f := finding{
		verdict: Fail, class: "cluster_not_found",
		message: c.Ref.String() + " does not exist", commands: []string{shell.Command("gcloud", "container", "clusters", "list", "--project="+c.Ref.Project)},
	}
	names, err := c.Google.Clusters(ctx, c.Ref.Project)
	if err != nil {
		f.cause = f.message + ": the project, the location or the name is wrong (the login is valid); could not list the clusters of the project: " + reason(err)
		return f
	}
	found := c.sameNameElsewhere(names)
	switch {
	case len(found) > 0:
		f.cause = fmt.Sprintf("the location is wrong: cluster %s of project %s is in %s, not in %s", c.Ref.Name, c.Ref.Project, joinLocations(found), c.Ref.Location)
		f.commands = []string{getCredentialsCommand(found[0])}
	case len(names) == 0:
		f.cause = f.message + ", and project " + c.Ref.Project + " has no cluster: is it the right project?"
	default:
		f.cause = f.message + ": the name or the project is wrong; project " + c.Ref.Project + " has " + listNames(names)
	}
	return f
}

// sameNameElsewhere returns the clusters of the same name in other locations.
func (c *googleChecks) sameNameElsewhere(names []string) []Ref {
	var out []Ref
	for _, n := range names {
		if r, err := ParseRef(n); err == nil && r.Name == c.Ref.Name && r.Location != c.Ref.Location {
			out = append(out, r)
		}
	}
	return out
}

func joinLocations(found []Ref) string {
	var out []string
	for _, r := range found {
		out = append(out, r.Location)
	}
	return strings.Join(out, " and ")
}

// listNames returns the first few clusters of a project, in words.
func listNames(names []string) string {
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

// getPermission checks whether the caller can get the cluster.
func (c *googleChecks) getPermission(context.Context) finding {
	if c.controlPlane != nil {
		return pass(c.identityName() + " can get it (container.clusters.get)")
	}
	e := c.apiError
	if e == nil || !e.Denied() {
		return undetermined("cannot be checked without an answer about the cluster")
	}
	if e.Reason == "SECURITY_POLICY_VIOLATED" {
		return finding{
			verdict: Fail, class: "vpc_service_controls",
			message: "VPC Service Controls block " + c.identityName() + " from the cluster: " + excerpt(e.Error()),
		}
	}
	return finding{
		verdict: Fail, class: "get_denied",
		message:  c.identityName() + " lacks container.clusters.get on it, or the project does not exist",
		cause:    c.identityWithSource() + " lacks container.clusters.get on " + c.Ref.String() + ", or project " + c.Ref.Project + " does not exist",
		commands: grantCommands(c.Ref.Project, c.member, "roles/container.clusterViewer"),
	}
}

const connect = "container.clusters.connect"

// connectPermission checks whether the caller can use the DNS endpoint. A grant
// on the cluster alone is not visible on the project, so a missing permission is
// undetermined until the endpoint answers.
// https://docs.cloud.google.com/kubernetes-engine/docs/concepts/network-isolation
func (c *googleChecks) connectPermission(ctx context.Context) finding {
	switch {
	case c.endpoint == nil:
		return undetermined("the endpoint is unknown")
	case !c.endpoint.dns:
		return skip("only the DNS endpoint requires " + connect)
	}
	holds, err := c.Google.Holds(ctx, c.Ref.Project, connect)
	switch {
	case err != nil:
		return undetermined("could not check whether " + c.identityName() + " has " + connect + ": " + reason(err))
	case holds:
		return pass(c.identityName() + " can connect through the DNS endpoint (" + connect + ")")
	}
	f := c.connectDenied(c.identityName(), c.member)
	f.verdict = Undetermined
	return f
}

func (c *state) connectDenied(who, member string) finding {
	return finding{
		verdict: Fail, class: "connect_denied",
		message:  who + " lacks " + connect + " on project " + c.Ref.Project,
		cause:    who + " lacks " + connect + ", which the DNS endpoint requires",
		commands: grantCommands(c.Ref.Project, member, "roles/container.clusterViewer"),
	}
}

// httpStatus returns an HTTP status code with its text.
func httpStatus(code int) string {
	return strings.TrimSpace(fmt.Sprint(code, " ", http.StatusText(code)))
}
