package gcp

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gke-preflight/preflight/facts"
)

// A ControlPlane is where a cluster's API server is, and who may reach it.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters
type ControlPlane struct {
	Name     string `json:"name"`
	Location string `json:"location"`
	// Status is RUNNING, PROVISIONING, STOPPING, ERROR and so on.
	Status string `json:"status"`
	// Endpoint is an IP address; empty while there is none.
	Endpoint   string `json:"endpoint"`
	MasterAuth struct {
		// CA is PEM in base64.
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
			// External reports whether it takes traffic from outside Google Cloud.
			External bool `json:"allowExternalTraffic"`
		} `json:"dnsEndpointConfig"`
		IP struct {
			PublicEndpoint  string             `json:"publicEndpoint"`
			PrivateEndpoint string             `json:"privateEndpoint"`
			Authorized      AuthorizedNetworks `json:"authorizedNetworksConfig"`
		} `json:"ipEndpointsConfig"`
	} `json:"controlPlaneEndpointsConfig"`
}

// AuthorizedNetworks are the only ones that reach the IP endpoints, if Enabled.
type AuthorizedNetworks struct {
	Enabled bool `json:"enabled"`
	Blocks  []struct {
		CIDR string `json:"cidrBlock"`
	} `json:"cidrBlocks"`
}

// ControlPlane asks where the API server of projects/P/locations/L/clusters/C is.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters/get
func (c *Client) ControlPlane(ctx context.Context, name string) (ControlPlane, error) {
	const method = "container.projects.locations.clusters.get"
	var answer ControlPlane
	if err := c.read(ctx, method, name, "https://container.googleapis.com/v1/"+escaped(name), &answer); err != nil {
		return ControlPlane{}, err
	}
	if !strings.HasSuffix(name, "/clusters/"+answer.Name) || answer.Status == "" {
		return ControlPlane{}, odd(method, name, "is not about this cluster")
	}
	return answer, nil
}

// A TokenInfo is what Google says about a token.
type TokenInfo struct {
	// Email is empty where the token's scopes do not let it be read.
	Email  string
	Scopes []string
	// Lifetime is how long the token is still good for.
	Lifetime time.Duration
}

// TokenInfo asks about the caller's token.
// https://developers.google.com/identity/sign-in/web/backend-auth#calling-the-tokeninfo-endpoint
func (c *Client) TokenInfo(ctx context.Context) (TokenInfo, error) {
	const method, resource = "oauth2.tokeninfo", "the caller's token"
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://oauth2.googleapis.com/tokeninfo", nil)
	if err != nil {
		return TokenInfo{}, failure(method, resource, err)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return TokenInfo{}, failure(method, resource, err)
	}
	defer response.Body.Close()
	var answer struct {
		Email       string `json:"email"`
		Scope       string `json:"scope"`
		ExpiresIn   string `json:"expires_in"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	body, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(body, &answer)
	}
	if response.StatusCode != http.StatusOK {
		return TokenInfo{}, &facts.Error{Method: method, Resource: resource, Code: response.StatusCode, Message: strings.TrimSpace(answer.Error + " " + answer.Description)}
	}
	seconds, wrong := strconv.Atoi(answer.ExpiresIn)
	switch {
	case err != nil:
		return TokenInfo{}, failure(method, resource, err)
	case wrong != nil:
		return TokenInfo{}, odd(method, resource, "does not say when it expires")
	}
	return TokenInfo{Email: answer.Email, Scopes: strings.Fields(answer.Scope), Lifetime: time.Duration(seconds) * time.Second}, nil
}

// Token is the caller's access token. It must reach Google, the endpoint, or an
// API server that Google names, and nobody else.
func (c *Client) Token(ctx context.Context) (string, error) { return c.tokenOfOwner.token(ctx) }

// WithToken is a client that asks with another access token of Google's.
func (c *Client) WithToken(token string) (*Client, error) {
	return c.shared.client(context.Background(), fixedToken(token), "")
}

// A fixedToken is a token that somebody else made.
type fixedToken string

func (t fixedToken) token(context.Context) (string, error) { return string(t), nil }

// CIDRs are the blocks, such as 192.0.2.0/24.
func (a AuthorizedNetworks) CIDRs() []string {
	var out []string
	for _, b := range a.Blocks {
		out = append(out, b.CIDR)
	}
	return out
}
