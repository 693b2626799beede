package gcp

import (
	"context"
	"net/http"
)

// A Cluster is a cluster as it is now.
type Cluster struct {
	Name     string `json:"name"`
	Location string `json:"location"`
	// Status is RUNNING, RECONCILING, ERROR, DEGRADED and so on.
	Status string `json:"status"`
	// StatusMessage is deprecated, and still the only place of some texts.
	StatusMessage  string            `json:"statusMessage"`
	Conditions     []StatusCondition `json:"conditions"`
	NodePools      []NodePool        `json:"nodePools"`
	CurrentVersion string            `json:"currentMasterVersion"`
	NetworkConfig  NetworkConfig     `json:"networkConfig"`
}

// A NetworkConfig is the network of a cluster, by relative names:
// projects/P/global/networks/N and projects/P/regions/R/subnetworks/S.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#NetworkConfig
type NetworkConfig struct {
	Network    string `json:"network"`
	Subnetwork string `json:"subnetwork"`
}

// A NodePool is a node pool as it is now.
type NodePool struct {
	Name          string            `json:"name"`
	Status        string            `json:"status"`
	StatusMessage string            `json:"statusMessage"`
	Conditions    []StatusCondition `json:"conditions"`
	Version       string            `json:"version"`
}

// A StatusCondition is why something is in the state that it is in.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/StatusCondition
type StatusCondition struct {
	// Code is such as GKE_SERVICE_ACCOUNT_DELETED.
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Cluster asks for projects/P/locations/L/clusters/C.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters/get
func (c *Client) Cluster(ctx context.Context, name string) (Cluster, error) {
	const method = "container.projects.locations.clusters.get"
	var answer Cluster
	if err := c.read(ctx, method, name, "https://container.googleapis.com/v1/"+escaped(name), &answer); err != nil {
		return Cluster{}, err
	}
	if answer.Name == "" || answer.Status == "" {
		return Cluster{}, odd(method, name, "is no cluster")
	}
	return answer, nil
}

// Clusters asks for all clusters of a project, by their relative names:
// projects/P/locations/L/clusters/C, with the project as it was asked for.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters/list
func (c *Client) Clusters(ctx context.Context, project string) (map[string]Cluster, error) {
	const method = "container.projects.locations.clusters.list"
	name := "projects/" + project + "/locations/-"
	var answer struct {
		Clusters     []Cluster `json:"clusters"`
		MissingZones []string  `json:"missingZones"`
	}
	if err := c.read(ctx, method, name, "https://container.googleapis.com/v1/"+escaped(name)+"/clusters", &answer); err != nil {
		return nil, err
	}
	if len(answer.MissingZones) > 0 {
		return nil, odd(method, name, "leaves out zones that did not answer")
	}
	out := make(map[string]Cluster, len(answer.Clusters))
	for _, one := range answer.Clusters {
		if one.Name == "" || one.Location == "" || one.Status == "" {
			return nil, odd(method, name, "has a cluster without a name, a location or a status")
		}
		out["projects/"+project+"/locations/"+one.Location+"/clusters/"+one.Name] = one
	}
	return out, nil
}

// NotThere is the error of a resource that a complete list does not have.
func NotThere(method, resource string) *Error {
	return &Error{Method: method, Resource: resource, Code: http.StatusNotFound, Status: "NOT_FOUND", Message: "not found"}
}

// An Operation is something that GKE does, or has done, to a cluster.
type Operation struct {
	Name string `json:"name"`
	// Type is CREATE_CLUSTER, UPGRADE_NODES and so on.
	Type string `json:"operationType"`
	// Status is PENDING, RUNNING, ABORTING or DONE.
	Status string `json:"status"`
	// Target is the URL of the cluster or node pool.
	Target string `json:"targetLink"`
}

// Operations asks for the operations of a location; "-" stands for all.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.operations/list
func (c *Client) Operations(ctx context.Context, project, location string) ([]Operation, error) {
	const method = "container.projects.locations.operations.list"
	name := "projects/" + project + "/locations/" + location
	var answer struct {
		Operations   []Operation `json:"operations"`
		MissingZones []string    `json:"missingZones"`
	}
	if err := c.read(ctx, method, name, "https://container.googleapis.com/v1/"+escaped(name)+"/operations", &answer); err != nil {
		return nil, err
	}
	if len(answer.MissingZones) > 0 {
		return nil, odd(method, name, "leaves out zones that did not answer")
	}
	return answer.Operations, nil
}
