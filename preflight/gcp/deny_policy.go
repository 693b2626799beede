package gcp

import (
	"context"
	"net/url"
	"strings"

	crmv3 "google.golang.org/api/cloudresourcemanager/v3"

	"gke-preflight/preflight/iam"
)

// DenyPolicyIDs returns the IDs of the deny policies that are attached to
// projects/P, folders/N or organizations/N. The response of this method has no
// rules; DenyRules reads them.
// https://docs.cloud.google.com/iam/docs/reference/rest/v2/policies/listPolicies
func (c *iamAPI) DenyPolicyIDs(ctx context.Context, resource string) ([]string, error) {
	const method = "iam.policies.listPolicies"
	var response struct {
		Policies []struct {
			Name string `json:"name"`
		} `json:"policies"`
		NextPageToken string `json:"nextPageToken"`
	}
	// Up to 500 deny policies can be attached to a resource; a page holds 1,000.
	if err := c.get(ctx, method, resource, denyPoliciesURL(resource)+"?pageSize=1000", &response); err != nil {
		return nil, err
	}
	if response.NextPageToken != "" {
		return nil, malformed(method, resource, "has more than one page")
	}
	var out []string
	for _, p := range response.Policies {
		_, id, ok := strings.Cut(p.Name, "/denypolicies/")
		if !ok || id == "" || strings.Contains(id, "/") {
			return nil, malformed(method, resource, "has a policy without a name")
		}
		out = append(out, id)
	}
	return out, nil
}

// DenyRules returns the rules of a deny policy that is attached to a resource.
// https://docs.cloud.google.com/iam/docs/reference/rest/v2/policies/get
func (c *iamAPI) DenyRules(ctx context.Context, resource, id string) ([]iam.DenyRule, error) {
	const method = "iam.policies.get"
	var response struct {
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
	if err := c.get(ctx, method, resource, denyPoliciesURL(resource)+"/"+url.PathEscape(id), &response); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(response.Name, "/denypolicies/"+id) {
		return nil, malformed(method, resource, "is about another policy")
	}
	var out []iam.DenyRule
	for _, r := range response.Rules {
		if r.DenyRule == nil {
			return nil, malformed(method, resource, "has a rule of an unknown kind")
		}
		out = append(out, iam.DenyRule{
			Policy: id, Denied: r.DenyRule.DeniedPrincipals, Except: r.DenyRule.ExceptionPrincipals,
			Permissions: r.DenyRule.DeniedPermissions, ExceptPermissions: r.DenyRule.ExceptionPermissions,
			Condition: condition(r.DenyRule.DenialCondition),
		})
	}
	return out, nil
}

// denyPath begins the paths of the methods for deny policies.
const denyPath = "/v2/policies/"

// denyPoliciesURL returns the URL of the deny policies of a resource.
func denyPoliciesURL(resource string) string {
	return "https://iam.googleapis.com" + denyPath + url.PathEscape("cloudresourcemanager.googleapis.com/"+resource) + "/denypolicies"
}
