package fix

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
)

// TestGrant has a row for each kind of resource: the command that grants a role
// on it, with BINDING for --member and --role, and the Terraform type and its
// attribute that names the resource.
func TestGrant(t *testing.T) {
	const member, role = "serviceAccount:a@p.iam.gserviceaccount.com", "roles/r"
	const onProject = "gcloud projects add-iam-policy-binding p BINDING --condition=None"
	table := []struct {
		name, command, typ, attribute, value string
	}{
		{"projects/p", onProject, "google_project_iam_member", "project", "p"},
		{"folders/1", "gcloud resource-manager folders add-iam-policy-binding 1 BINDING --condition=None", "google_folder_iam_member", "folder", "folders/1"},
		{"organizations/1", "gcloud organizations add-iam-policy-binding 1 BINDING --condition=None", "google_organization_iam_member", "org_id", "1"},
		{"projects/p/serviceAccounts/n@p.iam.gserviceaccount.com", "gcloud iam service-accounts add-iam-policy-binding n@p.iam.gserviceaccount.com --project=p BINDING", "google_service_account_iam_member", "service_account_id", "projects/p/serviceAccounts/n@p.iam.gserviceaccount.com"},
		{"projects/p/regions/r/subnetworks/s", "gcloud compute networks subnets add-iam-policy-binding s --region=r --project=p BINDING", "google_compute_subnetwork_iam_member", "subnetwork", "projects/p/regions/r/subnetworks/s"},
		{"projects/p/locations/l/keyRings/r", "gcloud kms keyrings add-iam-policy-binding r --location=l --project=p BINDING", "google_kms_key_ring_iam_member", "key_ring_id", "projects/p/locations/l/keyRings/r"},
		{"projects/p/locations/l/keyRings/r/cryptoKeys/k", "gcloud kms keys add-iam-policy-binding k --keyring=r --location=l --project=p BINDING", "google_kms_crypto_key_iam_member", "crypto_key_id", "projects/p/locations/l/keyRings/r/cryptoKeys/k"},
		{"projects/p/locations/l/caPools/c", "gcloud privateca pools add-iam-policy-binding c --location=l --project=p BINDING", "google_privateca_ca_pool_iam_member", "ca_pool", "projects/p/locations/l/caPools/c"},
		{"projects/p/topics/t", "gcloud pubsub topics add-iam-policy-binding t --project=p BINDING", "google_pubsub_topic_iam_member", "topic", "projects/p/topics/t"},
		{"projects/p/secrets/s", "gcloud secrets add-iam-policy-binding s --project=p BINDING", "google_secret_manager_secret_iam_member", "secret_id", "projects/p/secrets/s"},
		{"tagKeys/1", "gcloud resource-manager tags keys add-iam-policy-binding tagKeys/1 BINDING", "google_tags_tag_key_iam_member", "tag_key", "tagKeys/1"},
		{"tagValues/1", "gcloud resource-manager tags values add-iam-policy-binding tagValues/1 BINDING", "google_tags_tag_value_iam_member", "tag_value", "tagValues/1"},
		// These have no policy of their own: the role is granted on the project.
		{"projects/p/global/networks/n", onProject, "google_project_iam_member", "project", "p"},
		{"projects/p/locations/l/clusters/c", onProject, "google_project_iam_member", "project", "p"},
		{"projects/p/locations/l/clusters/c/nodePools/n", onProject, "google_project_iam_member", "project", "p"},
	}
	var rows []string
	for _, tt := range table {
		rows = append(rows, resource.KindOf(tt.name).Collection)
		t.Run(tt.name, func(t *testing.T) {
			n := need.Need{Kind: need.Permissions, Project: "p", Resource: resource.FullName(tt.name), Fix: need.Fix{Role: role}}
			commands, terraform := For(n, member)
			command := strings.Replace(tt.command, "BINDING", "--member="+member+" --role="+role, 1)
			if diff := cmp.Diff([]string{command}, commands); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
			labels, attributes := parseBlock(t, terraform)
			if diff := cmp.Diff([]string{tt.typ, "gke"}, labels); diff != "" {
				t.Errorf("labels (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(map[string]string{tt.attribute: tt.value, "role": role, "member": member}, attributes); diff != "" {
				t.Errorf("attributes (-want +got):\n%s", diff)
			}
		})
	}
	for _, k := range resource.Kinds() {
		if !slices.Contains(rows, k.Collection) {
			t.Errorf("%s has no row in this test", k.Collection)
		}
	}
}

// TestGrantQuotes checks that what a plan calls things is neither run by a shell
// nor evaluated by Terraform.
func TestGrantQuotes(t *testing.T) {
	const member = `serviceAccount:$(id)@${file("x")}`
	n := need.Need{Kind: need.Permissions, Project: "p", Resource: "//pubsub.googleapis.com/projects/p/topics/-h;", Fix: need.Fix{Role: "roles/%{if true}"}}
	commands, terraform := For(n, member)
	want := []string{`gcloud pubsub topics add-iam-policy-binding './-h;' --project=p '--member=` + member + `' '--role=roles/%{if true}'`}
	if diff := cmp.Diff(want, commands); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	_, attributes := parseBlock(t, terraform)
	if diff := cmp.Diff(map[string]string{"topic": "projects/p/topics/-h;", "role": "roles/%{if true}", "member": member}, attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
}

// parseBlock parses text that holds one resource block, as Terraform would.
func parseBlock(t *testing.T, text string) (labels []string, attributes map[string]string) {
	t.Helper()
	file, problems := hclsyntax.ParseConfig([]byte(text), "fix.tf", hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatalf("%v in:\n%s", problems, text)
	}
	blocks := file.Body.(*hclsyntax.Body).Blocks
	if len(blocks) != 1 || blocks[0].Type != "resource" || strings.HasSuffix(text, "\n") {
		t.Fatalf("want one resource block without a line break at its end, got:\n%s", text)
	}
	attributes = map[string]string{}
	for name, a := range blocks[0].Body.Attributes {
		value, problems := a.Expr.Value(nil)
		if problems.HasErrors() {
			t.Fatalf("%s: %v", name, problems)
		}
		attributes[name] = value.AsString()
	}
	return blocks[0].Labels, attributes
}
