package gcp

import (
	"context"

	"gke-preflight/preflight/facts"
)

// Cluster asks for projects/P/locations/L/clusters/C.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters/get
func (c *Client) Cluster(ctx context.Context, name string) (facts.Cluster, error) {
	const method = "container.projects.locations.clusters.get"
	var answer facts.Cluster
	if err := c.read(ctx, method, name, "https://container.googleapis.com/v1/"+escaped(name), &answer); err != nil {
		return facts.Cluster{}, err
	}
	if answer.Name == "" || answer.Status == "" {
		return facts.Cluster{}, odd(method, name, "is no cluster")
	}
	return answer, nil
}

// Clusters asks for all clusters of a project, by their relative names:
// projects/P/locations/L/clusters/C, with the project as it was asked for.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters/list
func (c *Client) Clusters(ctx context.Context, project string) (map[string]facts.Cluster, error) {
	const method = "container.projects.locations.clusters.list"
	name := "projects/" + project + "/locations/-"
	var answer struct {
		Clusters     []facts.Cluster `json:"clusters"`
		MissingZones []string        `json:"missingZones"`
	}
	if err := c.read(ctx, method, name, "https://container.googleapis.com/v1/"+escaped(name)+"/clusters", &answer); err != nil {
		return nil, err
	}
	if len(answer.MissingZones) > 0 {
		return nil, odd(method, name, "leaves out zones that did not answer")
	}
	out := make(map[string]facts.Cluster, len(answer.Clusters))
	for _, one := range answer.Clusters {
		if one.Name == "" || one.Location == "" || one.Status == "" {
			return nil, odd(method, name, "has a cluster without a name, a location or a status")
		}
		out["projects/"+project+"/locations/"+one.Location+"/clusters/"+one.Name] = one
	}
	return out, nil
}

// Operations asks for the operations of a location; "-" stands for all.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.operations/list
func (c *Client) Operations(ctx context.Context, project, location string) ([]facts.Operation, error) {
	const method = "container.projects.locations.operations.list"
	name := "projects/" + project + "/locations/" + location
	var answer struct {
		Operations   []facts.Operation `json:"operations"`
		MissingZones []string          `json:"missingZones"`
	}
	if err := c.read(ctx, method, name, "https://container.googleapis.com/v1/"+escaped(name)+"/operations", &answer); err != nil {
		return nil, err
	}
	if len(answer.MissingZones) > 0 {
		return nil, odd(method, name, "leaves out zones that did not answer")
	}
	return answer.Operations, nil
}
