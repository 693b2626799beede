package gcp

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"

	crmv3 "google.golang.org/api/cloudresourcemanager/v3"
	iamv1 "google.golang.org/api/iam/v1"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/resource"
)

// maxPermissions is how many permissions a testIamPermissions request may
// have. https://github.com/openshift/cloud-credential-operator uses the same
// limit.
const maxPermissions = 100

// TestPermissions returns which permissions the caller holds on projects/P,
// folders/N, organizations/N, projects/P/serviceAccounts/E or
// projects/P/regions/R/subnetworks/S.
// https://docs.cloud.google.com/iam/docs/testing-permissions
func (c *iamAPI) TestPermissions(ctx context.Context, resource string, permissions []string) (facts.PermissionTest, error) {
	results, err := inBatches(ctx, permissions, maxPermissions, func(ctx context.Context, batch []string) (facts.PermissionTest, error) {
		return c.testBatch(ctx, resource, batch)
	})
	if err != nil {
		return facts.PermissionTest{}, err
	}
	var all facts.PermissionTest
	for _, r := range results {
		all.Granted = append(all.Granted, r.Granted...)
		all.Missing = append(all.Missing, r.Missing...)
		all.Invalid = append(all.Invalid, r.Invalid...)
	}
	return all, nil
}

// invalidPermission matches the message by which Google rejects a whole request
// because of one permission that cannot be tested on the resource.
var invalidPermission = regexp.MustCompile(`Permission (\S+) is not valid for this resource`)

// testBatch tests one batch of permissions. It drops each permission that Google
// calls invalid, and tests the rest again.
func (c *iamAPI) testBatch(ctx context.Context, resource string, permissions []string) (facts.PermissionTest, error) {
	var t facts.PermissionTest
	for len(permissions) > 0 {
		granted, err := c.test(ctx, resource, permissions)
		if err == nil {
			t.Granted = granted
			t.Missing = slices.DeleteFunc(slices.Clone(permissions), func(p string) bool { return slices.Contains(granted, p) })
			return t, nil
		}
		var e *facts.Error
		if !errors.As(err, &e) || e.Code != http.StatusBadRequest {
			return facts.PermissionTest{}, err
		}
		match := invalidPermission.FindStringSubmatch(e.Message)
		if match == nil || !slices.Contains(permissions, match[1]) {
			return facts.PermissionTest{}, err
		}
		t.Invalid = append(t.Invalid, match[1])
		permissions = slices.DeleteFunc(slices.Clone(permissions), func(p string) bool { return p == match[1] })
	}
	return t, nil
}

// test returns which of the permissions are granted.
func (c *iamAPI) test(ctx context.Context, resource string, permissions []string) ([]string, error) {
	method, granted, err := c.testIAMPermissions(ctx, resource, permissions)
	if err != nil {
		return nil, apiError(method, resource, err)
	}
	for _, p := range granted {
		if !slices.Contains(permissions, p) {
			return nil, malformed(method, resource, "grants "+p+", which was not requested")
		}
	}
	return granted, nil
}

// testIAMPermissions calls the testIamPermissions method of the resource's API.
// The responses of all APIs are the same, but have different types.
func (c *iamAPI) testIAMPermissions(ctx context.Context, name string, permissions []string) (method string, granted []string, err error) {
	request := &crmv3.TestIamPermissionsRequest{Permissions: permissions}
	response := new(crmv3.TestIamPermissionsResponse)
	switch resource.KindOf(name).Collection {
	case resource.Subnetworks:
		method = "compute.subnetworks.testIamPermissions"
		address := "https://compute.googleapis.com/compute/v1/" + escaped(name) + "/testIamPermissions"
		err = c.post(ctx, method, name, address, map[string][]string{"permissions": permissions}, response)
	case resource.ServiceAccounts:
		method = "iam.projects.serviceAccounts.testIamPermissions"
		var account *iamv1.TestIamPermissionsResponse
		if account, err = c.iam.Projects.ServiceAccounts.TestIamPermissions(name, &iamv1.TestIamPermissionsRequest{Permissions: permissions}).Context(ctx).Do(); err == nil {
			response.Permissions = account.Permissions
		}
	case resource.Folders:
		method = "cloudresourcemanager.folders.testIamPermissions"
		response, err = c.projects.Folders.TestIamPermissions(name, request).Context(ctx).Do()
	case resource.Organizations:
		method = "cloudresourcemanager.organizations.testIamPermissions"
		response, err = c.projects.Organizations.TestIamPermissions(name, request).Context(ctx).Do()
	default:
		method = "cloudresourcemanager.projects.testIamPermissions"
		response, err = c.projects.Projects.TestIamPermissions(name, request).Context(ctx).Do()
	}
	if err != nil {
		return method, nil, err
	}
	return method, response.Permissions, nil
}
