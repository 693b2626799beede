package judge_test

import (
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/judge"
	"gke-preflight/preflight/need"
)

// explained judges a need by facts and returns the finding.
func explained(t *testing.T, s scenario) finding.Finding {
	t.Helper()
	r, missing := judgeOne(caseOf(t, s), s.need, s.facts)
	if !r.Done {
		t.Fatalf("facts are missing: %+v", missing)
	}
	return judge.Explain(r.Need, r.Verdict)
}

// TestExplain: a failure comes with the error that apply prints and a fix; nothing
// else does.
func TestExplain(t *testing.T) {
	n := nodesNeed(writeLogs)
	n.ExpectedError = "Error 403: Permission denied"
	warning := n
	warning.Severity = need.Warning
	granted := with(readable(), answers{about(facts.KindAllowPolicy, projectName): policy(binding(logWriter, nodes))})
	grant := []string{"gcloud projects add-iam-policy-binding acme-prod --member=serviceAccount:nodes@acme-prod.iam.gserviceaccount.com --role=roles/logging.logWriter --condition=None"}
	type explanation struct {
		rule, answers, expectedError string
		commands                     []string
		terraform                    bool
	}
	for _, tt := range []struct {
		scenario
		want explanation
	}{
		{scenario{name: "pass", need: n, facts: granted}, explanation{rule: "GP302"}},
		{scenario{name: "undetermined", need: n, facts: with(granted, answers{about(facts.KindAllowPolicy, projectName): forbidden})}, explanation{rule: "GP302"}},
		{scenario{name: "an error that fails", need: n, facts: readable()}, explanation{rule: "GP302", expectedError: n.ExpectedError, commands: grant, terraform: true}},
		{scenario{name: "a warning that fails: apply prints nothing", need: warning, facts: readable()}, explanation{rule: "GP302", commands: grant, terraform: true}},
		{scenario{name: "granted without depends_on: the fix is in the configuration", need: n, facts: readable(),
			plan: []change{created(grantAddress, grantToNodes), mainCluster()}},
			explanation{rule: "GP802", answers: "GP302", expectedError: n.ExpectedError, terraform: true}},
		{scenario{name: "revoked: the fix is in the configuration", need: n, facts: granted,
			plan: []change{destroyed(grantAddress, grantToNodes), mainCluster()}},
			explanation{rule: "GP801", answers: "GP302", expectedError: n.ExpectedError, terraform: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := explained(t, tt.scenario)
			got := explanation{rule: f.Rule, answers: f.Answers, expectedError: f.ExpectedError}
			if f.Fix != nil {
				got.commands, got.terraform = f.Fix.Commands, f.Fix.Terraform != ""
			}
			if diff := gocmp.Diff(tt.want, got, gocmp.AllowUnexported(explanation{})); diff != "" {
				t.Errorf("explanation (-want +got):\n%s", diff)
			}
		})
	}
}

// TestExplainNamesCulprits: the fix of a plan against itself names the resources to
// change.
func TestExplainNamesCulprits(t *testing.T) {
	f := explained(t, scenario{need: nodesNeed(writeLogs), facts: readable(), plan: []change{created(grantAddress, grantToNodes), mainCluster()}})
	for _, address := range []string{grantAddress, "google_container_cluster.main"} {
		if !strings.Contains(f.Fix.Terraform, address[strings.Index(address, ".")+1:]) {
			t.Errorf("the fix does not name %s:\n%s", address, f.Fix.Terraform)
		}
	}
	if !slices.Equal(f.PlannedBy, []string{grantAddress}) {
		t.Errorf("got planned by %v, want %s", f.PlannedBy, grantAddress)
	}
}
