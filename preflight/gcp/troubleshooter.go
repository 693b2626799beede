package gcp

import (
	"context"

	"gke-preflight/preflight/facts"
)

// The troubleshooterAPI asks Policy Troubleshooter.
type troubleshooterAPI struct{ rest }

// Troubleshoot returns what Policy Troubleshooter says about a permission that
// the account or user with an email has on a resource, by its full resource
// name. Policy Troubleshooter evaluates groups, deny policies and the policies
// of all ancestors, as far as the caller may see them.
// https://docs.cloud.google.com/policy-intelligence/docs/reference/policytroubleshooter/rest/v3/iam/troubleshoot
func (c *troubleshooterAPI) Troubleshoot(ctx context.Context, email, resource, permission string) (facts.AccessState, error) {
	const method, address = "policytroubleshooter.iam.troubleshoot", "https://policytroubleshooter.googleapis.com/v3/iam:troubleshoot"
	type tuple struct {
		Principal        string `json:"principal"`
		FullResourceName string `json:"fullResourceName"`
		Permission       string `json:"permission"`
	}
	var request struct {
		Tuple tuple `json:"accessTuple"`
	}
	request.Tuple = tuple{email, resource, permission}
	var response struct {
		Overall facts.AccessState `json:"overallAccessState"`
		Tuple   tuple             `json:"accessTuple"`
	}
	if err := c.post(ctx, method, resource, address, request, &response); err != nil {
		return "", err
	}
	if response.Overall == "" || response.Tuple.Principal != "" && response.Tuple.Principal != email {
		return "", malformed(method, resource, "is about another principal")
	}
	return response.Overall, nil
}
