package access

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/term"
)

// sample returns a report with a cluster of each kind.
func sample() *Report {
	return NewReport(Tool{"gke-preflight", "v1"}, []*Result{
		{Cluster: "projects/p/locations/l/clusters/good", Result: Pass, Steps: []Step{{"identity", Pass, "user:a"}}},
		{
			Cluster: "projects/p/locations/l/clusters/bad", Context: "prod", Server: "https://192.0.2.1", Identity: "user:a", Result: Fail,
			Steps: []Step{{"identity", Pass, "user:a"}, {"cluster", Fail, "there is \x1b[31mnone"}, {"namespaces", Skipped, "not reached"}},
			Class: "cluster_not_found", Cause: "the name is wrong", Fix: &Fix{[]string{"gcloud one", "gcloud two"}},
		},
		{
			Cluster: "projects/p/locations/l/clusters/odd", Result: Undetermined, Steps: []Step{{"identity", Undetermined, "no answer"}},
			Cause: "no answer", Fix: &Fix{[]string{"gcloud auth list"}},
		},
		UnknownCluster("google_container_cluster.x: its name is not known"),
	}, []string{"google_container_cluster.new is left out"})
}

func TestText(t *testing.T) {
	var out bytes.Buffer
	if err := Text(&out, sample(), term.Palette{}); err != nil {
		t.Fatal(err)
	}
	const want = `PASS  access works: projects/p/locations/l/clusters/good
  ✓ identity            user:a

FAIL  no access: projects/p/locations/l/clusters/bad (context prod)
  ✓ identity            user:a
  ✗ cluster             there is \x1b[31mnone
  – namespaces          not reached

  cause  the name is wrong
  fix
    gcloud one
    gcloud two

UNDETERMINED  could not determine whether access works: projects/p/locations/l/clusters/odd
  ? identity            no answer

  cause  no answer
  this may help
    gcloud auth list

UNDETERMINED  could not determine whether access works: a cluster whose name the plan does not show

  cause  google_container_cluster.x: its name is not known
• google_container_cluster.new is left out
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestColorsOfMessagesAreEscaped(t *testing.T) {
	var out bytes.Buffer
	if err := Text(&out, sample(), term.Palette{On: true}); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); !strings.Contains(s, "\x1b[31mFAIL\x1b[0m") || strings.Contains(s, "\x1b[31mnone") || strings.Count(s, "\x1b")%2 != 0 {
		t.Errorf("got %q", s)
	}
}

func TestJSON(t *testing.T) {
	r := sample()
	r.Clusters = r.Clusters[1:2]
	var out bytes.Buffer
	if err := JSON(&out, r); err != nil {
		t.Fatal(err)
	}
	const want = `{
  "schema_version": "1",
  "tool": {
    "name": "gke-preflight",
    "version": "v1"
  },
  "result": "fail",
  "clusters": [
    {
      "cluster": "projects/p/locations/l/clusters/bad",
      "context": "prod",
      "server": "https://192.0.2.1",
      "identity": "user:a",
      "result": "fail",
      "steps": [
        {
          "name": "identity",
          "verdict": "pass",
          "message": "user:a"
        },
        {
          "name": "cluster",
          "verdict": "fail",
          "message": "there is \u001b[31mnone"
        },
        {
          "name": "namespaces",
          "verdict": "skipped",
          "message": "not reached"
        }
      ],
      "class": "cluster_not_found",
      "cause": "the name is wrong",
      "fix": {
        "commands": [
          "gcloud one",
          "gcloud two"
        ]
      }
    }
  ],
  "notes": [
    "google_container_cluster.new is left out"
  ]
}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// TestNewReport shows that the result is the worst of the clusters.
func TestNewReport(t *testing.T) {
	pass, fail, open := &Result{Result: Pass}, &Result{Result: Fail}, &Result{Result: Undetermined}
	for _, tt := range []struct {
		results []*Result
		want    Verdict
	}{
		{nil, Pass},
		{[]*Result{pass, pass}, Pass},
		{[]*Result{pass, open, pass}, Undetermined},
		{[]*Result{open, fail, open}, Fail},
	} {
		if got := NewReport(Tool{}, tt.results, nil).Result; got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestNoClusters(t *testing.T) {
	var out bytes.Buffer
	if err := Text(&out, NewReport(Tool{}, nil, nil), term.Palette{}); err != nil || out.String() != "PASS  no cluster to check\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

// A full writer has no space left.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestWriteErrors(t *testing.T) {
	if Text(full{}, sample(), term.Palette{}) == nil || JSON(full{}, sample()) == nil {
		t.Error("a write error is not returned")
	}
}
