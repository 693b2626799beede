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

	"github.com/cenkalti/backoff/v5"
)

// SnapshotSchema names the format of snapshots.
const SnapshotSchema = "gke-preflight snapshot 1"

// A Snapshot is what Google Cloud answered to each request of a check. It
// holds no token.
type Snapshot struct {
	Schema string `json:"schema"`
	// About says in words what the file holds, for whoever is handed it.
	About string `json:"about"`
	// Tool is the version that made it.
	Tool string `json:"tool"`
	// RecordedAt is when it was made. Conditions are judged at that time.
	RecordedAt time.Time `json:"recorded_at"`
	// Credentials says in words whose credentials were used.
	Credentials string `json:"credentials"`
	// Impersonate is the account that was impersonated from the start; usually
	// empty.
	Impersonate string `json:"impersonate,omitempty"`
	// Programs says which programs were on PATH.
	Programs map[string]bool `json:"programs,omitempty"`
	// Exchanges are sorted.
	Exchanges []Exchange `json:"exchanges"`
}

// An Exchange is a request and what came of it.
type Exchange struct {
	// Caller is the account that was asked as; empty for the credentials at hand.
	Caller string `json:"caller,omitempty"`
	Verb   string `json:"verb"`
	URL    string `json:"url"`
	// Body is that of the request, with permissions sorted.
	Body string `json:"body,omitempty"`
	// Status is 0 where no answer came; Answer then says why.
	Status int    `json:"status"`
	Answer string `json:"answer"`
}

func (e Exchange) key() string {
	return strings.Join([]string{e.Caller, e.Verb, e.URL, e.Body}, "\x00")
}

// snapshotToken begins the tokens that stand in snapshots in place of real
// ones: the account follows.
const snapshotToken = "snapshot:"

// A Recorder keeps what passes through it. Its zero value is ready.
type Recorder struct {
	mu        sync.Mutex
	callers   map[string]string // by token
	exchanges map[string]Exchange
}

// Wrap is a RoundTripper that keeps what passes through it to next.
func (r *Recorder) Wrap(next http.RoundTripper) http.RoundTripper {
	return recording{recorder: r, next: next}
}

// Exchanges are what was kept, sorted: of several answers to one request the
// last.
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

type recording struct {
	recorder *Recorder
	next     http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (r recording) RoundTrip(request *http.Request) (*http.Response, error) {
	e, err := r.recorder.begin(request)
	if err != nil {
		return nil, err
	}
	response, err := r.next.RoundTrip(request)
	if err != nil {
		e.Answer = err.Error()
		r.recorder.keep(e)
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	e.Status, e.Answer = response.StatusCode, r.recorder.withoutToken(request, body)
	r.recorder.keep(e)
	return response, nil
}

// begin is an exchange before it is answered.
func (r *Recorder) begin(request *http.Request) (Exchange, error) {
	e, err := asked(request)
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Caller = r.callers[bearer(request)]
	return e, err
}

func (r *Recorder) keep(e Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.exchanges == nil {
		r.exchanges = map[string]Exchange{}
	}
	r.exchanges[e.key()] = e
}

// asked is what a request asks, without its token.
func asked(request *http.Request) (Exchange, error) {
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
	e.Body = canonical(body)
	return e, nil
}

// canonical is a body whose permissions are sorted: in which order they are
// asked for makes no difference.
func canonical(body []byte) string {
	var asks map[string]any
	if json.Unmarshal(body, &asks) != nil {
		return string(body)
	}
	if list, ok := asks["permissions"].([]any); ok {
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	out, err := json.Marshal(asks)
	if err != nil {
		return string(body)
	}
	return string(out)
}

func bearer(request *http.Request) string {
	return strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer ")
}

// withoutToken is an answer with a name in place of the token that it makes,
// by which the account is known from then on.
func (r *Recorder) withoutToken(request *http.Request, body []byte) string {
	_, account, _ := strings.Cut(request.URL.Path, "/serviceAccounts/")
	account, makes := strings.CutSuffix(account, ":generateAccessToken")
	if !makes {
		return string(body)
	}
	var answer struct {
		AccessToken string `json:"accessToken"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.AccessToken == "" {
		return string(body)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.callers == nil {
		r.callers = map[string]string{}
	}
	r.callers[answer.AccessToken] = account
	return `{"accessToken": "` + snapshotToken + account + `", "expireTime": "2999-01-01T00:00:00Z"}`
}

// ReadSnapshot reads a snapshot. Its errors say what is wrong with the file.
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

// RoundTripper answers requests as they were answered before. One that was
// never made is an error.
func (s *Snapshot) RoundTripper() http.RoundTripper {
	answers := make(map[string]Exchange, len(s.Exchanges))
	for _, e := range s.Exchanges {
		answers[e.key()] = e
	}
	return replaying{answers}
}

type replaying struct{ answers map[string]Exchange }

// RoundTrip implements http.RoundTripper.
func (r replaying) RoundTrip(request *http.Request) (*http.Response, error) {
	e, err := asked(request)
	if err != nil {
		return nil, err
	}
	if account, ok := strings.CutPrefix(bearer(request), snapshotToken); ok {
		e.Caller = account
	}
	answer, known := r.answers[e.key()]
	switch {
	case !known:
		return nil, backoff.Permanent(fmt.Errorf("the snapshot has no answer to %s %s: it was made of another plan, or by another version", e.Verb, (&url.URL{Host: request.URL.Host, Path: request.URL.Path}).String()))
	case answer.Status == 0:
		return nil, backoff.Permanent(fmt.Errorf("no answer when the snapshot was made: %s", answer.Answer))
	}
	return &http.Response{
		StatusCode: answer.Status, Status: http.StatusText(answer.Status), Request: request,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(answer.Answer)),
	}, nil
}
