package preflight_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

// TestLevels: a finding says level by level what policies give, take or leave
// open, the resource itself first.
func TestLevels(t *testing.T) {
	const (
		agent     = "serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"
		role      = "roles/container.serviceAgent"
		revoke    = "revoke projects/acme-prod " + role + " " + agent
		blind     = "token deployer-token blind@acme-ci.iam.gserviceaccount.com"
		reads     = "serviceAccount:blind@acme-ci.iam.gserviceaccount.com"
		three     = " compute.instanceGroupManagers.create,compute.networks.get,compute.regions.get"
		nodes     = "serviceAccount:gke-nodes@acme-new.iam.gserviceaccount.com"
		nodesRole = "roles/container.defaultNodeServiceAccount"
	)
	lacks := func(levels ...string) []string {
		for i, l := range levels {
			levels[i] = l + " lacks" + three
		}
		return levels
	}
	for name, tt := range map[string]struct {
		plan, kind string
		edits      []string
		want       []string
	}{
		"granted": {want: []string{"projects/acme-prod grants" + three + " " + role + " " + agent}},
		"granted above": {
			edits: []string{revoke, "grant folders/444444444444 " + role + " " + agent},
			want:  []string{"folders/444444444444 grants" + three + " " + role + " " + agent},
		},
		"lacking": {edits: []string{revoke}, want: lacks("projects/acme-prod", "folders/444444444444", "organizations/100000000000")},
		"condition false": {
			edits: []string{revoke, "grant-if folders/444444444444 " + role + " " + agent + " false"},
			want: []string{
				lacks("projects/acme-prod")[0], "folders/444444444444 unmet" + three + " " + role + " " + agent + ": false", lacks("organizations/100000000000")[0],
			},
		},
		"denied": {
			edits: []string{"deny organizations/100000000000 guard principalSet://goog/public:all compute.googleapis.com/instanceGroupManagers.create"},
			want: []string{
				"projects/acme-prod grants" + three + " " + role + " " + agent,
				"folders/444444444444 lacks compute.instanceGroupManagers.create",
				"organizations/100000000000 denies compute.instanceGroupManagers.create: guard",
			},
		},
		"group": {
			edits: []string{revoke, "grant projects/acme-prod roles/editor group:platform@acme.example"},
			want: append([]string{
				"projects/acme-prod doubts" + three + " roles/editor group:platform@acme.example: group platform@acme.example has roles/editor on project acme-prod, and the account may be a member: group membership is not checked",
			}, lacks("folders/444444444444", "organizations/100000000000")...),
		},
		"unread": {
			edits: []string{blind, "grant projects/acme-prod roles/iam.securityReviewer " + reads, "grant projects/acme-prod roles/browser " + reads, revoke},
			want: []string{
				lacks("projects/acme-prod")[0],
				"folders/444444444444 unread" + three + ": 403 The caller does not have permission",
				"organizations/100000000000 unread" + three + ": 403 The caller does not have permission",
			},
		},
		"asked, not read": {plan: "named-service-account", kind: string(need.Deployer)},
		"planned": {
			plan: "grant-race", kind: string(need.NodeServiceAccount),
			edits: []string{"revoke projects/acme-new " + nodesRole + " " + nodes},
			want: []string{
				"projects/acme-new plans autoscaling.sites.writeMetrics,logging.logEntries.create,monitoring.metricDescriptors.create,monitoring.metricDescriptors.list,monitoring.timeSeries.create,monitoring.timeSeries.list " + nodesRole + " " + nodes + ": google_project_iam_member.node_role",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan, kind := "minimal", string(need.GKEServiceAgent)
			if tt.plan != "" {
				plan, kind = tt.plan, tt.kind
			}
			f := firstOf(t, check(t, readPlan(t, plan), newServer(t, tt.edits...)), kind)
			if diff := cmp.Diff(tt.want, inLines(f.Levels)); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", f.Rule, f.Outcome, diff)
			}
		})
	}
}

// firstOf is the first finding about permissions of a kind of principal.
func firstOf(t *testing.T, r *finding.Report, kind string) finding.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Permissions != nil && f.Principal != nil && string(f.Principal.Kind) == kind && f.Severity != need.Note {
			return f
		}
	}
	t.Fatalf("nothing is found about the permissions of a %s", kind)
	return finding.Finding{}
}

func inLines(levels []finding.Level) []string {
	var out []string
	for _, l := range levels {
		words := []string{strings.TrimPrefix(l.Resource, "//cloudresourcemanager.googleapis.com/"), string(l.Says), strings.Join(l.Permissions, ",")}
		for _, w := range []string{l.Role, l.Member} {
			if w != "" {
				words = append(words, w)
			}
		}
		line := strings.Join(words, " ")
		if l.Detail != "" {
			line += ": " + l.Detail
		}
		out = append(out, line)
	}
	return out
}

// TestEvidenceNames: the evidence of a binding names what it stands on.
func TestEvidenceNames(t *testing.T) {
	const agent = "serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"
	server := newServer(t, "revoke projects/acme-prod roles/container.serviceAgent "+agent, "grant folders/444444444444 roles/container.serviceAgent "+agent)
	f := firstOf(t, check(t, readPlan(t, "minimal"), server), string(need.GKEServiceAgent))
	want := []finding.Evidence{{
		Method: "getIamPolicy", Resource: "//cloudresourcemanager.googleapis.com/folders/444444444444",
		Detail: agent + " has roles/container.serviceAgent on folder 444444444444",
	}}
	if diff := cmp.Diff(want, f.Evidence); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
