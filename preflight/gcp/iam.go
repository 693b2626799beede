package gcp

import (
	"context"
	"strings"

	crmv3 "google.golang.org/api/cloudresourcemanager/v3"
	iamv1 "google.golang.org/api/iam/v1"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/iam"
)

// The iamAPI reads service accounts, roles and policies, and tests permissions.
// Each of the other APIs has the policies and the tests of its own resources.
type iamAPI struct {
	rest
	iam      *iamv1.Service
	projects *crmv3.Service
}

// ServiceAccount returns a service account by its email or unique ID. The
// project may be "-", but then the error for a missing account is a 403.
// https://docs.cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/get
func (c *iamAPI) ServiceAccount(ctx context.Context, project, account string) (facts.ServiceAccount, error) {
	const method = "iam.projects.serviceAccounts.get"
	name := "projects/" + project + "/serviceAccounts/" + account
	a, err := c.iam.Projects.ServiceAccounts.Get(name).Context(ctx).Do()
	if err != nil {
		return facts.ServiceAccount{}, apiError(method, name, err)
	}
	if !strings.EqualFold(a.Email, account) && a.UniqueId != account {
		return facts.ServiceAccount{}, malformed(method, name, "is about another account")
	}
	return facts.ServiceAccount{Email: a.Email, UniqueID: a.UniqueId, ProjectID: a.ProjectId, Disabled: a.Disabled}, nil
}

// Role returns roles/R, projects/P/roles/R or organizations/N/roles/R. Predefined
// roles can be read without any permission.
// https://docs.cloud.google.com/iam/docs/reference/rest/v1/roles/get
func (c *iamAPI) Role(ctx context.Context, name string) (iam.Role, error) {
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
		return iam.Role{}, apiError(method, name, err)
	}
	if r.Name != name {
		return iam.Role{}, malformed(method, name, "is about another role")
	}
	if len(r.IncludedPermissions) == 0 && method == "iam.roles.get" {
		return iam.Role{}, malformed(method, name, "has no permissions")
	}
	return iam.Role{Permissions: r.IncludedPermissions, Stage: r.Stage, Deleted: r.Deleted}, nil
}
