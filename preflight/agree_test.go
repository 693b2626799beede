package preflight_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gke-preflight/fixtures/fakegcp"
	"gke-preflight/preflight/finding"
)

// TestEvidenceAgrees makes random clouds, and asks about a node's account in
// two ways that share no code: as the account itself, where the cloud's own
// enforcement answers, and from the allow policies. The latter may know less;
// it must never say the opposite.
func TestEvidenceAgrees(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	seen := map[finding.Outcome]int{}
	for range 60 {
		edits := randomEdits(r)
		truth := outcomes(t, newServer(t, append(edits, "grant serviceAccounts/"+nodes+" roles/iam.serviceAccountTokenCreator serviceAccount:terraform@acme-prod.iam.gserviceaccount.com")...))
		told := outcomes(t, newServer(t, edits...))
		for rule, want := range truth {
			got := told[rule]
			seen[got]++
			if want != finding.Pass && want != finding.Fail {
				t.Fatalf("%s: the cloud itself says %s with %q", rule, want, edits)
			}
			if got != want && got != finding.Undetermined {
				t.Fatalf("%s: the policies say %s and the cloud %s, with %q", rule, got, want, edits)
			}
		}
	}
	for _, o := range []finding.Outcome{finding.Pass, finding.Fail, finding.Undetermined} {
		if seen[o] < 10 {
			t.Errorf("only %d answers are %s: the clouds say too little", seen[o], o)
		}
	}
}

const nodes = "gke-nodes@acme-prod.iam.gserviceaccount.com"

// outcomes are those of the rules about what nodes may do.
func outcomes(t *testing.T, server *fakegcp.Server) map[string]finding.Outcome {
	t.Helper()
	out := map[string]finding.Outcome{}
	for _, f := range check(t, readPlan(t, "cmek"), server).Findings {
		if f.Rule == "GP302" || f.Rule == "GP303" {
			out[f.Rule] = f.Outcome
		}
	}
	return out
}

// randomEdits give and take roles that matter, at every level, to the account
// and to what may hold it.
func randomEdits(r *rand.Rand) []string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	edits := []string{fmt.Sprintf("member g%d@acme.example serviceAccount:%s", r.IntN(2), nodes)}
	if r.IntN(2) == 0 {
		edits = append(edits, "revoke projects/acme-prod roles/container.defaultNodeServiceAccount serviceAccount:"+nodes)
	}
	given := map[string]bool{}
	for range r.IntN(4) {
		where := pick("projects/acme-prod", "folders/444444444444", "organizations/100000000000")
		role := pick("roles/editor", "roles/compute.viewer", "roles/logging.logWriter", "roles/monitoring.metricWriter", "roles/container.defaultNodeServiceAgent")
		who := pick("serviceAccount:"+nodes, "group:g0@acme.example", "group:g1@acme.example",
			"principalSet://cloudresourcemanager.googleapis.com/projects/111111111111/type/ServiceAccount",
			"principalSet://cloudresourcemanager.googleapis.com/folders/444444444444/type/ServiceAccount",
			"principalSet://cloudresourcemanager.googleapis.com/projects/999999999999/type/ServiceAccount")
		line := "grant " + where + " " + role + " " + who
		if r.IntN(4) == 0 {
			line = "grant-if " + where + " " + role + " " + who + ` request.time < timestamp("` + pick("2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z") + `")`
		}
		if !given[line] {
			edits, given[line] = append(edits, line), true
		}
	}
	return edits
}
