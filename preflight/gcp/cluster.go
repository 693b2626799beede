package gcp

import (
	"context"

	"gke-preflight/preflight/facts"
)

// The containerAPI reads clusters and their operations.
type containerAPI struct{ rest }

// Cluster returns projects/P/locations/L/clusters/C.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters/get
func (c *containerAPI) Cluster(ctx context.Context, name string) (facts.Cluster, error) {
	const method = "container.projects.locations.clusters.get"
	var response facts.Cluster
	if err := c.get(ctx, method, name, "https://container.googleapis.com/v1/"+escaped(name), &response); err != nil {
		return facts.Cluster{}, err
	}
	if response.Name == "" || response.Status == "" {
		return facts.Cluster{}, malformed(method, name, "is not a cluster")
	}
	return response, nil
}

// Clusters returns all clusters of a project by relative name:
// projects/P/locations/L/clusters/C, with the project as given.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters/list
func (c *containerAPI) Clusters(ctx context.Context, project string) (map[string]facts.Cluster, error) {
	const method = "container.projects.locations.clusters.list"
	name := "projects/" + project + "/locations/-"
	var response struct {
		Clusters     []facts.Cluster `json:"clusters"`
		MissingZones []string        `json:"missingZones"`
	}
	if err := c.get(ctx, method, name, "https://container.googleapis.com/v1/"+escaped(name)+"/clusters", &response); err != nil {
		return nil, err
	}
	if len(response.MissingZones) > 0 {
		return nil, malformed(method, name, "is incomplete: some zones did not answer")
	}
	out := make(map[string]facts.Cluster, len(response.Clusters))
	for _, one := range response.Clusters {
		if one.Name == "" || one.Location == "" || one.Status == "" {
			return nil, malformed(method, name, "has a cluster without a name, a location or a status")
		}
		out["projects/"+project+"/locations/"+one.Location+"/clusters/"+one.Name] = one
	}
	return out, nil
}

// Operations returns the operations of a location, or of all locations if it is
// "-".
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.operations/list
func (c *containerAPI) Operations(ctx context.Context, project, location string) ([]facts.Operation, error) {
	const method = "container.projects.locations.operations.list"
	name := "projects/" + project + "/locations/" + location
	var response struct {
		Operations   []facts.Operation `json:"operations"`
		MissingZones []string          `json:"missingZones"`
	}
	if err := c.get(ctx, method, name, "https://container.googleapis.com/v1/"+escaped(name)+"/operations", &response); err != nil {
		return nil, err
	}
	if len(response.MissingZones) > 0 {
		return nil, malformed(method, name, "is incomplete: some zones did not answer")
	}
	return response.Operations, nil
}
