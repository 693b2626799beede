package preflight_test

import (
	"strings"
	"testing"

	"gke-preflight/preflight"
	"gke-preflight/preflight/rules"
)

// TestEveryRule: each rule has been seen to pass, to fail and to be
// undetermined, on real plans and a cloud that enforces IAM.
func TestEveryRule(t *testing.T) {
	seen := map[string]map[preflight.Outcome]bool{}
	look := func(plan string, edits ...string) {
		for _, f := range check(t, readPlan(t, plan), newServer(t, edits...)).Findings {
			if seen[f.Rule] == nil {
				seen[f.Rule] = map[preflight.Outcome]bool{}
			}
			seen[f.Rule][f.Outcome] = true
		}
	}
	for _, name := range plans(t) {
		look(name)
	}
	for _, broken := range faulty() {
		look(broken[0], broken[1:]...)
	}
	// Nothing can be read, and nothing answers.
	for _, name := range plans(t) {
		look(name, "token deployer-token blind@acme-ci.iam.gserviceaccount.com")
		look(name, "fail serviceusage.services.batchGet 403", "fail cloudresourcemanager.projects.testIamPermissions 403",
			"fail iam.projects.serviceAccounts.testIamPermissions 403", "fail iam.projects.serviceAccounts.get 403")
	}
	look("features", "token deployer-token blind@acme-ci.iam.gserviceaccount.com",
		"revoke serviceAccounts/gke-nodes@acme-identity.iam.gserviceaccount.com * serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com")
	for _, r := range rules.All() {
		for _, o := range []preflight.Outcome{preflight.Pass, preflight.Fail, preflight.Undetermined} {
			if !seen[r.ID][o] && !impossible(r.ID, o) {
				t.Errorf("%s %s was never seen to be %s", r.ID, r.Name, o)
			}
		}
	}
}

// impossible outcomes: what the plan alone says cannot pass or be unknown,
// and the rules about the plan itself only report.
func impossible(id string, o preflight.Outcome) bool {
	switch id {
	case "GP305", "GP801", "GP802":
		return o != preflight.Fail
	case "GP701":
		return o != preflight.Undetermined
	}
	return false
}

// faulty are plans, with what is wrong with the cloud.
func faulty() [][]string {
	const (
		terraform = " serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"
		deployer  = " serviceAccount:deployer@acme-ci.iam.gserviceaccount.com"
		agent     = " serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"
		compute   = " serviceAccount:service-111111111111@compute-system.iam.gserviceaccount.com"
		org       = "revoke organizations/100000000000 "
	)
	off := func(api string) []string { return []string{"all-in-one-plan", "disable-api acme-new " + api} }
	out := [][]string{
		off("cloudresourcemanager.googleapis.com"),
		{"minimal", "disable-api acme-prod container.googleapis.com"},
		{"minimal", "disable-api acme-prod compute.googleapis.com"},
		{"minimal", "disable-api acme-prod logging.googleapis.com", "disable-api acme-prod monitoring.googleapis.com"},
		{"impersonation", "disable-api acme-ci container.googleapis.com"},
		{"named-service-account", org + "roles/container.clusterAdmin" + terraform},
		{"minimal", org + "roles/iam.serviceAccountUser" + terraform},
		{"minimal", org + "roles/compute.viewer" + terraform},
		{"impersonation", org + "roles/serviceusage.serviceUsageConsumer" + deployer, org + "roles/serviceusage.serviceUsageAdmin" + deployer},
		{"impersonation", "revoke serviceAccounts/deployer@acme-ci.iam.gserviceaccount.com roles/iam.serviceAccountTokenCreator" + terraform},
		{"all-in-one-plan", org + "roles/resourcemanager.projectIamAdmin" + terraform},
		{"cmek", "delete-account gke-nodes@acme-prod.iam.gserviceaccount.com"},
		{"cmek", "revoke projects/acme-prod roles/container.defaultNodeServiceAccount serviceAccount:gke-nodes@acme-prod.iam.gserviceaccount.com"},
		{"cmek", "grant projects/acme-prod roles/compute.viewer serviceAccount:gke-nodes@acme-prod.iam.gserviceaccount.com"},
		{"minimal", "disable-account 111111111111-compute@developer.gserviceaccount.com"},
		{"minimal", "revoke projects/acme-prod roles/container.serviceAgent" + agent},
		{"minimal", "revoke projects/acme-prod roles/container.serviceAgent" + agent, "role projects/acme-prod/roles/some compute.regions.get,compute.networks.get,compute.instanceGroupManagers.create", "grant projects/acme-prod projects/acme-prod/roles/some" + agent},
		{"minimal", "revoke projects/acme-prod roles/container.defaultNodeServiceAgent serviceAccount:service-111111111111@gcp-sa-gkenode.iam.gserviceaccount.com"},
		{"minimal", "revoke projects/acme-prod roles/compute.instanceGroupManagerServiceAgent serviceAccount:111111111111@cloudservices.gserviceaccount.com"},
		{"minimal", "revoke projects/acme-prod roles/compute.serviceAgent" + compute},
		{"features", "revoke serviceAccounts/gke-nodes@acme-identity.iam.gserviceaccount.com *" + agent},
		{"shared-vpc", "revoke projects/acme-host roles/container.hostServiceAgentUser serviceAccount:service-222222222222@container-engine-robot.iam.gserviceaccount.com"},
		{"shared-vpc", "revoke projects/acme-host roles/compute.networkUser serviceAccount:222222222222@cloudservices.gserviceaccount.com"},
		{"shared-vpc", "disable-api acme-host container.googleapis.com"},
		{"cmek", "revoke projects/acme-kms roles/cloudkms.cryptoKeyEncrypterDecrypter" + compute},
		{"cmek", "disable-api acme-kms cloudkms.googleapis.com"},
		{"grant-race", "disable-api acme-new container.googleapis.com"},
	}
	return out
}

// TestEveryFaultFails: each fault alone is seen, and nothing of it is a pass.
func TestEveryFaultFails(t *testing.T) {
	for _, broken := range faulty() {
		if strings.HasPrefix(broken[1], "grant ") {
			continue
		}
		before := serious(check(t, readPlan(t, broken[0]), newServer(t)))
		after := serious(check(t, readPlan(t, broken[0]), newServer(t, broken[1:]...)))
		if after <= before {
			t.Errorf("%q: %d checks fail, as many as without it", broken, after)
		}
	}
}

// serious counts what fails and is more than a note.
func serious(r *preflight.Report) int {
	n := 0
	for _, f := range r.Findings {
		if f.Outcome == preflight.Fail && f.Severity != rules.Note {
			n++
		}
	}
	return n
}
