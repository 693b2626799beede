package fix

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// TestKeep has a row for each way to keep what a plan would take away.
func TestKeep(t *testing.T) {
	const member, role = "serviceAccount:a@p.iam.gserviceaccount.com", "roles/r"
	for name, tt := range map[string]struct{ got, want string }{
		"custom role": {KeepPermissions("google_project_iam_custom_role.r", []string{"a.b.get", "a.b.list"}), `# in google_project_iam_custom_role.r
permissions = [
  # ...
  "a.b.get",
  "a.b.list",
]`},
		"binding": {KeepMember("google_project_iam_binding.b", member), `# in google_project_iam_binding.b
members = [
  # ...
  "serviceAccount:a@p.iam.gserviceaccount.com",
]`},
		"deny policy": {ExceptPrincipal("google_iam_deny_policy.d", "principal://goog/subject/a@example.com"), `# in the deny_rule of google_iam_deny_policy.d
exception_principals = [
  # ...
  "principal://goog/subject/a@example.com",
]`},
		"policy": {KeepBinding("google_project_iam_policy.p", role, member), `# in the policy of google_project_iam_policy.p
binding {
  role    = "roles/r"
  members = ["serviceAccount:a@p.iam.gserviceaccount.com"]
}`},
		"revoked grant": {KeepGrant("google_project_iam_member_remove.m", role, member), `# remove google_project_iam_member_remove.m, or grant again after it:
resource "google_project_iam_member" "gke" {
  # ...
  role   = "roles/r"
  member = "serviceAccount:a@p.iam.gserviceaccount.com"
}`},
		"replaced account": {KeepAccount("google_service_account.a", role, member), `# do not replace google_service_account.a, or grant again what the old account had:
resource "google_project_iam_member" "gke" {
  # ...
  role       = "roles/r"
  member     = "serviceAccount:a@p.iam.gserviceaccount.com"
  depends_on = [google_service_account.a]
}`},
		"hostile names": {KeepMember("google_project_iam_binding.b", `${file("x")}`), `# in google_project_iam_binding.b
members = [
  # ...
  "$${file(\"x\")}",
]`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if _, problems := hclsyntax.ParseConfig([]byte(tt.got), "fix.tf", hcl.InitialPos); problems.HasErrors() {
				t.Errorf("Terraform cannot read it: %v", problems)
			}
		})
	}
}
