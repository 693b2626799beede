package gcp

import (
	"context"
	"strings"

	"gke-preflight/preflight/facts"
)

// The kmsAPI reads keys.
type kmsAPI struct{ rest }

// Key returns projects/P/locations/L/keyRings/R/cryptoKeys/K.
// https://docs.cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/get
func (c *kmsAPI) Key(ctx context.Context, name string) (facts.Key, error) {
	const method = "cloudkms.projects.locations.keyRings.cryptoKeys.get"
	var response struct {
		Name    string `json:"name"`
		Purpose string `json:"purpose"`
		Primary struct {
			Name  string `json:"name"`
			State string `json:"state"`
		} `json:"primary"`
	}
	if err := c.get(ctx, method, name, "https://cloudkms.googleapis.com/v1/"+escaped(name), &response); err != nil {
		return facts.Key{}, err
	}
	if response.Purpose == "" {
		return facts.Key{}, malformed(method, name, "is not a key")
	}
	_, version, _ := strings.Cut(response.Primary.Name, "/cryptoKeyVersions/")
	return facts.Key{Purpose: response.Purpose, State: response.Primary.State, Primary: version}, nil
}
