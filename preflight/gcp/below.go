package gcp

import (
	"context"
	"strings"
)

// below is where the allow policy of a resource below a project, or of a tag,
// is read, and by which method. The generated clients of these APIs would
// double the size of the program for one method each.
func below(resource string) (method, address string, ok bool) {
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

// policyBelow asks for the allow policy of a subnetwork, a key ring or a key.
// https://docs.cloud.google.com/compute/docs/reference/rest/v1/subnetworks/getIamPolicy
// https://docs.cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/getIamPolicy
func (c *Client) policyBelow(ctx context.Context, method, resource, address string) (*Policy, error) {
	var answer struct {
		Etag     string `json:"etag"`
		Bindings []*struct {
			Role      string     `json:"role"`
			Members   []string   `json:"members"`
			Condition *Condition `json:"condition"`
		} `json:"bindings"`
	}
	if err := c.read(ctx, method, resource, address, &answer); err != nil {
		return nil, err
	}
	p := &Policy{}
	for _, b := range answer.Bindings {
		if b == nil {
			return nil, odd(method, resource, "has an empty binding")
		}
		p.Bindings = append(p.Bindings, Binding{Role: b.Role, Members: b.Members, Condition: b.Condition})
	}
	return p.checked(method, resource, answer.Etag)
}
