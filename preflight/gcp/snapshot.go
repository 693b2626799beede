package gcp

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// SnapshotSchema identifies the format of snapshots.
const SnapshotSchema = "gke-preflight snapshot 1"

// A Snapshot holds Google Cloud's response to each request of a check. It contains
// no token.
type Snapshot struct {
	Schema string `json:"schema"`
	// About describes the content, for people who open the file.
	About string `json:"about"`
	// Tool is the version of gke-preflight that made it.
	Tool string `json:"tool"`
	// RecordedAt is when it was made. Conditions are evaluated at that time.
	RecordedAt time.Time `json:"recorded_at"`
	// Credentials describes the credentials used.
	Credentials string `json:"credentials"`
	// Impersonate is the account that the credentials impersonated; empty if none.
	Impersonate string `json:"impersonate,omitempty"`
	// Programs says by name whether a program was on PATH.
	Programs map[string]bool `json:"programs,omitempty"`
	// Exchanges are sorted by caller, verb, URL and body.
	Exchanges []Exchange `json:"exchanges"`
}

// An Exchange is a request and its response.
type Exchange struct {
	// Caller is the service account that sent the request; empty for the original
	// credentials.
	Caller string `json:"caller,omitempty"`
	Verb   string `json:"verb"`
	URL    string `json:"url"`
	// Body is the body of the request, with permissions sorted.
	Body string `json:"body,omitempty"`
	// Status is the Transport status; 0 if there was no response. Answer is the body of
	// the response, or the error if there was none.
	Status int    `json:"status"`
	Answer string `json:"answer"`
}

func (e Exchange) key() string {
	return strings.Join([]string{e.Caller, e.Verb, e.URL, e.Body}, "\x00")
}

// snapshotToken is the prefix of the tokens that replace real ones in snapshots.
// The account follows it.
const snapshotToken = "snapshot:"

// A Recorder records requests and responses. Its zero value is ready to use.
type Recorder struct {
	mu        sync.Mutex
	callers   map[string]string // by token
	exchanges map[string]Exchange
}

// Wrap returns a Transport that records what it sends to next.
func (r *Recorder) Wrap(next http.RoundTripper) http.RoundTripper {
	return recordingTransport{recorder: r, next: next}
}

// Exchanges returns what was recorded, sorted. If a request was sent several
// times, it has the last response.
func (r *Recorder) Exchanges() []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Exchange, 0, len(r.exchanges))
	for _, e := range r.exchanges {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Exchange) int { return cmp.Compare(a.key(), b.key()) })
	return out
}

type recordingTransport struct {
	recorder *Recorder
	next     http.RoundTripper
}

// RoundTrip implements http.Transport.
func (t recordingTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	e, err := t.recorder.newExchange(request)
	if err != nil {
		return nil, err
	}
	response, err := t.next.RoundTrip(request)
	if err != nil {
		e.Answer = err.Error()
		t.recorder.record(e)
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the response: %w", err)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	e.Status, e.Answer = response.StatusCode, t.recorder.replaceToken(request, body)
	t.recorder.record(e)
	return response, nil
}

// newExchange returns the exchange of a request, without its response.
func (r *Recorder) newExchange(request *http.Request) (Exchange, error) {
	e, err := newExchange(request)
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Caller = r.callers[bearer(request)]
	return e, err
}

func (r *Recorder) record(e Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.exchanges == nil {
		r.exchanges = map[string]Exchange{}
	}
	r.exchanges[e.key()] = e
}

// newExchange returns the exchange of a request, without its token, its caller and
// its response.
func newExchange(request *http.Request) (Exchange, error) {
	u := *request.URL
	query := u.Query()
	query.Del("access_token")
	u.RawQuery = query.Encode()
	e := Exchange{Verb: request.Method, URL: u.String()}
	if request.Body == nil {
		return e, nil
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return e, fmt.Errorf("read the request: %w", err)
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	e.Body = canonicalBody(body)
	return e, nil
}

// canonicalBody returns a body with its permissions sorted, since their order
// makes no difference.
func canonicalBody(body []byte) string {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return string(body)
	}
	if list, ok := fields["permissions"].([]any); ok {
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	out, err := json.Marshal(fields)
	if err != nil {
		return string(body)
	}
	return string(out)
}

// replaceToken returns the body of a response. If the request generates a token,
// the body gets a made-up token in its place, and later requests with the real
// token are recorded as the account's.
func (r *Recorder) replaceToken(request *http.Request, body []byte) string {
	_, account, _ := strings.Cut(request.URL.Path, "/serviceAccounts/")
	account, isGenerate := strings.CutSuffix(account, ":generateAccessToken")
	if !isGenerate {
		return string(body)
	}
	var response struct {
		AccessToken string `json:"accessToken"`
	}
	if json.Unmarshal(body, &response) != nil || response.AccessToken == "" {
		return string(body)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.callers == nil {
		r.callers = map[string]string{}
	}
	r.callers[response.AccessToken] = account
	return `{"accessToken": "` + snapshotToken + account + `", "expireTime": "2999-01-01T00:00:00Z"}`
}

// ReadSnapshot parses a snapshot. Its errors say what is wrong with the file.
func ReadSnapshot(data []byte) (*Snapshot, error) {
	var s Snapshot
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	if s.Schema != SnapshotSchema {
		return nil, fmt.Errorf("read snapshot: schema %q, want %q", s.Schema, SnapshotSchema)
	}
	return &s, nil
}

// Transport returns a Transport that replays the recorded responses. A
// request that was not recorded is an error.
func (s *Snapshot) Transport() http.RoundTripper {
	exchanges := make(map[string]Exchange, len(s.Exchanges))
	for _, e := range s.Exchanges {
		exchanges[e.key()] = e
	}
	return replayTransport{exchanges}
}

type replayTransport struct{ exchanges map[string]Exchange } // by key

// RoundTrip implements http.Transport.
func (t replayTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	e, err := newExchange(request)
	if err != nil {
		return nil, err
	}
	if account, ok := strings.CutPrefix(bearer(request), snapshotToken); ok {
		e.Caller = account
	}
	recorded, ok := t.exchanges[e.key()]
	switch {
	case !ok:
		return nil, permanent(fmt.Errorf("the snapshot has no response to %s %s: it was made for another plan, or by another version", e.Verb, (&url.URL{Host: request.URL.Host, Path: request.URL.Path}).String()))
	case recorded.Status == 0:
		return nil, permanent(fmt.Errorf("no response when the snapshot was made: %s", recorded.Answer))
	}
	return &http.Response{
		StatusCode: recorded.Status, Status: http.StatusText(recorded.Status), Request: request,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(recorded.Answer)),
	}, nil
}
