package gcp

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/api/googleapi"
)

// below is where the allow policy of a resource below a project is read, and
// by which method. The generated clients of these APIs would double the size
// of the program for one method each.
func below(resource string) (method, address string, ok bool) {
	escaped := (&url.URL{Path: resource}).EscapedPath()
	switch {
	case strings.Contains(resource, "/subnetworks/"):
		return "compute.subnetworks.getIamPolicy", "https://compute.googleapis.com/compute/v1/" + escaped + "/getIamPolicy?optionsRequestedPolicyVersion=3", true
	case strings.Contains(resource, "/cryptoKeys/"):
		return "cloudkms.projects.locations.keyRings.cryptoKeys.getIamPolicy", "https://cloudkms.googleapis.com/v1/" + escaped + ":getIamPolicy?options.requestedPolicyVersion=3", true
	case strings.Contains(resource, "/keyRings/"):
		return "cloudkms.projects.locations.keyRings.getIamPolicy", "https://cloudkms.googleapis.com/v1/" + escaped + ":getIamPolicy?options.requestedPolicyVersion=3", true
	}
	return "", "", false
}

// policyBelow asks for the allow policy of a subnetwork, a key ring or a key.
// https://docs.cloud.google.com/compute/docs/reference/rest/v1/subnetworks/getIamPolicy
// https://docs.cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/getIamPolicy
func (c *Client) policyBelow(ctx context.Context, method, resource, address string) (*Policy, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, failure(method, resource, err)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return nil, failure(method, resource, err)
	}
	defer response.Body.Close()
	if err := googleapi.CheckResponse(response); err != nil {
		return nil, failure(method, resource, err)
	}
	var answer struct {
		Etag     string `json:"etag"`
		Bindings []*struct {
			Role      string     `json:"role"`
			Members   []string   `json:"members"`
			Condition *Condition `json:"condition"`
		} `json:"bindings"`
	}
	body, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(body, &answer)
	}
	if err != nil {
		return nil, failure(method, resource, err)
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
