package gcp

import (
	"context"
	"strings"
)

// A ControlPlane holds the endpoints of a cluster's API server, and the networks
// that may reach them.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters
type ControlPlane struct {
	Name     string `json:"name"`
	Location string `json:"location"`
	// Status is RUNNING, PROVISIONING, STOPPING, ERROR and so on.
	Status string `json:"status"`
	// Endpoint is an IP address; empty if there is none yet.
	Endpoint   string `json:"endpoint"`
	MasterAuth struct {
		// CA is a PEM certificate, encoded in base64.
		CA string `json:"clusterCaCertificate"`
	} `json:"masterAuth"`
	Private struct {
		PublicEndpoint  string `json:"publicEndpoint"`
		PrivateEndpoint string `json:"privateEndpoint"`
	} `json:"privateClusterConfig"`
	Authorized AuthorizedNetworks `json:"masterAuthorizedNetworksConfig"`
	Endpoints  struct {
		DNS struct {
			Endpoint string `json:"endpoint"`
			// External reports whether it accepts traffic from outside Google Cloud.
			External bool `json:"allowExternalTraffic"`
		} `json:"dnsEndpointConfig"`
		IP struct {
			PublicEndpoint  string             `json:"publicEndpoint"`
			PrivateEndpoint string             `json:"privateEndpoint"`
			Authorized      AuthorizedNetworks `json:"authorizedNetworksConfig"`
		} `json:"ipEndpointsConfig"`
	} `json:"controlPlaneEndpointsConfig"`
}

// AuthorizedNetworks are the only networks that may reach the IP endpoints, if
// Enabled.
type AuthorizedNetworks struct {
	Enabled bool `json:"enabled"`
	Blocks  []struct {
		CIDR string `json:"cidrBlock"`
	} `json:"cidrBlocks"`
}

// ControlPlane returns the control plane of projects/P/locations/L/clusters/C.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters/get
func (c *containerAPI) ControlPlane(ctx context.Context, name string) (ControlPlane, error) {
	const method = "container.projects.locations.clusters.get"
	var response ControlPlane
	if err := c.get(ctx, method, name, "https://container.googleapis.com/v1/"+escaped(name), &response); err != nil {
		return ControlPlane{}, err
	}
	if !strings.HasSuffix(name, "/clusters/"+response.Name) || response.Status == "" {
		return ControlPlane{}, malformed(method, name, "is about another cluster")
	}
	return response, nil
}

// CIDRs returns the address blocks, such as 192.0.2.0/24.
func (a AuthorizedNetworks) CIDRs() []string {
	var out []string
	for _, b := range a.Blocks {
		out = append(out, b.CIDR)
	}
	return out
}
