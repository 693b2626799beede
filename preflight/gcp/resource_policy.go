package gcp

import (
	"context"
	"strings"

	crmv3 "google.golang.org/api/cloudresourcemanager/v3"

	"gke-preflight/preflight/iam"
)

// resourcePolicyURL returns the method and the URL that read the allow policy of
// a resource below a project; ok is false for every other resource. The
// generated clients of these APIs would double the size of the program for one
// method each.
func resourcePolicyURL(resource string) (method, address string, ok bool) {
	const version = ":getIamPolicy?options.requestedPolicyVersion=3"
	name := escaped(resource)
	switch {
	case strings.Contains(resource, "/subnetworks/"):
		return "compute.subnetworks.getIamPolicy", "https://compute.googleapis.com/compute/v1/" + name + "/getIamPolicy?optionsRequestedPolicyVersion=3", true
	case strings.Contains(resource, "/cryptoKeys/"):
		return "cloudkms.projects.locations.keyRings.cryptoKeys.getIamPolicy", "https://cloudkms.googleapis.com/v1/" + name + version, true
	case strings.Contains(resource, "/keyRings/"):
		return "cloudkms.projects.locations.keyRings.getIamPolicy", "https://cloudkms.googleapis.com/v1/" + name + version, true
	case strings.Contains(resource, "/caPools/"):
		return "privateca.projects.locations.caPools.getIamPolicy", "https://privateca.googleapis.com/v1/" + name + version, true
	case strings.Contains(resource, "/topics/"):
		return "pubsub.projects.topics.getIamPolicy", "https://pubsub.googleapis.com/v1/" + name + version, true
	}
	return "", "", false
}

// resourcePolicy returns the allow policy of a resource below a project.
// https://docs.cloud.google.com/compute/docs/reference/rest/v1/subnetworks/getIamPolicy
// https://docs.cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/getIamPolicy
func (c *Client) resourcePolicy(ctx context.Context, method, resource, address string) (*iam.Policy, error) {
	var response struct {
		Etag     string           `json:"etag"`
		Bindings []*crmv3.Binding `json:"bindings"`
	}
	if err := c.get(ctx, method, resource, address, &response); err != nil {
		return nil, err
	}
	return policy(method, resource, response.Etag, response.Bindings)
}
