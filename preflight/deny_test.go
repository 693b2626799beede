package preflight_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

// TestLimitsAboveProject: where what is above a project cannot be found out, no
// deny policy above it was looked at, and the limits say so.
func TestLimitsAboveProject(t *testing.T) {
	next := newServer(t).RoundTripper()
	r := checkFaulty(t, "minimal", roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, ":getAncestry") {
			return nil, errors.New("connection refused")
		}
		return next.RoundTrip(r)
	}))
	const want = "could not read the deny policies of the folders and the organization of project acme-prod"
	for _, limit := range r.Limits {
		if strings.HasPrefix(limit, want) {
			return
		}
	}
	t.Errorf("the limits are %q, and none of them says that %s", r.Limits, want)
}
