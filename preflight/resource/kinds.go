package resource

import (
	"slices"
	"sync"
)

// The collections that other code refers to, as in relative names.
const (
	Projects        = "projects"
	Folders         = "folders"
	Organizations   = "organizations"
	ServiceAccounts = "serviceAccounts"
	Networks        = "networks"
	Subnetworks     = "subnetworks"
	KeyRings        = "keyRings"
	CryptoKeys      = "cryptoKeys"
	CAPools         = "caPools"
	Topics          = "topics"
	Secrets         = "secrets"
	TagKeys         = "tagKeys"
	TagValues       = "tagValues"
	Clusters        = "clusters"
	NodePools       = "nodePools"
)

// A Kind holds what this program knows about a kind of resource.
type Kind struct {
	// Collection is the segment before a resource's own name, such as
	// subnetworks.
	Collection string
	// Service is the service of full resource names, such as compute for
	// compute.googleapis.com.
	// https://docs.cloud.google.com/iam/docs/full-resource-names
	Service string
	// Noun names the kind for people, such as "subnetwork".
	Noun string
	// Pattern is the relative name, with * for each part that varies.
	Pattern string
	// optional is how many leading parts a short name may omit: 1 for the
	// project, 2 for the location too, 0 if the provider accepts no short name.
	optional int
	// Testable reports whether the kind supports testIamPermissions.
	Testable bool
	// Policy describes the allow policies of the kind; zero if it has none.
	Policy Policy
	// Gcloud names a resource in the command that adds a binding; zero if the kind
	// has no policy.
	Gcloud Gcloud
	// Terraform holds the types of the google provider.
	Terraform Terraform
}

// A Policy describes how the allow policies of a kind are read and written.
type Policy struct {
	// Get and Set are the permissions that reading and writing require.
	// https://docs.cloud.google.com/iam/docs/permissions-reference
	Get, Set string
	// Method is the API method that reads a policy; empty if this program does not
	// read policies of the kind.
	Method string
}

// Gcloud holds the arguments of gcloud GROUP add-iam-policy-binding NAME FLAGS.
// https://docs.cloud.google.com/sdk/gcloud/reference
type Gcloud struct {
	// Group is the command group, such as compute networks subnets.
	Group []string
	// Flags locate the resource. All resources in a project also have
	// --project.
	Flags []Flag
	// Path reports whether NAME is the relative name instead of its last part.
	Path bool
	// Condition reports whether the command needs --condition=None: without it
	// gcloud prompts if the policy has bindings with conditions.
	Condition bool
}

// A Flag is a flag whose value is a part of the resource's name.
type Flag struct {
	Name string
	// Collection is the segment before the value.
	Collection string
}

// Terraform holds the types of the google provider for a kind.
// https://registry.terraform.io/providers/hashicorp/google/latest/docs
type Terraform struct {
	// Type is the type of the resource itself; of an organization, that of its
	// data source.
	Type string
	// IAM is the prefix of its IAM types, such as
	// google_compute_subnetwork_iam_; empty if it has none.
	IAM string
	// Attribute names the resource in its IAM types.
	Attribute string
	// Location is the attribute of the IAM types that completes a short name;
	// usually empty.
	Location string
	// ID reports whether Attribute takes only the last part of the name.
	ID bool
	// Others are other types that change the policy; usually empty.
	Others []string
}

// Kinds returns the kinds that this program knows, in the order of the table.
func Kinds() []Kind { return slices.Clone(kinds()) }

