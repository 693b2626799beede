package gcp

import (
	"context"
	"strings"

	crmv3 "google.golang.org/api/cloudresourcemanager/v3"
)

// The orgPolicyAPI reads constraints of the organization policy.
type orgPolicyAPI struct{ rest }

// ConstraintEnforced reports whether a boolean constraint of the organization policy, such
// as iam.disableCrossProjectServiceAccountUsage, is enforced for a project.
// https://docs.cloud.google.com/resource-manager/docs/reference/orgpolicy/rest/v2/projects.policies/getEffectivePolicy
func (c *orgPolicyAPI) ConstraintEnforced(ctx context.Context, project, constraint string) (bool, error) {
	const method = "orgpolicy.projects.policies.getEffectivePolicy"
	name := "projects/" + project + "/policies/" + constraint
	var response struct {
		Name string `json:"name"`
		Spec struct {
			Rules []struct {
				Enforce   bool        `json:"enforce"`
				Condition *crmv3.Expr `json:"condition"`
			} `json:"rules"`
		} `json:"spec"`
	}
	if err := c.get(ctx, method, name, "https://orgpolicy.googleapis.com/v2/"+escaped(name)+":getEffectivePolicy", &response); err != nil {
		return false, err
	}
	if !strings.HasSuffix(response.Name, "/policies/"+constraint) {
		return false, malformed(method, name, "is about another constraint")
	}
	for _, r := range response.Spec.Rules {
		if r.Condition != nil {
			return false, malformed(method, name, "depends on tags")
		}
		if r.Enforce {
			return true, nil
		}
	}
	return false, nil
}
