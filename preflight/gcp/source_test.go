package gcp_test

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"gke-preflight/fixtures/fakegcp"
	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/iam"
)

// newSource returns a source that asks the cloud of fixtures/clouds/acme.yaml after some
// edits, as its deployer.
func newSource(t *testing.T, edits ...string) (*gcp.Source, *fakegcp.Server) {
	t.Helper()
	data, err := os.ReadFile("../../fixtures/clouds/acme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cloud, err := fakegcp.Load(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		if err := cloud.Edit(e); err != nil {
			t.Fatal(err)
		}
	}
	server := fakegcp.New(cloud, fakegcp.WithRoles(iam.Predefined().Permissions))
	client, err := gcp.New(t.Context(), gcp.Options{
		Transport:   server.RoundTripper(),
		Credentials: &gcp.Credentials{TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "deployer-token"}), Source: "a test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return gcp.NewSource(client), server
}

// requests returns the requests that a server has answered, sorted.
func requests(s *fakegcp.Server) []string {
	var out []string
	for _, c := range s.Calls() {
		out = append(out, c.Method+" "+c.Resource)
	}
	slices.Sort(out)
	return out
}

const (
	nodesAccount = "gke-nodes@acme-prod.iam.gserviceaccount.com"
	etcdKey      = "projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/etcd"
	clusterOne   = "projects/acme-prod/locations/europe-west1/clusters/updated"
)

// kindAnswer is a question of one kind, and the answer in short.
type kindAnswer struct {
	question facts.Question
	want     string
	edits    []string
}

func kindAnswers() map[string]kindAnswer {
	q := func(kind facts.Kind, on, item string) facts.Question {
		return facts.Question{Kind: kind, On: on, Item: item}
	}
	deny := []string{"deny projects/acme-prod no-clusters principalSet://goog/public:all container.googleapis.com/clusters.create"}
	access := q(facts.KindAccess, "//cloudresourcemanager.googleapis.com/projects/acme-prod", "logging.logEntries.create")
	access.Member = "serviceAccount:" + nodesAccount
	return map[string]kindAnswer{
		"KindIdentity":     {q(facts.KindIdentity, "", ""), "terraform@acme-prod.iam.gserviceaccount.com", nil},
		"KindProject":      {q(facts.KindProject, "acme-prod", ""), "acme-prod 111111111111", nil},
		"KindAncestors":    {q(facts.KindAncestors, "acme-prod", ""), "[projects/acme-prod folders/444444444444 organizations/100000000000]", nil},
		"KindAllowPolicy":  {q(facts.KindAllowPolicy, "projects/acme-fleet", ""), "roles/gkehub.editor", nil},
		"KindDenyPolicies": {q(facts.KindDenyPolicies, "projects/acme-prod", ""), "[no-clusters]", deny},
		"KindDenyRules":    {q(facts.KindDenyRules, "projects/acme-prod", "no-clusters"), "container.googleapis.com/clusters.create", deny},
		"KindRole":         {q(facts.KindRole, "roles/logging.logWriter", ""), "logging.logEntries.create", nil},
		"KindPermission":   {q(facts.KindPermission, "projects/acme-prod", "container.clusters.create"), "granted", nil},
		"KindAccess":       {access, "CAN_ACCESS", nil},
		"KindService":      {q(facts.KindService, "acme-prod", "container.googleapis.com"), "ENABLED 111111111111", nil},
		"KindAccount":      {q(facts.KindAccount, "acme-prod", nodesAccount), nodesAccount, nil},
		"KindHostProject":  {q(facts.KindHostProject, "acme-service", ""), "acme-host", nil},
		"KindKey":          {q(facts.KindKey, etcdKey, ""), "ENCRYPT_DECRYPT ENABLED", nil},
		"KindConstraint":   {q(facts.KindConstraint, "acme-prod", "iam.disableCrossProjectServiceAccountUsage"), "true", []string{"org-policy projects/acme-prod iam.disableCrossProjectServiceAccountUsage true"}},
		"KindCluster":      {q(facts.KindCluster, clusterOne, ""), "updated RUNNING", nil},
		"KindClusters":     {q(facts.KindClusters, "acme-prod", ""), clusterOne, nil},
		"KindOperations":   {q(facts.KindOperations, "acme-prod", ""), "UPGRADE_MASTER", []string{"operation acme-prod europe-west1 UPGRADE_MASTER RUNNING clusters/updated"}},
		"KindTagParent":    {q(facts.KindTagParent, "tagValues/281479000000002", ""), "tagKeys/281478000000001", nil},
	}
}