var kinds = sync.OnceValue(func() []Kind {
	return []Kind{
		{
			Collection: Projects, Service: "cloudresourcemanager", Noun: "project", Pattern: "projects/*", Testable: true,
			Policy: Policy{Get: "resourcemanager.projects.getIamPolicy", Set: "resourcemanager.projects.setIamPolicy", Method: "cloudresourcemanager.projects.getIamPolicy"},
			Gcloud: Gcloud{Group: []string{"projects"}, Condition: true},
			Terraform: Terraform{
				Type: "google_project", IAM: "google_project_iam_", Attribute: "project", ID: true,
				// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/resourcemanager/resource_google_project_default_service_accounts.go
				Others: []string{"google_project_default_service_accounts"},
			},
		},
		{
			Collection: Folders, Service: "cloudresourcemanager", Noun: "folder", Pattern: "folders/*", Testable: true,
			Policy:    Policy{Get: "resourcemanager.folders.getIamPolicy", Set: "resourcemanager.folders.setIamPolicy", Method: "cloudresourcemanager.folders.getIamPolicy"},
			Gcloud:    Gcloud{Group: []string{"resource-manager", "folders"}, Condition: true},
			Terraform: Terraform{Type: "google_folder", IAM: "google_folder_iam_", Attribute: "folder"},
		},
		{
			Collection: Organizations, Service: "cloudresourcemanager", Noun: "organization", Pattern: "organizations/*", Testable: true,
			Policy:    Policy{Get: "resourcemanager.organizations.getIamPolicy", Set: "resourcemanager.organizations.setIamPolicy", Method: "cloudresourcemanager.organizations.getIamPolicy"},
			Gcloud:    Gcloud{Group: []string{"organizations"}, Condition: true},
			Terraform: Terraform{Type: "google_organization", IAM: "google_organization_iam_", Attribute: "org_id", ID: true},
		},
		{
			Collection: ServiceAccounts, Service: "iam", Noun: "service account", Pattern: "projects/*/serviceAccounts/*", Testable: true,
			// https://docs.cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/getIamPolicy
			Policy:    Policy{Get: "iam.serviceAccounts.getIamPolicy", Set: "iam.serviceAccounts.setIamPolicy", Method: "iam.projects.serviceAccounts.getIamPolicy"},
			Gcloud:    Gcloud{Group: []string{"iam", "service-accounts"}},
			Terraform: Terraform{Type: "google_service_account", IAM: "google_service_account_iam_", Attribute: "service_account_id"},
		},
		{
			// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/compute/iam_compute_subnetwork.go
			Collection: Subnetworks, Service: "compute", Noun: "subnetwork", Pattern: "projects/*/regions/*/subnetworks/*", optional: 2, Testable: true,
			// https://docs.cloud.google.com/compute/docs/reference/rest/v1/subnetworks/getIamPolicy
			Policy:    Policy{Get: "compute.subnetworks.getIamPolicy", Set: "compute.subnetworks.setIamPolicy", Method: "compute.subnetworks.getIamPolicy"},
			Gcloud:    Gcloud{Group: []string{"compute", "networks", "subnets"}, Flags: []Flag{{Name: "--region", Collection: "regions"}}},
			Terraform: Terraform{Type: "google_compute_subnetwork", IAM: "google_compute_subnetwork_iam_", Attribute: "subnetwork", Location: "region"},
		},
		{
			Collection: Networks, Service: "compute", Noun: "network", Pattern: "projects/*/global/networks/*", optional: 1,
			Terraform: Terraform{Type: "google_compute_network"},
		},
		{
			// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/kms/kms_utils.go
			Collection: KeyRings, Service: "cloudkms", Noun: "key ring", Pattern: "projects/*/locations/*/keyRings/*", optional: 1,
			// https://docs.cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings/getIamPolicy
			Policy:    Policy{Get: "cloudkms.keyRings.getIamPolicy", Set: "cloudkms.keyRings.setIamPolicy", Method: "cloudkms.projects.locations.keyRings.getIamPolicy"},
			Gcloud:    Gcloud{Group: []string{"kms", "keyrings"}, Flags: []Flag{{Name: "--location", Collection: "locations"}}},
			Terraform: Terraform{Type: "google_kms_key_ring", IAM: "google_kms_key_ring_iam_", Attribute: "key_ring_id"},
		},
		{
			// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/kms/kms_utils.go
			Collection: CryptoKeys, Service: "cloudkms", Noun: "key", Pattern: "projects/*/locations/*/keyRings/*/cryptoKeys/*", optional: 1,
			// https://docs.cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/getIamPolicy
			Policy:    Policy{Get: "cloudkms.cryptoKeys.getIamPolicy", Set: "cloudkms.cryptoKeys.setIamPolicy", Method: "cloudkms.projects.locations.keyRings.cryptoKeys.getIamPolicy"},
			Gcloud:    Gcloud{Group: []string{"kms", "keys"}, Flags: []Flag{{Name: "--keyring", Collection: KeyRings}, {Name: "--location", Collection: "locations"}}},
			Terraform: Terraform{Type: "google_kms_crypto_key", IAM: "google_kms_crypto_key_iam_", Attribute: "crypto_key_id"},
		},
		{
			// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/privateca/iam_privateca_ca_pool.go
			Collection: CAPools, Service: "privateca", Noun: "CA pool", Pattern: "projects/*/locations/*/caPools/*", optional: 2,
			// https://docs.cloud.google.com/certificate-authority-service/docs/reference/rest/v1/projects.locations.caPools/getIamPolicy
			Policy:    Policy{Get: "privateca.caPools.getIamPolicy", Set: "privateca.caPools.setIamPolicy", Method: "privateca.projects.locations.caPools.getIamPolicy"},
			Gcloud:    Gcloud{Group: []string{"privateca", "pools"}, Flags: []Flag{{Name: "--location", Collection: "locations"}}},
			Terraform: Terraform{Type: "google_privateca_ca_pool", IAM: "google_privateca_ca_pool_iam_", Attribute: "ca_pool", Location: "location"},
		},
		{
			// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/pubsub/iam_pubsub_topic.go
			Collection: Topics, Service: "pubsub", Noun: "topic", Pattern: "projects/*/topics/*", optional: 1,
			// https://docs.cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/getIamPolicy
			Policy:    Policy{Get: "pubsub.topics.getIamPolicy", Set: "pubsub.topics.setIamPolicy", Method: "pubsub.projects.topics.getIamPolicy"},
			Gcloud:    Gcloud{Group: []string{"pubsub", "topics"}},
			Terraform: Terraform{Type: "google_pubsub_topic", IAM: "google_pubsub_topic_iam_", Attribute: "topic"},
		},
		{
			// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/secretmanager/iam_secret_manager_secret.go
			Collection: Secrets, Service: "secretmanager", Noun: "secret", Pattern: "projects/*/secrets/*",
			Policy:    Policy{Get: "secretmanager.secrets.getIamPolicy", Set: "secretmanager.secrets.setIamPolicy"},
			Gcloud:    Gcloud{Group: []string{"secrets"}},
			Terraform: Terraform{Type: "google_secret_manager_secret", IAM: "google_secret_manager_secret_iam_", Attribute: "secret_id"},
		},
		{
			Collection: TagKeys, Service: "cloudresourcemanager", Noun: "tag key", Pattern: "tagKeys/*",
			// https://docs.cloud.google.com/resource-manager/reference/rest/v3/tagKeys/getIamPolicy
			Policy:    Policy{Get: "resourcemanager.tagKeys.getIamPolicy", Set: "resourcemanager.tagKeys.setIamPolicy", Method: "cloudresourcemanager.tagKeys.getIamPolicy"},
			Gcloud:    Gcloud{Group: []string{"resource-manager", "tags", "keys"}, Path: true},
			Terraform: Terraform{Type: "google_tags_tag_key", IAM: "google_tags_tag_key_iam_", Attribute: "tag_key"},
		},
		{
			Collection: TagValues, Service: "cloudresourcemanager", Noun: "tag value", Pattern: "tagValues/*",
			// https://docs.cloud.google.com/resource-manager/reference/rest/v3/tagValues/getIamPolicy
			Policy:    Policy{Get: "resourcemanager.tagValues.getIamPolicy", Set: "resourcemanager.tagValues.setIamPolicy", Method: "cloudresourcemanager.tagValues.getIamPolicy"},
			Gcloud:    Gcloud{Group: []string{"resource-manager", "tags", "values"}, Path: true},
			Terraform: Terraform{Type: "google_tags_tag_value", IAM: "google_tags_tag_value_iam_", Attribute: "tag_value"},
		},
		{
			Collection: Clusters, Service: "container", Noun: "cluster", Pattern: "projects/*/locations/*/clusters/*",
			Terraform: Terraform{Type: "google_container_cluster"},
		},
		{
			Collection: NodePools, Service: "container", Noun: "node pool", Pattern: "projects/*/locations/*/clusters/*/nodePools/*",
			Terraform: Terraform{Type: "google_container_node_pool"},
		},
	}
})
