package rules

import "testing"

func TestKeyLocation(t *testing.T) {
	runCases(t, "GP604", []testCase{
		{
			name: "in the region",
			plan: "cmek",
			want: []wantNeed{
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/disks which holds: the key of node_config[0].boot_disk_kms_key is in europe-west1",
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/etcd which holds: the key of database_encryption[0].key_name is in europe-west1",
			},
		},
		{
			name: "in another",
			plan: "cmek",
			changes: set{
				after + "location": "us-east1-b",
			},
			want: []wantNeed{
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/disks stating: the key of node_config[0].boot_disk_kms_key is in europe-west1, but google_container_cluster.main is in us-east1-b: a Cloud KMS key can be used only in its own region",
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/etcd stating: the key of database_encryption[0].key_name is in europe-west1, but google_container_cluster.main is in us-east1-b: a Cloud KMS key can be used only in its own region",
			},
		},
		{
			name: "global, which secrets take and disks do not",
			plan: "cmek",
			changes: set{
				after + "database_encryption":             []any{map[string]any{"key_name": "projects/acme-kms/locations/global/keyRings/r/cryptoKeys/k"}},
				after + "node_config.0.boot_disk_kms_key": "projects/acme-kms/locations/global/keyRings/r/cryptoKeys/k",
			},
			want: []wantNeed{
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/global/keyRings/r/cryptoKeys/k stating: the key of node_config[0].boot_disk_kms_key is in global, but google_container_cluster.main is in europe-west1: a Cloud KMS key can be used only in its own region",
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/global/keyRings/r/cryptoKeys/k which holds: the key of database_encryption[0].key_name is in global",
			},
		},
		{
			name: "several regions",
			plan: "cmek",
			changes: set{
				after + "database_encryption": []any{map[string]any{"key_name": "projects/acme-kms/locations/europe/keyRings/r/cryptoKeys/k"}},
			},
			want: []wantNeed{
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe-west1/keyRings/gke/cryptoKeys/disks which holds: the key of node_config[0].boot_disk_kms_key is in europe-west1",
				"warning: cloudkms.googleapis.com on //cloudkms.googleapis.com/projects/acme-kms/locations/europe/keyRings/r/cryptoKeys/k which holds: the key of database_encryption[0].key_name is in europe",
			},
		},
	})
}
