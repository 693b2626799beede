package preflight_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gke-preflight/preflight"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/rules"
	"gke-preflight/preflight/suppress"
)

// TestEveryRule: each rule has been seen to pass, to fail and to be
// undetermined, on real plans and a cloud that enforces IAM.
func TestEveryRule(t *testing.T) {
	t.Parallel()
	seen := map[string]map[finding.Outcome]bool{}
	look := func(plan string, edits ...string) {
		for _, f := range check(t, readPlan(t, plan), newServer(t, edits...), demanding).Findings {
			if seen[f.Rule] == nil {
				seen[f.Rule] = map[finding.Outcome]bool{}
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
	for name, clouds := range rulePlans(t) {
		for _, edits := range clouds {
			look(name, edits...)
		}
	}
	for broken := range faultyPlans() {
		look(broken)
	}
	// Nothing can be read, and nothing answers.
	for _, name := range plans(t) {
		look(name, "token deployer-token blind@acme-ci.iam.gserviceaccount.com")
		look(name, "fail serviceusage.services.batchGet 403", "fail cloudresourcemanager.projects.testIamPermissions 403",
			"fail iam.projects.serviceAccounts.testIamPermissions 403", "fail iam.projects.serviceAccounts.get 403")
	}
	for _, name := range []string{
		"cmek+pool", "cmek+secret", "cmek+unknown key", "minimal+unknown pool", "shared-vpc+numbered host", "kubernetes-provider+no time",
		"kubernetes-provider+just now", "kubernetes-provider+any login", "existing+unprotected",
		"features+mesh", "minimal+mesh unknown",
	} {
		look(name)
	}
	// What is replaced, updated or named.
	main, old := "cluster acme-prod europe-west1 main", "pool acme-prod europe-west1 main old RUNNING"
	look("traps/rep-pool-name", main, old)
	look("traps/rep-pool-name", main, old, "pool acme-prod europe-west1 main new RUNNING")
	for _, name := range []string{"rep-cbd", "rep-unknown", "name-unknown", "pool-unknown"} {
		look("traps/"+name, main)
	}
	look("shared-vpc+numbered host", "fail cloudresourcemanager.projects.get 403", "fail serviceusage.services.batchGet 403")
	look("cmek+pool", "resource projects/acme-kms/locations/europe-west1/caPools/gke",
		"grant projects/acme-kms roles/privateca.certificateManager serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com")
	look("cmek+secret", "grant projects/acme-prod roles/secretmanager.secretAccessor serviceAccount:gke-nodes@acme-prod.iam.gserviceaccount.com")
	for _, method := range []string{"compute.projects.getXpnHost", "container.projects.locations.clusters.get", "cloudkms.projects.locations.keyRings.cryptoKeys.get", "orgpolicy.projects.policies.getEffectivePolicy"} {
		for _, name := range []string{"shared-vpc", "existing", "cmek", "features", "minimal"} {
			look(name, "fail "+method+" 403")
		}
	}
	look("features", "token deployer-token blind@acme-ci.iam.gserviceaccount.com",
		"revoke serviceAccounts/gke-nodes@acme-identity.iam.gserviceaccount.com * serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com")
	for _, r := range rules.All() {
		for _, o := range []finding.Outcome{finding.Pass, finding.Fail, finding.Undetermined} {
			if !seen[r.ID][o] && !impossible(r, o) {
				t.Errorf("%s %s was never seen to be %s", r.ID, r.Name, o)
			}
		}
	}
}

// demanding is a configuration that asks for more than the rules do, and
// waives what nobody complains about.
func demanding(o *preflight.Options) {
	o.Settings.Extra = map[need.PrincipalKind][]string{need.Deployer: {"compute.regions.get"}, need.NodeServiceAccount: {"compute.regions.get"}}
	o.Waivers = []suppress.Waiver{{Rule: "GP101", Address: "nothing", Reason: "none", Where: "a test"}}
}

// impossible reports whether a rule can never have an outcome: derived rules
// report nothing but failures, and others say what they report.
func impossible(r rules.Rule, o finding.Outcome) bool {
	if r.Derived {
		return o != finding.Fail
	}
	return len(r.Outcomes) > 0 && !slices.Contains(r.Outcomes, string(o))
}

// rulePlans returns the plans that are there for one rule each, with the clouds
// that they are checked against: a line of the file clouds for each, which holds
// the edits of the healthy one, separated by semicolons.
func rulePlans(t *testing.T) map[string][][]string {
	t.Helper()
	files, err := filepath.Glob("../fixtures/plans/rules/*/clouds")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][][]string{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := "rules/" + filepath.Base(filepath.Dir(f))
		for line := range strings.Lines(string(data)) {
			var edits []string
			for edit := range strings.SplitSeq(strings.TrimSpace(line), ";") {
				if edit = strings.TrimSpace(edit); edit != "" && edit != "healthy" {
					edits = append(edits, edit)
				}
			}
			out[name] = append(out[name], edits)
		}
	}
	return out
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
		{"features", "org-policy projects/acme-identity iam.disableCrossProjectServiceAccountUsage true"},
		{"shared-vpc", "detach acme-service"},
		{"shared-vpc", "revoke projects/acme-host roles/compute.securityAdmin serviceAccount:service-222222222222@container-engine-robot.iam.gserviceaccount.com"},
		{"cmek", "key projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/disks DISABLED"},
		{"cmek", "key-purpose projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/disks ASYMMETRIC_SIGN"},
		{"cmek", "delete-resource projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/disks"},
		{"cmek+pool", "resource projects/acme-kms/locations/europe-west1/caPools/gke"},
		{"features", "disable-api acme-prod secretmanager.googleapis.com"},
		{"features", "revoke projects/acme-prod roles/container.serviceAgent" + agent, "role projects/acme-prod/roles/some compute.regions.get,compute.networks.get,compute.instanceGroupManagers.create", "grant projects/acme-prod projects/acme-prod/roles/some" + agent},
		{"features", "revoke projects/acme-prod roles/gkehub.crossProjectServiceAgent serviceAccount:service-888888888882@gcp-sa-gkehub.iam.gserviceaccount.com"},
		{"features", "revoke projects/acme-fleet roles/gkehub.editor" + terraform},
		{"features", "revoke tagValues/281479000000002 roles/resourcemanager.tagHoldAdmin" + agent},
		{"features", "revoke tagKeys/281478000000001 roles/resourcemanager.tagUser serviceAccount:111111111111@cloudservices.gserviceaccount.com"},
		{"features", "revoke projects/acme-prod roles/binaryauthorization.serviceAgent serviceAccount:service-111111111111@gcp-sa-binaryauthorization.iam.gserviceaccount.com"},
		{"features", "revoke projects/acme-prod roles/serviceusage.serviceUsageConsumer serviceAccount:gke-nodes@acme-identity.iam.gserviceaccount.com"},
		{"existing", "operation acme-prod europe-west1 UPGRADE_NODES RUNNING updated"},
		{"existing", "pool acme-prod europe-west1 updated old RUNNING_WITH_ERROR UNKNOWN the node pool requires recreation"},
		{"existing", "cluster-condition acme-prod europe-west1 updated GKE_SERVICE_ACCOUNT_DELETED the account is gone"},
		{"minimal", "cluster acme-prod europe-west1 main RUNNING"},
	}
	return out
}

// faultyPlans are plans that are wrong by themselves, and what they are wrong
// from.
func faultyPlans() map[string]string {
	return map[string]string{
		"minimal+mesh": "minimal", "features+identity": "features", "cmek+elsewhere": "cmek", "minimal+foreign pool": "minimal", "shared-vpc+sizes": "shared-vpc",
		"kubernetes-provider+long ago": "kubernetes-provider+just now", "kubernetes-provider+no login": "kubernetes-provider",
		"kubernetes-provider+missing plugin": "kubernetes-provider", "existing": "existing+unprotected",
	}
}

// TestEveryFaultFails: each fault alone is seen, and nothing of it is a pass.
func TestEveryFaultFails(t *testing.T) {
	t.Parallel()
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
	for broken, whole := range faultyPlans() {
		before := serious(check(t, readPlan(t, whole), newServer(t)))
		if after := serious(check(t, readPlan(t, broken), newServer(t))); after <= before {
			t.Errorf("%s: %d checks fail, as many as of %s", broken, after, whole)
		}
	}
}

// serious counts what fails and is more than a note.
func serious(r *finding.Report) int {
	n := 0
	for _, f := range r.Findings {
		if f.Outcome == finding.Fail && f.Severity != need.Note {
			n++
		}
	}
	return n
}
