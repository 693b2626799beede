package preflight_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"gke-preflight/preflight"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/report"
)

// TestSnapshot: a check that is answered by the snapshot of another says the
// same, byte for byte, for every plan and whatever is wrong with the cloud;
// and no token stands in the snapshot.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	const tokens = "grant projects/acme-prod roles/iam.serviceAccountTokenCreator serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"
	for _, name := range plans(t) {
		for _, edits := range [][]string{
			{tokens}, {agentOff}, {"token deployer-token blind@acme-ci.iam.gserviceaccount.com"}, {"fail serviceusage.services.batchGet 503"},
		} {
			recorder := new(gcp.Recorder)
			want := checkOver(t, name, recorder.Wrap(newServer(t, edits...).RoundTripper()), "deployer-token")
			snapshot := kept(t, recorder)
			if got := checkOver(t, name, snapshot.Transport(), "none"); got != want {
				t.Errorf("%s with %q (-recorded +replayed):\n%s", name, edits, cmp.Diff(want, got))
			}
		}
	}
}

// kept is a snapshot as it comes out of a file.
func kept(t *testing.T, recorder *gcp.Recorder) *gcp.Snapshot {
	t.Helper()
	data, err := json.Marshal(gcp.Snapshot{Schema: gcp.SnapshotSchema, RecordedAt: noon(), Exchanges: recorder.Exchanges()})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "deployer-token") || strings.Contains(string(data), "issued-token") {
		t.Error("a token stands in the snapshot")
	}
	s, err := gcp.ReadSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func checkOver(t *testing.T, name string, over http.RoundTripper, token string) string {
	t.Helper()
	r, err := checked(t, name, over, token)
	if err != nil {
		t.Fatal(err)
	}
	// How often was asked again is no matter of what was found.
	r.Requests = finding.Requests{}
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func checked(t testing.TB, name string, over http.RoundTripper, token string) (*finding.Report, error) {
	t.Helper()
	p, err := plan.Read(bytes.NewReader(readPlan(t, name)), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client, err := gcp.New(t.Context(), gcp.Options{
		Transport: over, Backoff: func() backoff.BackOff { return &backoff.ZeroBackOff{} },
		Credentials: &gcp.Credentials{TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}), Source: "a test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return preflight.Check(context.Background(), p, client, preflight.Options{
		LookPath: lookPath, Impersonation: true, FailOn: need.Error, Table: iam.Predefined(), Now: noon, Credentials: "a test",
	})
}

// FuzzSnapshot: whatever is written over one answer of a snapshot, a check ends
// with a report that gives no command to a terminal, or says that the
// credentials do not work.
func FuzzSnapshot(f *testing.F) {
	recorder := new(gcp.Recorder)
	if _, err := checked(f, "minimal", recorder.Wrap(newServer(f, agentOff).RoundTripper()), "deployer-token"); err != nil {
		f.Fatal(err)
	}
	exchanges := recorder.Exchanges()
	for i, e := range exchanges {
		f.Add(i, e.Status, e.Answer)
	}
	f.Fuzz(func(t *testing.T, i, status int, answer string) {
		spoilt := slices.Clone(exchanges)
		e := &spoilt[max(i, -i-1)%len(spoilt)]
		e.Status, e.Answer = status, answer
		data, err := json.Marshal(gcp.Snapshot{Schema: gcp.SnapshotSchema, Exchanges: spoilt})
		if err != nil {
			t.Fatal(err)
		}
		s, err := gcp.ReadSnapshot(data)
		if err != nil {
			t.Fatal(err)
		}
		r, err := checked(t, "minimal", s.Transport(), "none")
		if err != nil {
			if !errors.Is(err, preflight.ErrUnauthenticated) {
				t.Error(err)
			}
			return
		}
		var b bytes.Buffer
		if err := report.Text(&b, r, report.TextOptions{Verbose: true}); err != nil || strings.ContainsAny(b.String(), "\x1b\u202e") {
			t.Errorf("%v\n%q", err, &b)
		}
	})
}

// FuzzReadSnapshot: a file is refused, or it is a snapshot that answers.
func FuzzReadSnapshot(f *testing.F) {
	f.Add([]byte(`{"schema": "`+gcp.SnapshotSchema+`", "exchanges": [{"verb": "GET", "url": "https://iam.googleapis.com/v1/x", "status": 200, "answer": "{}"}]}`), "https://iam.googleapis.com/v1/x")
	f.Fuzz(func(t *testing.T, data []byte, url string) {
		s, err := gcp.ReadSnapshot(data)
		if err != nil {
			return
		}
		request, err := http.NewRequest(http.MethodGet, url, nil)
		if err != nil {
			return
		}
		if response, err := s.Transport().RoundTrip(request); err == nil && response.StatusCode == 0 {
			t.Error("an answer without a status")
		}
	})
}
