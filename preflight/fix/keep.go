package fix

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// KeepPermissions returns what to write in the block of a custom role so that it
// keeps permissions.
func KeepPermissions(block string, permissions []string) string {
	return "# in " + block + "\n" + addToList("permissions", permissions...)
}

// KeepMember returns what to write in the block of an *_iam_binding so that member
// keeps the role.
func KeepMember(block, member string) string {
	return "# in " + block + "\n" + addToList("members", member)
}

// ExceptPrincipal returns what to write in the block of a deny policy so that it
// does not deny a principal.
func ExceptPrincipal(block, principal string) string {
	return "# in the deny_rule of " + block + "\n" + addToList("exception_principals", principal)
}

// KeepBinding returns what to write in the policy of an *_iam_policy block so that
// member keeps a role.
func KeepBinding(block, role, member string) string {
	f := hclwrite.NewEmptyFile()
	body := f.Body().AppendNewBlock("binding", nil).Body()
	body.SetAttributeValue("role", cty.StringVal(role))
	body.SetAttributeValue("members", cty.ListVal([]cty.Value{cty.StringVal(member)}))
	return "# in the policy of " + block + "\n" + formatted(f)
}

// KeepGrant returns what to write instead of a block that revokes a role.
func KeepGrant(block, role, member string) string {
	return "# remove " + block + ", or grant again after it:\n" + grantAgain(role, member, "")
}

// KeepAccount returns what to write if a block replaces a service account, which
// loses its roles with that.
func KeepAccount(block, role, member string) string {
	return "# do not replace " + block + ", or grant again what the old account had:\n" + grantAgain(role, member, block)
}

// grantAgain returns a grant on a project that is left out, applied after a block;
// empty if no block has to be applied first.
func grantAgain(role, member, first string) string {
	f := hclwrite.NewEmptyFile()
	body := f.Body().AppendNewBlock("resource", []string{"google_project_iam_member", "gke"}).Body()
	body.AppendUnstructuredTokens(hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte("# ...\n")}})
	body.SetAttributeValue("role", cty.StringVal(role))
	body.SetAttributeValue("member", cty.StringVal(member))
	if first != "" {
		body.SetAttributeRaw("depends_on", hclwrite.TokensForTuple([]hclwrite.Tokens{hclwrite.TokensForIdentifier(first)}))
	}
	return formatted(f)
}

// addToList returns a list attribute with values after those that are left out.
func addToList(attribute string, values ...string) string {
	lines := []string{attribute + " = [", "  # ..."}
	for _, v := range values {
		lines = append(lines, "  "+quote(v)+",")
	}
	return strings.Join(append(lines, "]"), "\n")
}
