package gcp

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/facts"
)

const clusterName = "projects/acme-prod/locations/europe-west1/clusters/main"

func TestControlPlane(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/container.googleapis.com/v1/"+clusterName || r.Header.Get("Authorization") != "Bearer "+canary {
			t.Errorf("got a request for %s", r.URL.Path)
		}
		answer(w, 200, `{"name": "main", "location": "europe-west1", "status": "RUNNING", "endpoint": "192.0.2.1",
			"masterAuth": {"clusterCaCertificate": "Q0E="},
			"privateClusterConfig": {"publicEndpoint": "192.0.2.1", "privateEndpoint": "10.0.0.2"},
			"masterAuthorizedNetworksConfig": {"enabled": true, "cidrBlocks": [{"cidrBlock": "198.51.100.0/24"}, {"cidrBlock": "203.0.113.7/32"}]},
			"controlPlaneEndpointsConfig": {
				"dnsEndpointConfig": {"endpoint": "gke-1.europe-west1.gke.goog", "allowExternalTraffic": true},
				"ipEndpointsConfig": {"publicEndpoint": "192.0.2.1", "privateEndpoint": "10.0.0.2", "authorizedNetworksConfig": {"enabled": true}}}}`)
	})
	got, err := c.ControlPlane(t.Context(), clusterName)
	if err != nil {
		t.Fatal(err)
	}
	values := []any{
		got.Status, got.Endpoint, got.MasterAuth.CA, got.Private.PrivateEndpoint, got.Authorized.Enabled, got.Authorized.CIDRs(),
		got.Endpoints.DNS.Endpoint, got.Endpoints.DNS.External, got.Endpoints.IP.PrivateEndpoint, got.Endpoints.IP.Authorized.Enabled,
	}
	want := []any{
		"RUNNING", "192.0.2.1", "Q0E=", "10.0.0.2", true, []string{"198.51.100.0/24", "203.0.113.7/32"},
		"gke-1.europe-west1.gke.goog", true, "10.0.0.2", true,
	}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestControlPlaneMalformed(t *testing.T) {
	for _, body := range []string{`{}`, `{"name": "other", "status": "RUNNING"}`, `{"name": "main"}`, `{"name": "main", "status"`} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, body) })
		if got, err := c.ControlPlane(t.Context(), clusterName); err == nil {
			t.Errorf("%s: got %+v, want an error", body, got)
		}
	}
}

func TestTokenInfo(t *testing.T) {
	const body = `{"email": "a@b.example", "scope": "one two", "expires_in": "90"}`
	var received []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		received = append(received, r.URL.Query().Get("access_token"))
		answer(w, 200, body)
	})
	got, err := c.TokenInfo(t.Context())
	if diff := cmp.Diff(TokenInfo{"a@b.example", []string{"one", "two"}, 90 * time.Second}, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	other, err := c.WithToken("another")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.TokenInfo(t.Context()); err != nil || !slices.Equal(received, []string{canary, "another"}) {
		t.Errorf("got requests for the tokens %v, error %v", received, err)
	}
	if token, err := c.Token(t.Context()); token != canary || err != nil {
		t.Errorf("got the token %q, error %v", token, err)
	}
}

func TestTokenInfoMalformed(t *testing.T) {
	for body, status := range map[string]int{
		`{"error": "invalid_token", "error_description": "Invalid Value"}`: 400,
		`{"email": "a@b.example"}`: 200,
		`<html>`:                   200,
	} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, status, body) })
		_, err := c.TokenInfo(t.Context())
		var e *facts.Error
		if !errors.As(err, &e) || e.Unauthorized() != (status == 400) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: got error %v", body, err)
		}
	}
}
