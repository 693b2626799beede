package preflight

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/shell"
)

// mend is how a need that is not met can be met; nil where nothing is known.
func mend(n need.Need, f Finding) *Fix {
	fix := &Fix{Commands: n.Fix.Commands, Terraform: n.Fix.Terraform}
	switch {
	case n.Kind == need.Attached:
		fix.Commands = append(fix.Commands, shell.Command("gcloud", "compute", "shared-vpc", "associated-projects", "add", shell.Name(n.Project), "--host-project="+n.Expect))
		fix.Terraform = attachInTerraform(n)
	case n.Kind == need.Unconstrained:
		fix.Commands = append(fix.Commands, shell.Command("gcloud", "resource-manager", "org-policies", "disable-enforce", shell.Name(n.Expect), "--project="+n.Project))
	case n.Kind == need.Free && len(n.Addresses) == 1 && len(fix.Commands) == 0 && !inAnyLocation(n.Clusters[0]):
		fix.Commands = append(fix.Commands, shell.Command("terraform", "import", shell.Name(n.Addresses[0]), shell.Name(n.Clusters[0])))
	case n.Kind == need.Service:
		fix.Commands = append(fix.Commands, shell.Command("gcloud", "services", "enable", shell.Name(n.Service), "--project="+n.Project))
		fix.Terraform = enableInTerraform(n)
	case n.Fix.Role != "" && memberToGrant(f) != "":
		fix.Commands = append(fix.Commands, grant(n, memberToGrant(f)))
		fix.Terraform = grantInTerraform(n, memberToGrant(f))
	}
	if len(fix.Commands) == 0 && fix.Terraform == "" {
		return nil
	}
	return fix
}

// memberToGrant is the member of the finding's principal, if it is known.
func memberToGrant(f Finding) string {
	if f.Principal == nil || strings.Contains(f.Principal.Member, "{number:") {
		return ""
	}
	return f.Principal.Member
}

func grant(n need.Need, member string) string {
	if account := accountName(n.Resource); account != "" {
		return shell.Command("gcloud", "iam", "service-accounts", "add-iam-policy-binding",
			shell.Name(account[strings.LastIndex(account, "/")+1:]), "--project="+n.Project, "--member="+member, "--role="+n.Fix.Role)
	}
	parts := strings.Split(relativeName(n.Resource), "/")
	if aboveProjects(n.Resource) {
		group := map[string][]string{"folders": {"gcloud", "resource-manager", "folders"}, "organizations": {"gcloud", "organizations"}}[parts[0]]
		return shell.Command(append(group, "add-iam-policy-binding", shell.Name(parts[1]), "--member="+member, "--role="+n.Fix.Role, "--condition=None")...)
	}
	last, binding := shell.Name(parts[len(parts)-1]), []string{"--project=" + n.Project, "--member=" + member, "--role=" + n.Fix.Role}
	switch {
	case strings.Contains(n.Resource, "/subnetworks/"):
		return shell.Command(append([]string{"gcloud", "compute", "networks", "subnets", "add-iam-policy-binding", last, "--region=" + parts[3]}, binding...)...)
	case strings.Contains(n.Resource, "/cryptoKeys/"):
		return shell.Command(append([]string{"gcloud", "kms", "keys", "add-iam-policy-binding", last, "--keyring=" + parts[5], "--location=" + parts[3]}, binding...)...)
	case strings.Contains(n.Resource, "/caPools/"):
		return shell.Command(append([]string{"gcloud", "privateca", "pools", "add-iam-policy-binding", last, "--location=" + parts[3]}, binding...)...)
	case strings.Contains(n.Resource, "/topics/"):
		return shell.Command(append([]string{"gcloud", "pubsub", "topics", "add-iam-policy-binding", last}, binding...)...)
	case strings.Contains(n.Resource, "/secrets/"):
		return shell.Command(append([]string{"gcloud", "secrets", "add-iam-policy-binding", last}, binding...)...)
	case parts[0] == "tagValues":
		return shell.Command("gcloud", "resource-manager", "tags", "values", "add-iam-policy-binding", "tagValues/"+last, "--member="+member, "--role="+n.Fix.Role)
	}
	return shell.Command("gcloud", "projects", "add-iam-policy-binding", shell.Name(n.Project),
		"--member="+member, "--role="+n.Fix.Role, "--condition=None")
}

