package gcp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	crmv1 "google.golang.org/api/cloudresourcemanager/v1"
	crmv3 "google.golang.org/api/cloudresourcemanager/v3"
	iamv1 "google.golang.org/api/iam/v1"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/iam"
)

// Identity asks whose the caller's token is.
// https://developers.google.com/identity/sign-in/web/backend-auth#calling-the-tokeninfo-endpoint
func (c *Client) Identity(ctx context.Context) (facts.Identity, error) {
	const method = "oauth2.tokeninfo"
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://oauth2.googleapis.com/tokeninfo", nil)
	if err != nil {
		return facts.Identity{}, err
	}
	response, err := c.http.Do(r)
	if err != nil {
		return facts.Identity{}, failure(method, "the caller's token", err)
	}
	defer response.Body.Close()
	var answer struct {
		Email       string `json:"email"`
		Scope       string `json:"scope"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	body, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(body, &answer)
	}
	if response.StatusCode != http.StatusOK {
		return facts.Identity{}, &facts.Error{Method: method, Resource: "the caller's token", Code: response.StatusCode, Message: strings.TrimSpace(answer.Error + " " + answer.Description)}
	}
	if err != nil {
		return facts.Identity{}, failure(method, "the caller's token", err)
	}
	return facts.Identity{Email: answer.Email, Scopes: strings.Fields(answer.Scope)}, nil
}

// Project asks for a project by its ID or number.
// https://docs.cloud.google.com/resource-manager/reference/rest/v3/projects/get
func (c *Client) Project(ctx context.Context, id string) (facts.Project, error) {
	const method = "cloudresourcemanager.projects.get"
	p, err := c.projects.Projects.Get("projects/" + id).Context(ctx).Do()
	if err != nil {
		return facts.Project{}, failure(method, "projects/"+id, err)
	}
	number := strings.TrimPrefix(p.Name, "projects/")
	if id != p.ProjectId && id != number || number == "" {
		return facts.Project{}, odd(method, "projects/"+id, "is about another project")
	}
	return facts.Project{ID: p.ProjectId, Number: number, Parent: p.Parent, State: p.State}, nil
}

// Ancestry asks for a project and all above it, nearest first, such as
// projects/p, folders/1, organizations/2.
// https://docs.cloud.google.com/resource-manager/reference/rest/v1/projects/getAncestry
func (c *Client) Ancestry(ctx context.Context, project string) ([]string, error) {
	const method = "cloudresourcemanager.projects.getAncestry"
	answer, err := c.ancestors.Projects.GetAncestry(project, &crmv1.GetAncestryRequest{}).Context(ctx).Do()
	if err != nil {
		return nil, failure(method, "projects/"+project, err)
	}
	var out []string
	for _, a := range answer.Ancestor {
		if a.ResourceId == nil || a.ResourceId.Id == "" {
			return nil, odd(method, "projects/"+project, "has an ancestor without a name")
		}
		out = append(out, a.ResourceId.Type+"s/"+a.ResourceId.Id)
	}
	isNumber := strings.Trim(project, "0123456789") == ""
	if len(out) == 0 || !strings.HasPrefix(out[0], "projects/") || !isNumber && out[0] != "projects/"+project {
		return nil, odd(method, "projects/"+project, "does not begin with the project")
	}
	return out, nil
}

// maxPermissions is the most that testIamPermissions takes.
// https://github.com/openshift/cloud-credential-operator splits by it too.
const maxPermissions = 100

// TestPermissions asks which permissions the caller holds on projects/P,
// projects/P/serviceAccounts/E or projects/P/regions/R/subnetworks/S.
// https://docs.cloud.google.com/iam/docs/testing-permissions
func (c *Client) TestPermissions(ctx context.Context, resource string, permissions []string) (facts.Tested, error) {
	answers, err := inBatches(ctx, permissions, maxPermissions, func(ctx context.Context, batch []string) (facts.Tested, error) {
		return c.testBatch(ctx, resource, batch)
	})
	if err != nil {
		return facts.Tested{}, err
	}
	var all facts.Tested
	for _, a := range answers {
		all.Granted = append(all.Granted, a.Granted...)
		all.Refused = append(all.Refused, a.Refused...)
		all.Invalid = append(all.Invalid, a.Invalid...)
	}
	return all, nil
}

// inBatches asks about many things, so many at once as a request takes, side
// by side.
func inBatches[T any](ctx context.Context, things []string, size int, ask func(context.Context, []string) (T, error)) ([]T, error) {
	batches := slices.Collect(slices.Chunk(things, size))
	answers := make([]T, len(batches))
	group, ctx := errgroup.WithContext(ctx)
	for i, batch := range batches {
		group.Go(func() (err error) {
			answers[i], err = ask(ctx, batch)
			return err
		})
	}
	return answers, group.Wait()
}

// invalidPermission is how Google names a permission that is not for the
// resource; it refuses the whole request.
var invalidPermission = regexp.MustCompile(`Permission (\S+) is not valid for this resource`)

// testBatch sets aside what Google calls invalid, and asks for the rest again.
func (c *Client) testBatch(ctx context.Context, resource string, permissions []string) (facts.Tested, error) {
	var t facts.Tested
	for len(permissions) > 0 {
		granted, err := c.test(ctx, resource, permissions)
		if err == nil {
			t.Granted = granted
			t.Refused = slices.DeleteFunc(slices.Clone(permissions), func(p string) bool { return slices.Contains(granted, p) })
			return t, nil
		}
		var e *facts.Error
		if !errors.As(err, &e) || e.Code != http.StatusBadRequest {
			return facts.Tested{}, err
		}
		named := invalidPermission.FindStringSubmatch(e.Message)
		if named == nil || !slices.Contains(permissions, named[1]) {
			return facts.Tested{}, err
		}
		t.Invalid = append(t.Invalid, named[1])
		permissions = slices.DeleteFunc(slices.Clone(permissions), func(p string) bool { return p == named[1] })
	}
	return t, nil
}

func (c *Client) test(ctx context.Context, resource string, permissions []string) ([]string, error) {
	method, granted, err := c.testOn(ctx, resource, permissions)
	if err != nil {
		return nil, failure(method, resource, err)
	}
	for _, p := range granted {
		if !slices.Contains(permissions, p) {
			return nil, odd(method, resource, "grants "+p+", which was not asked for")
		}
	}
	return granted, nil
}

// testOn asks in the way of the resource's kind. The answers of all kinds are
// the same but for their types.
func (c *Client) testOn(ctx context.Context, resource string, permissions []string) (method string, granted []string, err error) {
	ask := &crmv3.TestIamPermissionsRequest{Permissions: permissions}
	answer := new(crmv3.TestIamPermissionsResponse)
	switch {
	case strings.Contains(resource, "/subnetworks/"):
		method = "compute.subnetworks.testIamPermissions"
		address := "https://compute.googleapis.com/compute/v1/" + escaped(resource) + "/testIamPermissions"
		err = c.post(ctx, method, resource, address, map[string][]string{"permissions": permissions}, answer)
	case strings.Contains(resource, "/serviceAccounts/"):
		method = "iam.projects.serviceAccounts.testIamPermissions"
		var of *iamv1.TestIamPermissionsResponse
		if of, err = c.iam.Projects.ServiceAccounts.TestIamPermissions(resource, &iamv1.TestIamPermissionsRequest{Permissions: permissions}).Context(ctx).Do(); err == nil {
			answer.Permissions = of.Permissions
		}
	case strings.HasPrefix(resource, "folders/"):
		method = "cloudresourcemanager.folders.testIamPermissions"
		answer, err = c.projects.Folders.TestIamPermissions(resource, ask).Context(ctx).Do()
	case strings.HasPrefix(resource, "organizations/"):
		method = "cloudresourcemanager.organizations.testIamPermissions"
		answer, err = c.projects.Organizations.TestIamPermissions(resource, ask).Context(ctx).Do()
	default:
		method = "cloudresourcemanager.projects.testIamPermissions"
		answer, err = c.projects.Projects.TestIamPermissions(resource, ask).Context(ctx).Do()
	}
	if err != nil {
		return method, nil, err
	}
	return method, answer.Permissions, nil
}

// maxServices is the most that batchGet takes.
// https://docs.cloud.google.com/service-usage/docs/reference/rest/v1/services/batchGet
const maxServices = 30

// Services asks for the state of APIs in a project.
func (c *Client) Services(ctx context.Context, project string, names []string) (facts.Services, error) {
	answers, err := inBatches(ctx, names, maxServices, func(ctx context.Context, batch []string) (facts.Services, error) {
		return c.servicesBatch(ctx, project, batch)
	})
	if err != nil {
		return facts.Services{}, err
	}
	all := facts.Services{State: make(map[string]facts.ServiceState)}
	for _, a := range answers {
		all.ProjectNumber = a.ProjectNumber
		for name, state := range a.State {
			all.State[name] = state
		}
	}
	return all, nil
}

var serviceName = regexp.MustCompile(`^projects/([^/]+)/services/([^/]+)$`)

func (c *Client) servicesBatch(ctx context.Context, project string, names []string) (facts.Services, error) {
	const method = "serviceusage.services.batchGet"
	parent := "projects/" + project
	full := make([]string, len(names))
	for i, n := range names {
		full[i] = parent + "/services/" + n
	}
	answer, err := c.services.Services.BatchGet(parent).Names(full...).Context(ctx).Do()
	if err != nil {
		return facts.Services{}, failure(method, parent, err)
	}
	s := facts.Services{State: make(map[string]facts.ServiceState)}
	for _, service := range answer.Services {
		parts := serviceName.FindStringSubmatch(service.Name)
		if parts == nil || !slices.Contains(names, parts[2]) {
			return facts.Services{}, odd(method, parent, "is about a service that was not asked for")
		}
		if strings.Trim(parts[1], "0123456789") == "" {
			s.ProjectNumber = parts[1]
		}
		s.State[parts[2]] = facts.ServiceState(service.State)
	}
	return s, nil
}

// ServiceAccount asks for a service account by its email or unique ID. The
// project may be -, but then a missing account answers 403.
// https://docs.cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/get
func (c *Client) ServiceAccount(ctx context.Context, project, account string) (facts.ServiceAccount, error) {
	const method = "iam.projects.serviceAccounts.get"
	name := "projects/" + project + "/serviceAccounts/" + account
	a, err := c.iam.Projects.ServiceAccounts.Get(name).Context(ctx).Do()
	if err != nil {
		return facts.ServiceAccount{}, failure(method, name, err)
	}
	if !strings.EqualFold(a.Email, account) && a.UniqueId != account {
		return facts.ServiceAccount{}, odd(method, name, "is about another account")
	}
	return facts.ServiceAccount{Email: a.Email, UniqueID: a.UniqueId, ProjectID: a.ProjectId, Disabled: a.Disabled}, nil
}

// Role asks what roles/R, projects/P/roles/R or organizations/N/roles/R
// contains. Predefined roles need no permission.
// https://docs.cloud.google.com/iam/docs/reference/rest/v1/roles/get
func (c *Client) Role(ctx context.Context, name string) (iam.Role, error) {
	method := "iam.roles.get"
	var r *iamv1.Role
	var err error
	switch {
	case strings.HasPrefix(name, "projects/"):
		method = "iam.projects.roles.get"
		r, err = c.iam.Projects.Roles.Get(name).Context(ctx).Do()
	case strings.HasPrefix(name, "organizations/"):
		method = "iam.organizations.roles.get"
		r, err = c.iam.Organizations.Roles.Get(name).Context(ctx).Do()
	default:
		r, err = c.iam.Roles.Get(name).Context(ctx).Do()
	}
	if err != nil {
		return iam.Role{}, failure(method, name, err)
	}
	if r.Name != name {
		return iam.Role{}, odd(method, name, "is about another role")
	}
	if len(r.IncludedPermissions) == 0 && method == "iam.roles.get" {
		return iam.Role{}, odd(method, name, "has no permissions")
	}
	return iam.Role{Permissions: r.IncludedPermissions, Stage: r.Stage, Deleted: r.Deleted}, nil
}
