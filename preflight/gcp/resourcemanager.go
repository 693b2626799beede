package gcp

import (
	"context"
	"strings"

	crmv1 "google.golang.org/api/cloudresourcemanager/v1"
	crmv3 "google.golang.org/api/cloudresourcemanager/v3"

	"gke-preflight/preflight/facts"
)

// The resourceManager reads projects, their ancestors and tags.
type resourceManager struct {
	rest
	projects  *crmv3.Service
	ancestors *crmv1.Service
}

// Project returns a project by its ID or number.
// https://docs.cloud.google.com/resource-manager/reference/rest/v3/projects/get
func (c *resourceManager) Project(ctx context.Context, id string) (facts.Project, error) {
	const method = "cloudresourcemanager.projects.get"
	p, err := c.projects.Projects.Get("projects/" + id).Context(ctx).Do()
	if err != nil {
		return facts.Project{}, apiError(method, "projects/"+id, err)
	}
	number := strings.TrimPrefix(p.Name, "projects/")
	if id != p.ProjectId && id != number || number == "" {
		return facts.Project{}, malformed(method, "projects/"+id, "is about another project")
	}
	return facts.Project{ID: p.ProjectId, Number: number, Parent: p.Parent, State: p.State}, nil
}

// Ancestry returns a project and all its ancestors, nearest first, such as
// projects/p, folders/1, organizations/2.
// https://docs.cloud.google.com/resource-manager/reference/rest/v1/projects/getAncestry
func (c *resourceManager) Ancestry(ctx context.Context, project string) ([]string, error) {
	const method = "cloudresourcemanager.projects.getAncestry"
	response, err := c.ancestors.Projects.GetAncestry(project, &crmv1.GetAncestryRequest{}).Context(ctx).Do()
	if err != nil {
		return nil, apiError(method, "projects/"+project, err)
	}
	var out []string
	for _, a := range response.Ancestor {
		if a.ResourceId == nil || a.ResourceId.Id == "" {
			return nil, malformed(method, "projects/"+project, "has an ancestor without a name")
		}
		out = append(out, a.ResourceId.Type+"s/"+a.ResourceId.Id)
	}
	if len(out) == 0 || !strings.HasPrefix(out[0], "projects/") || !isNumber(project) && out[0] != "projects/"+project {
		return nil, malformed(method, "projects/"+project, "does not begin with the project")
	}
	return out, nil
}

// isNumber reports whether a project is given by its number.
func isNumber(project string) bool { return strings.Trim(project, "0123456789") == "" }

// TagParent returns the parent of a tag: tagKeys/N for tagValues/N, and
// organizations/N or projects/N for tagKeys/N.
// https://docs.cloud.google.com/resource-manager/reference/rest/v3/tagValues/get
func (c *resourceManager) TagParent(ctx context.Context, tag string) (string, error) {
	kind, _, _ := strings.Cut(tag, "/")
	method := "cloudresourcemanager." + kind + ".get"
	var response struct {
		Name   string `json:"name"`
		Parent string `json:"parent"`
	}
	if err := c.get(ctx, method, tag, "https://cloudresourcemanager.googleapis.com/v3/"+escaped(tag), &response); err != nil {
		return "", err
	}
	if response.Name != tag || response.Parent == "" {
		return "", malformed(method, tag, "is about another tag")
	}
	return response.Parent, nil
}