func grantInTerraform(n need.Need, member string) string {
	if account := accountName(n.Resource); account != "" {
		return fmt.Sprintf("resource \"google_service_account_iam_member\" \"gke\" {\n  service_account_id = %s\n  role               = %s\n  member             = %s\n}",
			hcl(account), hcl(n.Fix.Role), hcl(member))
	}
	name := relativeName(n.Resource)
	switch {
	case strings.Contains(name, "/subnetworks/"):
		return fmt.Sprintf("resource \"google_compute_subnetwork_iam_member\" \"gke\" {\n  subnetwork = %s\n  role       = %s\n  member     = %s\n}",
			hcl(name), hcl(n.Fix.Role), hcl(member))
	case strings.Contains(name, "/cryptoKeys/"):
		return fmt.Sprintf("resource \"google_kms_crypto_key_iam_member\" \"gke\" {\n  crypto_key_id = %s\n  role          = %s\n  member        = %s\n}",
			hcl(name), hcl(n.Fix.Role), hcl(member))
	case strings.Contains(name, "/caPools/"):
		return fmt.Sprintf("resource \"google_privateca_ca_pool_iam_member\" \"gke\" {\n  ca_pool = %s\n  role    = %s\n  member  = %s\n}", hcl(name), hcl(n.Fix.Role), hcl(member))
	case strings.Contains(name, "/topics/"):
		return fmt.Sprintf("resource \"google_pubsub_topic_iam_member\" \"gke\" {\n  topic  = %s\n  role   = %s\n  member = %s\n}", hcl(name), hcl(n.Fix.Role), hcl(member))
	case strings.HasPrefix(name, "tagValues/"):
		return fmt.Sprintf("resource \"google_tags_tag_value_iam_member\" \"gke\" {\n  tag_value = %s\n  role      = %s\n  member    = %s\n}", hcl(name), hcl(n.Fix.Role), hcl(member))
	case strings.HasPrefix(name, "folders/"):
		return fmt.Sprintf("resource \"google_folder_iam_member\" \"gke\" {\n  folder = %s\n  role   = %s\n  member = %s\n}", hcl(name), hcl(n.Fix.Role), hcl(member))
	case strings.HasPrefix(name, "organizations/"):
		return fmt.Sprintf("resource \"google_organization_iam_member\" \"gke\" {\n  org_id = %s\n  role   = %s\n  member = %s\n}", hcl(strings.TrimPrefix(name, "organizations/")), hcl(n.Fix.Role), hcl(member))
	case strings.Contains(name, "/secrets/"):
		return ""
	}
	return fmt.Sprintf("resource \"google_project_iam_member\" \"gke\" {\n  project = %s\n  role    = %s\n  member  = %s\n}",
		hcl(n.Project), hcl(n.Fix.Role), hcl(member))
}

func attachInTerraform(n need.Need) string {
	return fmt.Sprintf("resource \"google_compute_shared_vpc_service_project\" \"gke\" {\n  host_project    = %s\n  service_project = %s\n}",
		hcl(n.Expect), hcl(n.Project))
}

func enableInTerraform(n need.Need) string {
	return fmt.Sprintf("resource \"google_project_service\" \"gke\" {\n  project            = %s\n  service            = %s\n  disable_on_destroy = false\n}",
		hcl(n.Project), hcl(n.Service))
}

// hcl quotes a string for Terraform: no template in it is evaluated.
func hcl(s string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes())
}
