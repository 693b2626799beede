package gcp

import (
	"context"
	"net/url"
	"strings"

	crmv3 "google.golang.org/api/cloudresourcemanager/v3"

	"gke-preflight/preflight/iam"
)

// DenyPolicyIDs asks which deny policies are attached to projects/P, folders/N
// or organizations/N. The answer has no rules: DenyRules has.
// https://docs.cloud.google.com/iam/docs/reference/rest/v2/policies/listPolicies
func (c *Client) DenyPolicyIDs(ctx context.Context, resource string) ([]string, error) {
	const method = "iam.policies.listPolicies"
	var answer struct {
		Policies []struct {
			Name string `json:"name"`
		} `json:"policies"`
		NextPageToken string `json:"nextPageToken"`
	}
	// Up to 500 deny policies can be attached to a resource; a page holds 1,000.
	err := c.read(ctx, method, resource, denyPolicies(resource)+"?pageSize=1000", &answer)
	if err != nil {
		return nil, err
	}
	if answer.NextPageToken != "" {
		return nil, odd(method, resource, "has more pages than there can be")
	}
	var out []string
	for _, p := range answer.Policies {
		_, id, ok := strings.Cut(p.Name, "/denypolicies/")
		if !ok || id == "" || strings.Contains(id, "/") {
			return nil, odd(method, resource, "has a policy without a name")
		}
		out = append(out, id)
	}
	return out, nil
}

// DenyRules returns the rules of a deny policy that is attached to a resource.
// https://docs.cloud.google.com/iam/docs/reference/rest/v2/policies/get
func (c *Client) DenyRules(ctx context.Context, resource, id string) ([]iam.DenyRule, error) {
	const method = "iam.policies.get"
	var answer struct {
		Name  string `json:"name"`
		Rules []struct {
			DenyRule *struct {
				DeniedPrincipals     []string    `json:"deniedPrincipals"`
				ExceptionPrincipals  []string    `json:"exceptionPrincipals"`
				DeniedPermissions    []string    `json:"deniedPermissions"`
				ExceptionPermissions []string    `json:"exceptionPermissions"`
				DenialCondition      *crmv3.Expr `json:"denialCondition"`
			} `json:"denyRule"`
		} `json:"rules"`
	}
	if err := c.read(ctx, method, resource, denyPolicies(resource)+"/"+url.PathEscape(id), &answer); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(answer.Name, "/denypolicies/"+id) {
		return nil, odd(method, resource, "is about another policy")
	}
	var out []iam.DenyRule
	for _, r := range answer.Rules {
		if r.DenyRule == nil {
			return nil, odd(method, resource, "has a rule of a kind that is not known")
		}
		out = append(out, iam.DenyRule{
			Policy: id, Denied: r.DenyRule.DeniedPrincipals, Except: r.DenyRule.ExceptionPrincipals,
			Permissions: r.DenyRule.DeniedPermissions, ExceptPermissions: r.DenyRule.ExceptionPermissions,
			Condition: condition(r.DenyRule.DenialCondition),
		})
	}
	return out, nil
}

// denyPath is where deny policies begin.
const denyPath = "/v2/policies/"

// denyPolicies is where the deny policies of a resource are.
func denyPolicies(resource string) string {
	return "https://iam.googleapis.com" + denyPath + url.PathEscape("cloudresourcemanager.googleapis.com/"+resource) + "/denypolicies"
}
