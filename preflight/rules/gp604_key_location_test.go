package rules

import "testing"

func TestKeyLocation(t *testing.T) {
	runCases(t, "GP604", []testCase{
		{
			name: "key in the region of the cluster",
			plan: "cmek",
			want: []wantNeed{
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/disks satisfied: the key of node_config[0].boot_disk_kms_key is in europe-west1",
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/etcd satisfied: the key of database_encryption[0].key_name is in europe-west1",
			},
		},
		{
			name: "key in another region",
			plan: "cmek",
			changes: set{
				after + "location": "us-east1-b",
			},
			want: []wantNeed{
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/disks finding: the key of node_config[0].boot_disk_kms_key is in europe-west1, but google_container_cluster.main is in us-east1-b: a Cloud KMS key can be used only in its own region",
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/etcd finding: the key of database_encryption[0].key_name is in europe-west1, but google_container_cluster.main is in us-east1-b: a Cloud KMS key can be used only in its own region",
			},
		},
		{
			name: "global keys for secrets and disks",
			plan: "cmek",
			changes: set{
				after + "database_encryption":             []any{map[string]any{"key_name": "projects/acme-kms/locations/global/keyRings/r/cryptoKeys/k"}},
				after + "node_config.0.boot_disk_kms_key": "projects/acme-kms/locations/global/keyRings/r/cryptoKeys/k",
			},
			want: []wantNeed{
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/global/keyRings/r/cryptoKeys/k finding: the key of node_config[0].boot_disk_kms_key is in global, but google_container_cluster.main is in europe-west1: a Cloud KMS key can be used only in its own region",
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/global/keyRings/r/cryptoKeys/k satisfied: the key of database_encryption[0].key_name is in global",
			},
		},
		{
			name: "multi-region key",
			plan: "cmek",
			changes: set{
				after + "database_encryption": []any{map[string]any{"key_name": "projects/acme-kms/locations/europe/keyRings/r/cryptoKeys/k"}},
			},
			want: []wantNeed{
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/disks satisfied: the key of node_config[0].boot_disk_kms_key is in europe-west1",
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe/keyRings/r/cryptoKeys/k satisfied: the key of database_encryption[0].key_name is in europe",
			},
		},
	})
}
