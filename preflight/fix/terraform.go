package fix

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"gke-preflight/preflight/need"
)

// An attribute is a line of a block.
type attribute struct {
	name  string
	value cty.Value
}

func text(name, value string) attribute { return attribute{name, cty.StringVal(value)} }

// block returns a resource block as terraform fmt writes it, without a line break
// at the end.
func block(typ string, attributes ...attribute) string {
	f := hclwrite.NewEmptyFile()
	body := f.Body().AppendNewBlock("resource", []string{typ, "gke"}).Body()
	for _, a := range attributes {
		body.SetAttributeValue(a.name, a.value)
	}
	return formatted(f)
}

func formatted(f *hclwrite.File) string {
	return strings.TrimSuffix(string(hclwrite.Format(f.Bytes())), "\n")
}

// quote returns a string as a Terraform literal: no template in it is evaluated.
func quote(s string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes())
}

func attachBlock(n need.Need) string {
	return block("google_compute_shared_vpc_service_project", text("host_project", n.Expect), text("service_project", n.Project))
}

func enableBlock(n need.Need) string {
	return block("google_project_service",
		text("project", n.Project), text("service", n.Service), attribute{"disable_on_destroy", cty.False})
}

// DependsOn returns the depends_on to add to each of the blocks so that Terraform
// applies others first. All are addresses of configuration blocks, such as
// module.gke.google_container_cluster.this; each counts once.
func DependsOn(blocks, others []string) string {
	var first []hclwrite.Tokens
	for _, o := range unique(others) {
		first = append(first, hclwrite.TokensForIdentifier(o))
	}
	var lines []string
	for _, b := range unique(blocks) {
		f := hclwrite.NewEmptyFile()
		f.Body().SetAttributeRaw("depends_on", hclwrite.TokensForTuple(first))
		lines = append(lines, "# "+b, formatted(f))
	}
	return strings.Join(lines, "\n")
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
