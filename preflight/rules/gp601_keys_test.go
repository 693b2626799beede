package rules

import "testing"

func TestKeys(t *testing.T) {
	runCases(t, "GP601", []testCase{
		{
			name: "GKE for secrets, Compute Engine for disks",
			plan: "cmek",
			want: []wantNeed{
				"error: compute-service-agent serviceAccount:service-{number:acme-prod}@compute-system.iam.gserviceaccount.com cloudkms.cryptoKeyVersions.useToDecrypt cloudkms.cryptoKeyVersions.useToEncrypt on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/disks",
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com cloudkms.cryptoKeyVersions.useToDecrypt cloudkms.cryptoKeyVersions.useToEncrypt on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/etcd",
			},
		},
		{
			name: "key version",
			plan: "cmek",
			changes: set{
				after + "database_encryption": []any{map[string]any{"key_name": "projects/acme-kms/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1"}},
				after + "node_config":         nil,
			},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com cloudkms.cryptoKeyVersions.useToDecrypt cloudkms.cryptoKeyVersions.useToEncrypt on //cloudkms.googleapis.com/projects/acme-kms/locations/l/keyRings/r/cryptoKeys/k",
			},
		},
		{
			name: "keys of the control plane",
			plan: "cmek",
			changes: set{
				after + "database_encryption":      nil,
				after + "node_config":              nil,
				after + "user_managed_keys_config": []any{map[string]any{"service_account_signing_keys": []any{"projects/p-kms/locations/l/keyRings/r/cryptoKeys/s/cryptoKeyVersions/1"}, "gkeops_etcd_backup_encryption_key": "projects/p-kms/locations/l/keyRings/r/cryptoKeys/b"}},
			},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com cloudkms.cryptoKeyVersions.useToEncrypt on //cloudkms.googleapis.com/projects/p-kms/locations/l/keyRings/r/cryptoKeys/b",
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com cloudkms.cryptoKeyVersions.useToSign cloudkms.cryptoKeyVersions.viewPublicKey on //cloudkms.googleapis.com/projects/p-kms/locations/l/keyRings/r/cryptoKeys/s",
			},
		},
		{
			name: "key that is no longer used",
			plan: "cmek",
			changes: set{
				after + "database_encryption.0.state":     "DECRYPTED",
				after + "node_config.0.boot_disk_kms_key": nil,
			},
		},
		{
			name: "no keys",
			plan: "minimal",
		},
	})
}
