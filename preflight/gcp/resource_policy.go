package gcp

import (
	"context"

	crmv3 "google.golang.org/api/cloudresourcemanager/v3"

	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/resource"
)

// resourcePolicyURL returns the method and the URL that read the allow policy of
// a resource in a project; ok is false for every other resource. The generated
// clients of these APIs would double the size of the program for one method each.
func resourcePolicyURL(name string) (method, address string, ok bool) {
	kind := resource.KindOf(name)
	host := "https://" + kind.Service + ".googleapis.com"
	switch kind.Collection {
	case resource.Subnetworks:
		return kind.Policy.Method, host + "/compute/v1/" + escaped(name) + "/getIamPolicy?optionsRequestedPolicyVersion=3", true
	case resource.KeyRings, resource.CryptoKeys, resource.CAPools, resource.Topics:
		return kind.Policy.Method, host + "/v1/" + escaped(name) + ":getIamPolicy?options.requestedPolicyVersion=3", true
	}
	return "", "", false
}

// resourcePolicy returns the allow policy of a resource in a project.
func (c *iamAPI) resourcePolicy(ctx context.Context, method, name, address string) (*iam.Policy, error) {
	var response struct {
		Etag     string           `json:"etag"`
		Bindings []*crmv3.Binding `json:"bindings"`
	}
	if err := c.get(ctx, method, name, address, &response); err != nil {
		return nil, err
	}
	return policy(method, name, response.Etag, response.Bindings)
}