// TestSourceAnswersEveryKind: each kind of question gets an answer of its type.
func TestSourceAnswersEveryKind(t *testing.T) {
	all := kindAnswers()
	for _, kind := range kindsInSource(t) {
		if _, tested := all[kind]; !tested {
			t.Errorf("no question of facts.%s is tested", kind)
		}
	}
	for name, tt := range all {
		t.Run(name, func(t *testing.T) {
			s, _ := newSource(t, tt.edits...)
			answers := s.Answer(t.Context(), []facts.Question{tt.question})
			got, answered := answers[tt.question]
			if !answered || len(answers) != 1 || got.Err != nil {
				t.Fatalf("got the answers %+v, want one to %+v", answers, tt.question)
			}
			if text := inShort(t, tt.question.Kind, got.Value); !strings.Contains(text, tt.want) {
				t.Errorf("got %s, want %s", text, tt.want)
			}
		})
	}
}

// kindsInSource returns the names of the kinds that package facts declares.
func kindsInSource(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../facts/question.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Kind") {
			out = append(out, spec.Names[0].Name)
		}
		return true
	})
	if len(out) == 0 {
		t.Fatal("found no kinds")
	}
	return out
}

// inShort returns the value of an answer as text; a failure if it does not have the
// type that facts documents for its kind.
func inShort(t *testing.T, kind facts.Kind, value any) string {
	t.Helper()
	wantType := map[facts.Kind]string{
		facts.KindIdentity: "facts.Identity", facts.KindProject: "facts.Project", facts.KindAncestors: "[]string", facts.KindAllowPolicy: "*iam.Policy",
		facts.KindDenyPolicies: "[]string", facts.KindDenyRules: "[]iam.DenyRule", facts.KindRole: "iam.Role", facts.KindPermission: "facts.PermissionState",
		facts.KindAccess: "facts.AccessState", facts.KindService: "facts.Service", facts.KindAccount: "facts.ServiceAccount", facts.KindHostProject: "string",
		facts.KindKey: "facts.Key", facts.KindConstraint: "bool", facts.KindCluster: "facts.Cluster", facts.KindClusters: "map[string]facts.Cluster",
		facts.KindOperations: "[]facts.Operation", facts.KindTagParent: "string",
	}[kind]
	if got := fmt.Sprintf("%T", value); got != wantType {
		t.Errorf("got a value of type %s, want %s", got, wantType)
	}
	switch v := value.(type) {
	case facts.Project:
		return v.ID + " " + v.Number
	case facts.Key:
		return v.Purpose + " " + v.State
	case facts.Cluster:
		return v.Name + " " + v.Status
	case facts.Service:
		return string(v.State) + " " + v.ProjectNumber
	case *iam.Policy:
		return fmt.Sprintf("%+v", *v)
	}
	return fmt.Sprintf("%+v", value)
}

