package gcp

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// endless is a body without end, such as a proxy's or what a few kilobytes of
// gzip unpack to.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
func (endless) Close() error               { return nil }

// TestAnswersBounded: endless answers, side by side, do not fill the memory,
// and leave room for the answers after them.
func TestAnswersBounded(t *testing.T) {
	body := io.ReadCloser(endless{})
	b := newBounds(answers(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: body}, nil
	}))
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, err := b.RoundTrip(request(t)); err == nil || !strings.Contains(err.Error(), "longer than") {
				t.Errorf("an endless answer: got error %v", err)
			}
		})
	}
	wg.Wait()
	if got := b.room.Load(); got != maxAnswers {
		t.Errorf("%d bytes of room are left, want all %d", got, maxAnswers)
	}
	body = io.NopCloser(strings.NewReader("{}"))
	if _, err := b.RoundTrip(request(t)); err != nil {
		t.Errorf("an answer after them: %v", err)
	}
}

// TestAllAnswersBounded: answers that are each allowed are bounded together.
func TestAllAnswersBounded(t *testing.T) {
	large := bytes.Repeat([]byte("x"), maxAnswer-1)
	b := newBounds(answers(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(bytes.NewReader(large))}, nil
	}))
	for i := range maxAnswers / maxAnswer {
		if _, err := b.RoundTrip(request(t)); err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
	}
	_, err := b.RoundTrip(request(t))
	if err == nil || !strings.Contains(err.Error(), "256 MiB in all") {
		t.Errorf("got error %v", err)
	}
}

// answers is a function that answers requests.
type answers func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f answers) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func request(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://iam.googleapis.com/v1/roles/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
