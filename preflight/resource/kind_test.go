package resource

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKinds checks that every row of the table is complete, and that no two
// rows share what identifies a kind.
func TestKinds(t *testing.T) {
	seen := map[string]string{}
	unique := func(k Kind, what, value string) {
		if other := seen[what+value]; other != "" {
			t.Errorf("%s: %s %q is also that of %s", k.Collection, what, value, other)
		}
		seen[what+value] = k.Collection
	}
	for _, k := range Kinds() {
		if !strings.HasSuffix(k.Pattern, k.Collection+"/*") || k.Collection == "" {
			t.Errorf("%q: pattern %q does not end in the collection", k.Collection, k.Pattern)
		}
		if k.Service == "" || k.Noun == "" || k.Terraform.Type == "" {
			t.Errorf("%s: service %q, noun %q or Terraform type %q is missing", k.Collection, k.Service, k.Noun, k.Terraform.Type)
		}
		unique(k, "collection", k.Collection)
		unique(k, "noun", k.Noun)
		unique(k, "type", k.Terraform.Type)
		if k.HasPolicy() {
			checkPolicy(t, k)
			unique(k, "IAM types", k.Terraform.IAM)
			unique(k, "permission", k.Policy.Get)
			unique(k, "gcloud group", strings.Join(k.Gcloud.Group, " "))
		} else if k.Gcloud.Group != nil || k.Terraform.IAM != "" || k.Testable {
			t.Errorf("%s: has no policy, but words about it", k.Collection)
		}
	}
}

// checkPolicy checks the columns about allow policies.
func checkPolicy(t *testing.T, k Kind) {
	t.Helper()
	if stem, ok := strings.CutSuffix(k.Policy.Get, ".getIamPolicy"); !ok || k.Policy.Set != stem+".setIamPolicy" {
		t.Errorf("%s: permissions %q and %q do not belong together", k.Collection, k.Policy.Get, k.Policy.Set)
	}
	if m := k.Policy.Method; m != "" && (!strings.HasPrefix(m, k.Service+".") || !strings.HasSuffix(m, "."+k.Collection+".getIamPolicy")) {
		t.Errorf("%s: method %q is not of the kind", k.Collection, m)
	}
	if k.Terraform.IAM != k.Terraform.Type+"_iam_" || k.Terraform.Attribute == "" || len(k.Gcloud.Group) == 0 {
		t.Errorf("%s: IAM types %q, attribute %q or gcloud words %q are missing", k.Collection, k.Terraform.IAM, k.Terraform.Attribute, k.Gcloud.Group)
	}
	for _, f := range k.Gcloud.Flags {
		if !strings.HasPrefix(f.Name, "--") || !strings.Contains(k.Pattern, "/"+f.Collection+"/*/") {
			t.Errorf("%s: flag %q is of no part of %q", k.Collection, f.Name, k.Pattern)
		}
	}
	if parts := strings.Count(k.Pattern, "*"); k.InProject() && parts != len(k.Gcloud.Flags)+2 {
		t.Errorf("%s: gcloud gets %d flags for the parts of %q", k.Collection, len(k.Gcloud.Flags)+1, k.Pattern)
	}
}

// TestKindsIsACopy checks that a caller cannot change the table.
func TestKindsIsACopy(t *testing.T) {
	Kinds()[0] = Kind{}
	if Kinds()[0].Collection == "" {
		t.Error("a caller changed the table")
	}
}