// TestSourceBatches: questions about the permissions of a caller on a resource travel in
// one request, and so do those about the APIs of a project.
func TestSourceBatches(t *testing.T) {
	permission := func(as facts.Caller, on, item string) facts.Question {
		return facts.Question{Kind: facts.KindPermission, As: as, On: on, Item: item}
	}
	service := func(on, item string) facts.Question {
		return facts.Question{Kind: facts.KindService, On: on, Item: item}
	}
	self := facts.Caller{}
	other := facts.Caller{Account: "deployer@acme-ci.iam.gserviceaccount.com"}
	const test = "cloudresourcemanager.projects.testIamPermissions projects/"
	for _, tt := range []struct {
		name      string
		questions []facts.Question
		want      []string
	}{
		{"no question", nil, nil},
		{"two permissions on a project", []facts.Question{permission(self, "projects/acme-prod", "container.clusters.create"), permission(self, "projects/acme-prod", "container.clusters.get")},
			[]string{test + "acme-prod"}},
		{"the same permission on two projects", []facts.Question{permission(self, "projects/acme-prod", "container.clusters.create"), permission(self, "projects/acme-dev", "container.clusters.create")},
			[]string{test + "acme-dev", test + "acme-prod"}},
		{"two permissions of two callers", []facts.Question{
			permission(self, "projects/acme-prod", "container.clusters.create"), permission(other, "projects/acme-prod", "container.clusters.create"),
			permission(self, "projects/acme-prod", "container.clusters.get"), permission(other, "projects/acme-prod", "container.clusters.get"),
		}, []string{test + "acme-prod", test + "acme-prod", "iamcredentials.projects.serviceAccounts.generateAccessToken projects/-/serviceAccounts/deployer@acme-ci.iam.gserviceaccount.com"}},
		{"two APIs of a project", []facts.Question{service("acme-prod", "container.googleapis.com"), service("acme-prod", "compute.googleapis.com")},
			[]string{"serviceusage.services.batchGet projects/acme-prod/services"}},
		{"two questions of other kinds", []facts.Question{{Kind: facts.KindProject, On: "acme-prod"}, {Kind: facts.KindAncestors, On: "acme-prod"}},
			[]string{"cloudresourcemanager.projects.get projects/acme-prod", "cloudresourcemanager.projects.getAncestry projects/acme-prod"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, server := newSource(t)
			answers := s.Answer(t.Context(), tt.questions)
			for _, q := range tt.questions {
				if a, answered := answers[q]; !answered || a.Err != nil {
					t.Errorf("%+v: got the answer %+v", q, a)
				}
			}
			if len(answers) != len(tt.questions) {
				t.Errorf("got %d answers to %d questions", len(answers), len(tt.questions))
			}
			if diff := cmp.Diff(tt.want, requests(server)); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSourcePermissionStates: a permission is granted, missing, or cannot be tested.
func TestSourcePermissionStates(t *testing.T) {
	s, _ := newSource(t)
	q := func(item string) facts.Question {
		return facts.Question{Kind: facts.KindPermission, On: "projects/acme-prod", Item: item}
	}
	answers := s.Answer(t.Context(), []facts.Question{q("container.clusters.create"), q("container.secrets.get")})
	want := map[facts.Question]facts.Answer{
		q("container.clusters.create"): {Value: facts.Granted},
		q("container.secrets.get"):     {Value: facts.Missing},
	}
	if diff := cmp.Diff(want, answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// TestSourceFailures: what one request answers fails together, and nothing else does.
func TestSourceFailures(t *testing.T) {
	s, _ := newSource(t, "fail cloudresourcemanager.projects.testIamPermissions 403 0 projects/acme-prod", "fail serviceusage.services.batchGet 403")
	failing := []facts.Question{
		{Kind: facts.KindPermission, On: "projects/acme-prod", Item: "container.clusters.create"},
		{Kind: facts.KindPermission, On: "projects/acme-prod", Item: "container.clusters.get"},
		{Kind: facts.KindService, On: "acme-prod", Item: "container.googleapis.com"},
		{Kind: facts.KindCluster, On: "projects/acme-prod/locations/europe-west1/clusters/absent"},
		{Kind: "nonsense", On: "acme-prod"},
	}
	working := facts.Question{Kind: facts.KindPermission, On: "projects/acme-dev", Item: "container.clusters.create"}
	answers := s.Answer(t.Context(), append(failing, working))
	for _, q := range failing {
		if a, answered := answers[q]; !answered || a.Err == nil {
			t.Errorf("%+v: got the answer %+v, want an error", q, a)
		}
	}
	if a := answers[working]; a.Err != nil || a.Value != facts.Granted {
		t.Errorf("%+v: got the answer %+v, want granted", working, a)
	}
}

// TestSourceCanceled: without time left each question still gets an answer, an error.
func TestSourceCanceled(t *testing.T) {
	s, _ := newSource(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tt := range kindAnswers() {
		if a, answered := s.Answer(ctx, []facts.Question{tt.question})[tt.question]; !answered || a.Err == nil {
			t.Errorf("%s: got the answer %+v, want an error", name, a)
		}
	}
}
