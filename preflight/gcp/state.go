package gcp

import (
	"context"
	"net/url"
	"strings"

	crmv3 "google.golang.org/api/cloudresourcemanager/v3"

	"gke-preflight/preflight/facts"
)

// HostProject asks for the Shared VPC host project that a project is attached
// to: its ID, empty where it is attached to none.
// https://docs.cloud.google.com/compute/docs/reference/rest/v1/projects/getXpnHost
func (c *Client) HostProject(ctx context.Context, project string) (string, error) {
	const method = "compute.projects.getXpnHost"
	var answer struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	}
	err := c.read(ctx, method, "projects/"+project, "https://compute.googleapis.com/compute/v1/projects/"+escaped(project)+"/getXpnHost", &answer)
	if err == nil && answer.Kind != "compute#project" {
		err = odd(method, "projects/"+project, "is no project")
	}
	return answer.Name, err
}

// Key asks for projects/P/locations/L/keyRings/R/cryptoKeys/K.
// https://docs.cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/get
func (c *Client) Key(ctx context.Context, name string) (facts.Key, error) {
	const method = "cloudkms.projects.locations.keyRings.cryptoKeys.get"
	var answer struct {
		Name    string `json:"name"`
		Purpose string `json:"purpose"`
		Primary struct {
			Name  string `json:"name"`
			State string `json:"state"`
		} `json:"primary"`
	}
	if err := c.read(ctx, method, name, "https://cloudkms.googleapis.com/v1/"+escaped(name), &answer); err != nil {
		return facts.Key{}, err
	}
	if answer.Purpose == "" {
		return facts.Key{}, odd(method, name, "is no key")
	}
	_, version, _ := strings.Cut(answer.Primary.Name, "/cryptoKeyVersions/")
	return facts.Key{Purpose: answer.Purpose, State: answer.Primary.State, Primary: version}, nil
}

// Enforced asks whether a boolean constraint of the organisation policy is in
// force for a project, such as iam.disableCrossProjectServiceAccountUsage.
// https://docs.cloud.google.com/resource-manager/docs/reference/orgpolicy/rest/v2/projects.policies/getEffectivePolicy
func (c *Client) Enforced(ctx context.Context, project, constraint string) (bool, error) {
	const method = "orgpolicy.projects.policies.getEffectivePolicy"
	name := "projects/" + project + "/policies/" + constraint
	var answer struct {
		Name string `json:"name"`
		Spec struct {
			Rules []struct {
				Enforce   bool        `json:"enforce"`
				Condition *crmv3.Expr `json:"condition"`
			} `json:"rules"`
		} `json:"spec"`
	}
	if err := c.read(ctx, method, name, "https://orgpolicy.googleapis.com/v2/"+escaped(name)+":getEffectivePolicy", &answer); err != nil {
		return false, err
	}
	if !strings.HasSuffix(answer.Name, "/policies/"+constraint) {
		return false, odd(method, name, "is about another constraint")
	}
	for _, r := range answer.Spec.Rules {
		if r.Condition != nil {
			return false, odd(method, name, "depends on tags")
		}
		if r.Enforce {
			return true, nil
		}
	}
	return false, nil
}

// TagParent asks what a tag lies in: tagKeys/N of tagValues/N, and
// organizations/N or projects/N of tagKeys/N.
// https://docs.cloud.google.com/resource-manager/reference/rest/v3/tagValues/get
func (c *Client) TagParent(ctx context.Context, tag string) (string, error) {
	kind, _, _ := strings.Cut(tag, "/")
	method := "cloudresourcemanager." + kind + ".get"
	var answer struct {
		Name   string `json:"name"`
		Parent string `json:"parent"`
	}
	if err := c.read(ctx, method, tag, "https://cloudresourcemanager.googleapis.com/v3/"+escaped(tag), &answer); err != nil {
		return "", err
	}
	if answer.Name != tag || answer.Parent == "" {
		return "", odd(method, tag, "is about another tag")
	}
	return answer.Parent, nil
}

// Troubleshoot asks Policy Troubleshooter whether the identity behind an email
// has a permission on a resource, by its full resource name. It knows groups,
// deny policies and what is above a project, as far as the caller may see them.
// https://docs.cloud.google.com/policy-intelligence/docs/reference/policytroubleshooter/rest/v3/iam/troubleshoot
func (c *Client) Troubleshoot(ctx context.Context, email, resource, permission string) (facts.Access, error) {
	const method = "policytroubleshooter.iam.troubleshoot"
	type tuple struct {
		Principal        string `json:"principal"`
		FullResourceName string `json:"fullResourceName"`
		Permission       string `json:"permission"`
	}
	asked := tuple{email, resource, permission}
	var answer struct {
		Overall facts.Access `json:"overallAccessState"`
		Tuple   tuple        `json:"accessTuple"`
	}
	address := (&url.URL{Scheme: "https", Host: "policytroubleshooter.googleapis.com", Path: "/v3/iam:troubleshoot"}).String()
	if err := c.post(ctx, method, resource, address, struct {
		Tuple tuple `json:"accessTuple"`
	}{asked}, &answer); err != nil {
		return "", err
	}
	if answer.Overall == "" || answer.Tuple.Principal != "" && answer.Tuple.Principal != email {
		return "", odd(method, resource, "is about somebody else")
	}
	return answer.Overall, nil
}
