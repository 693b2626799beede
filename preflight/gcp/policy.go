package gcp

import (
	"cmp"
	"context"
	"errors"

	crmv3 "google.golang.org/api/cloudresourcemanager/v3"

	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/resource"
)

// policyVersion is the version to request, so that the response includes
// conditions.
// https://docs.cloud.google.com/iam/docs/policies#versions
const policyVersion = 3

// Policy returns the allow policy of projects/P, folders/N, organizations/N,
// tagKeys/N, tagValues/N or projects/P/serviceAccounts/E, or of a subnetwork,
// a key ring, a key, a CA pool or a topic by its relative name.
func (c *iamAPI) Policy(ctx context.Context, name string) (*iam.Policy, error) {
	if method, address, ok := resourcePolicyURL(name); ok {
		return c.resourcePolicy(ctx, method, name, address)
	}
	kind := resource.KindOf(name)
	if kind.Collection == resource.ServiceAccounts {
		return c.accountPolicy(ctx, name)
	}
	request := &crmv3.GetIamPolicyRequest{Options: &crmv3.GetPolicyOptions{RequestedPolicyVersion: policyVersion}}
	var response *crmv3.Policy
	var err error
	switch kind.Collection {
	case resource.Projects:
		response, err = c.projects.Projects.GetIamPolicy(name, request).Context(ctx).Do()
	case resource.Folders:
		response, err = c.projects.Folders.GetIamPolicy(name, request).Context(ctx).Do()
	case resource.Organizations:
		response, err = c.projects.Organizations.GetIamPolicy(name, request).Context(ctx).Do()
	case resource.TagKeys:
		response, err = c.projects.TagKeys.GetIamPolicy(name, request).Context(ctx).Do()
	case resource.TagValues:
		response, err = c.projects.TagValues.GetIamPolicy(name, request).Context(ctx).Do()
	default:
		err = errors.New("cannot read policies of this kind of resource")
	}
	if err != nil {
		return nil, apiError(cmp.Or(kind.Policy.Method, "getIamPolicy"), name, err)
	}
	return policy(kind.Policy.Method, name, response.Etag, response.Bindings)
}

func (c *iamAPI) accountPolicy(ctx context.Context, name string) (*iam.Policy, error) {
	method := resource.KindNamed(resource.ServiceAccounts).Policy.Method
	response, err := c.iam.Projects.ServiceAccounts.GetIamPolicy(name).OptionsRequestedPolicyVersion(policyVersion).Context(ctx).Do()
	if err != nil {
		return nil, apiError(method, name, err)
	}
	bindings := make([]*crmv3.Binding, len(response.Bindings))
	for i, b := range response.Bindings {
		if b == nil {
			continue
		}
		bindings[i] = &crmv3.Binding{Role: b.Role, Members: b.Members}
		if e := b.Condition; e != nil {
			bindings[i].Condition = &crmv3.Expr{Title: e.Title, Description: e.Description, Expression: e.Expression}
		}
	}
	return policy(method, name, response.Etag, bindings)
}

// policy returns the allow policy in a response. It rejects a response that is
// not a policy: even an empty policy has an etag.
func policy(method, resource, etag string, bindings []*crmv3.Binding) (*iam.Policy, error) {
	if len(bindings) == 0 && etag == "" {
		return nil, malformed(method, resource, "is not a policy: it has neither bindings nor an etag")
	}
	p := &iam.Policy{}
	for _, b := range bindings {
		switch {
		case b == nil:
			return nil, malformed(method, resource, "has an empty binding")
		case b.Role == "":
			return nil, malformed(method, resource, "has a binding without a role")
		}
		p.Bindings = append(p.Bindings, iam.Binding{Role: b.Role, Members: b.Members, Condition: condition(b.Condition)})
	}
	return p, nil
}

// condition converts a condition; nil if there is none.
func condition(e *crmv3.Expr) *iam.Condition {
	if e == nil {
		return nil
	}
	return &iam.Condition{Title: e.Title, Description: e.Description, Expression: e.Expression}
}