// TestNamesOfKinds has a row for each kind of resource: its relative name, full
// name, name in words and the permission to read its allow policy.
func TestNamesOfKinds(t *testing.T) {
	type names struct{ Full, Words, Permission string }
	table := []struct {
		relative string
		kind     string
		want     names
	}{
		{"projects/p", Projects, names{"//cloudresourcemanager.googleapis.com/projects/p", "project p", "resourcemanager.projects.getIamPolicy"}},
		{"folders/1", Folders, names{"//cloudresourcemanager.googleapis.com/folders/1", "folder 1", "resourcemanager.folders.getIamPolicy"}},
		{"organizations/1", Organizations, names{"//cloudresourcemanager.googleapis.com/organizations/1", "organization 1", "resourcemanager.organizations.getIamPolicy"}},
		{"projects/p/serviceAccounts/a@p.iam.gserviceaccount.com", ServiceAccounts, names{"//iam.googleapis.com/projects/p/serviceAccounts/a@p.iam.gserviceaccount.com", "service account a@p.iam.gserviceaccount.com", "iam.serviceAccounts.getIamPolicy"}},
		{"projects/p/regions/r/subnetworks/s", Subnetworks, names{"//compute.googleapis.com/projects/p/regions/r/subnetworks/s", "subnetwork s of project p", "compute.subnetworks.getIamPolicy"}},
		{"projects/p/global/networks/n", Networks, names{"//compute.googleapis.com/projects/p/global/networks/n", "network n of project p", "resourcemanager.projects.getIamPolicy"}},
		{"projects/p/locations/l/keyRings/r", KeyRings, names{"//cloudkms.googleapis.com/projects/p/locations/l/keyRings/r", "key ring r of project p", "cloudkms.keyRings.getIamPolicy"}},
		{"projects/p/locations/l/keyRings/r/cryptoKeys/k", CryptoKeys, names{"//cloudkms.googleapis.com/projects/p/locations/l/keyRings/r/cryptoKeys/k", "key k of project p", "cloudkms.cryptoKeys.getIamPolicy"}},
		{"projects/p/locations/l/caPools/c", CAPools, names{"//privateca.googleapis.com/projects/p/locations/l/caPools/c", "CA pool c of project p", "privateca.caPools.getIamPolicy"}},
		{"projects/p/topics/t", Topics, names{"//pubsub.googleapis.com/projects/p/topics/t", "topic t of project p", "pubsub.topics.getIamPolicy"}},
		{"projects/p/secrets/s", Secrets, names{"//secretmanager.googleapis.com/projects/p/secrets/s", "secret s of project p", "secretmanager.secrets.getIamPolicy"}},
		{"tagKeys/1", TagKeys, names{"//cloudresourcemanager.googleapis.com/tagKeys/1", "tag key 1", "resourcemanager.tagKeys.getIamPolicy"}},
		{"tagValues/1", TagValues, names{"//cloudresourcemanager.googleapis.com/tagValues/1", "tag value 1", "resourcemanager.tagValues.getIamPolicy"}},
		{"projects/p/locations/l/clusters/c", Clusters, names{"//container.googleapis.com/projects/p/locations/l/clusters/c", "cluster c of project p", "resourcemanager.projects.getIamPolicy"}},
		{"projects/p/locations/l/clusters/c/nodePools/n", NodePools, names{"//container.googleapis.com/projects/p/locations/l/clusters/c/nodePools/n", "node pool n of project p", "resourcemanager.projects.getIamPolicy"}},
	}
	var rows []string
	for _, tt := range table {
		rows = append(rows, tt.kind)
		full := FullName(tt.relative)
		if diff := cmp.Diff(tt.want, names{full, Describe(full), PolicyPermission(tt.relative)}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.relative, diff)
		}
		if got := RelativeName(full); got != tt.relative {
			t.Errorf("RelativeName(%q) = %q, want %q", full, got, tt.relative)
		}
		if byRelative, byFull := KindOf(tt.relative).Collection, KindOf(full).Collection; byRelative != tt.kind || byFull != tt.kind {
			t.Errorf("KindOf(%q) = %q and KindOf(%q) = %q, want %q", tt.relative, byRelative, full, byFull, tt.kind)
		}
		if got := Parse(full).Kind().Collection; got != tt.kind {
			t.Errorf("Parse(%q).Kind() = %q, want %q", full, got, tt.kind)
		}
	}
	for _, k := range Kinds() {
		if !slices.Contains(rows, k.Collection) {
			t.Errorf("%s has no row in this test", k.Collection)
		}
	}
}

func TestDescribeOtherNames(t *testing.T) {
	for name, tt := range map[string]struct{ full, want string }{
		"no name":                       {"", ""},
		"kind that is not in the table": {"//run.googleapis.com/projects/p/locations/l/services/s", "//run.googleapis.com/projects/p/locations/l/services/s"},
		"project with slashes":          {"//cloudresourcemanager.googleapis.com/projects/http://x", "project http://x"},
		"collection without project":    {"//pubsub.googleapis.com/topics/t", "//pubsub.googleapis.com/topics/t"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Describe(tt.full); got != tt.want {
				t.Errorf("Describe(%q) = %q, want %q", tt.full, got, tt.want)
			}
		})
	}
}

func TestKindOfPolicyType(t *testing.T) {
	for typ, want := range map[string]string{
		"google_project_iam_member":                    Projects,
		"google_project_iam_member_remove":             Projects,
		"google_project_default_service_accounts":      Projects,
		"google_folder_iam_binding":                    Folders,
		"google_organization_iam_policy":               Organizations,
		"google_service_account_iam_member":            ServiceAccounts,
		"google_compute_subnetwork_iam_member":         Subnetworks,
		"google_kms_key_ring_iam_member":               KeyRings,
		"google_kms_crypto_key_iam_member":             CryptoKeys,
		"google_privateca_ca_pool_iam_member":          CAPools,
		"google_pubsub_topic_iam_member":               Topics,
		"google_tags_tag_key_iam_member":               TagKeys,
		"google_tags_tag_value_iam_member":             TagValues,
		"google_secret_manager_secret_iam_member":      "", // not read
		"google_project_iam_custom_role":               "",
		"google_organization_iam_custom_role":          "",
		"google_project":                               "",
		"google_compute_network":                       "",
		"google_iam_policy":                            "",
		"google_storage_bucket_iam_member":             "",
		"google_compute_shared_vpc_service_project":    "",
		"google_container_cluster":                     "",
		"google_project_organization_policy":           "",
		"google_folder_organization_policy_iam_member": "",
	} {
		if got := KindOfPolicyType(typ).Collection; got != want {
			t.Errorf("KindOfPolicyType(%q) = %q, want %q", typ, got, want)
		}
	}
}

func TestPolicyHolders(t *testing.T) {
	for _, tt := range []struct {
		full string
		want []string
	}{
		{"//cloudresourcemanager.googleapis.com/projects/p", nil},
		{"//cloudresourcemanager.googleapis.com/tagValues/1", nil},
		{"//pubsub.googleapis.com/projects/p/topics/t", []string{"projects/p/topics/t"}},
		{"//cloudkms.googleapis.com/projects/p/locations/l/keyRings/r/cryptoKeys/k", []string{"projects/p/locations/l/keyRings/r/cryptoKeys/k", "projects/p/locations/l/keyRings/r"}},
	} {
		if diff := cmp.Diff(tt.want, PolicyHolders(tt.full)); diff != "" {
			t.Errorf("PolicyHolders(%q) (-want +got):\n%s", tt.full, diff)
		}
	}
}
