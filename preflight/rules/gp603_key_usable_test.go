package rules

import "testing"

func TestKeyUsable(t *testing.T) {
	runCases(t, "GP603", []testCase{
		{
			name: "encryption keys",
			plan: "cmek",
			want: []wantNeed{
				"error: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/disks expecting ENCRYPT_DECRYPT",
				"error: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/etcd expecting ENCRYPT_DECRYPT",
			},
		},
		{
			name: "signing key",
			plan: "cmek",
			changes: set{
				after + "database_encryption":      nil,
				after + "node_config":              nil,
				after + "user_managed_keys_config": []any{map[string]any{"service_account_signing_keys": []any{"projects/p-kms/locations/l/keyRings/r/cryptoKeys/s/cryptoKeyVersions/1"}}},
			},
			want: []wantNeed{
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/p-kms/locations/l/keyRings/r/cryptoKeys/s expecting ASYMMETRIC_SIGN",
			},
		},
		{
			name: "no keys",
			plan: "minimal",
		},
	})
}
