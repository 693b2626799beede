package judge_test

import (
	"testing"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

const (
	keyName    = "projects/acme-prod/locations/europe-west1/keyRings/r/cryptoKeys/k"
	keyAddress = "google_kms_crypto_key.k"
	keyJSON    = `{"id": "` + keyName + `", "key_ring": "projects/acme-prod/locations/europe-west1/keyRings/r", "name": "k"}`
)

// TestKeys: a Cloud KMS key exists, is enabled and has the purpose that GKE needs.
func TestKeys(t *testing.T) {
	n := need.Need{
		Rule: "GP603", Severity: need.Error, Kind: need.Key, Addresses: []string{"google_container_cluster.main"},
		Project: project, Resource: "//cloudkms.googleapis.com/" + keyName, Expect: "ENCRYPT_DECRYPT",
	}
	signing := n
	signing.Expect = "ASYMMETRIC_SIGN"
	state := func(a facts.Answer) answers { return with(readable(), answers{about(facts.KindKey, keyName): a}) }
	key := func(purpose, version string) answers {
		return state(is(facts.Key{Purpose: purpose, State: version, Primary: "1"}))
	}
	removed := verdict{outcome: finding.Fail, code: "with_rule", rule: need.RuleRemoved, removedBy: []string{keyAddress}}
	checkVerdicts(t, []scenario{
		{name: "enabled", need: n, facts: key("ENCRYPT_DECRYPT", "ENABLED"), want: verdict{outcome: finding.Pass, code: "key_usable"}},
		{name: "disabled", need: n, facts: key("ENCRYPT_DECRYPT", "DISABLED"), want: verdict{outcome: finding.Fail, code: "key_disabled"}},
		{name: "destroyed", need: n, facts: key("ENCRYPT_DECRYPT", "DESTROYED"), want: verdict{outcome: finding.Fail, code: "key_disabled"}},
		{name: "no primary version", need: n, facts: key("ENCRYPT_DECRYPT", ""), want: verdict{outcome: finding.Undetermined, code: "key_state_unknown"}},
		{name: "wrong purpose", need: n, facts: key("ASYMMETRIC_SIGN", "ENABLED"), want: verdict{outcome: finding.Fail, code: "key_purpose_differs"}},
		{name: "signing key, which has no primary version", need: signing, facts: key("ASYMMETRIC_SIGN", ""), want: verdict{outcome: finding.Pass, code: "key_usable"}},
		{name: "missing", need: n, facts: state(notFound), want: verdict{outcome: finding.Fail, code: "key_missing"}},
		{name: "forbidden", need: n, facts: state(forbidden), want: verdict{outcome: finding.Undetermined, code: "read_denied"}},
		{name: "created by the plan", need: n, facts: state(notFound), plan: []change{created(keyAddress, keyJSON), mainCluster(keyAddress)},
			want: verdict{outcome: finding.Pass, code: "planned_in_time", plannedBy: []string{keyAddress}}},
		{name: "created by the plan, and the cluster does not depend on it", need: n, facts: state(notFound), plan: []change{created(keyAddress, keyJSON), mainCluster()},
			want: verdict{outcome: finding.Fail, code: "missing_dependency", rule: need.RuleUnordered, plannedBy: []string{keyAddress}}},
		{name: "destroyed by the plan", need: n, facts: key("ENCRYPT_DECRYPT", "ENABLED"), plan: []change{destroyed(keyAddress, keyJSON), mainCluster()}, want: removed},
		{name: "a version is destroyed, and which one is used is not known", need: n, facts: key("ENCRYPT_DECRYPT", "ENABLED"),
			plan: []change{destroyed("google_kms_crypto_key_version.v", `{"crypto_key": "`+keyName+`", "state": "ENABLED"}`), mainCluster()},
			want: verdict{outcome: finding.Undetermined, code: "may_be_removed", removedBy: []string{"google_kms_crypto_key_version.v"}}},
		{name: "another key is destroyed", need: n, facts: key("ENCRYPT_DECRYPT", "ENABLED"),
			plan: []change{destroyed(keyAddress, `{"id": "projects/acme-prod/locations/europe-west1/keyRings/r/cryptoKeys/other", "key_ring": "projects/acme-prod/locations/europe-west1/keyRings/r", "name": "other"}`), mainCluster()},
			want: verdict{outcome: finding.Pass, code: "key_usable"}},
	})
}
