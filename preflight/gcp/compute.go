package gcp

import "context"

// The computeAPI reads which Shared VPC host project a project has.
type computeAPI struct{ rest }

// HostProject returns the ID of the Shared VPC host project that a project is
// attached to; empty if it is not attached to any.
// https://docs.cloud.google.com/compute/docs/reference/rest/v1/projects/getXpnHost
func (c *computeAPI) HostProject(ctx context.Context, project string) (string, error) {
	const method = "compute.projects.getXpnHost"
	var response struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	}
	err := c.get(ctx, method, "projects/"+project, "https://compute.googleapis.com/compute/v1/projects/"+escaped(project)+"/getXpnHost", &response)
	if err == nil && response.Kind != "compute#project" {
		err = malformed(method, "projects/"+project, "is not a project")
	}
	return response.Name, err
}
