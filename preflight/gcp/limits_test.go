package gcp

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// endless is a body without end, such as a faulty proxy's, or a few kilobytes of
// gzip that unpack to gigabytes.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
func (endless) Close() error               { return nil }

// TestLimitsResponse: parallel endless responses do not fill the memory, and give
// back their budget for later responses.
func TestLimitsResponse(t *testing.T) {
	body := io.ReadCloser(endless{})
	l := newLimits(roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: body}, nil
	}))
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, err := l.RoundTrip(request(t)); err == nil || !strings.Contains(err.Error(), "longer than") {
				t.Errorf("endless response: got error %v, want one about its length", err)
			}
		})
	}
	wg.Wait()
	if got := l.budget.Load(); got != maxResponses {
		t.Errorf("budget is %d bytes, want all %d", got, maxResponses)
	}
	body = io.NopCloser(strings.NewReader("{}"))
	if _, err := l.RoundTrip(request(t)); err != nil {
		t.Errorf("later response: %v", err)
	}
}

// TestLimitsAllResponses: responses of an allowed size are limited in total.
func TestLimitsAllResponses(t *testing.T) {
	large := bytes.Repeat([]byte("x"), maxResponse-1)
	l := newLimits(roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(bytes.NewReader(large))}, nil
	}))
	for i := range maxResponses / maxResponse {
		if _, err := l.RoundTrip(request(t)); err != nil {
			t.Fatalf("response %d: %v", i, err)
		}
	}
	_, err := l.RoundTrip(request(t))
	if err == nil || !strings.Contains(err.Error(), "longer than 256 MiB") {
		t.Errorf("got error %v, want one about the total length", err)
	}
}

func request(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://iam.googleapis.com/v1/roles/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
