package fix

import (
	"slices"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/shell"
)

// grantee returns the resource to grant a need's role on, by kind and relative
// name: the need's own, or its project if that has no policy or is one.
func grantee(n need.Need) (resource.Kind, string) {
	name := resource.RelativeName(n.Resource)
	kind := resource.KindOf(name)
	if !kind.HasPolicy() || kind.Collection == resource.Projects {
		return resource.KindNamed(resource.Projects), resource.Projects + "/" + n.Project
	}
	return kind, name
}

// grantCommand returns the gcloud command that grants a need's role to member.
func grantCommand(n need.Need, member string) string {
	kind, name := grantee(n)
	words := slices.Concat([]string{"gcloud"}, kind.Gcloud.Group, []string{"add-iam-policy-binding", argument(kind, name)})
	for _, f := range kind.Gcloud.Flags {
		words = append(words, f.Name+"="+after(f.Collection, name))
	}
	if kind.InProject() {
		words = append(words, "--project="+n.Project)
	}
	words = append(words, "--member="+member, "--role="+n.Fix.Role)
	if kind.Gcloud.Condition {
		words = append(words, "--condition=None")
	}
	return shell.Command(words...)
}

// argument returns the word by which gcloud knows a resource.
func argument(kind resource.Kind, name string) string {
	if kind.Gcloud.Path {
		return shell.Name(name)
	}
	return shell.Name(lastPart(name))
}

// after returns the part of a relative name that follows a collection.
func after(collection, name string) string {
	_, rest, _ := strings.Cut(name, "/"+collection+"/")
	part, _, _ := strings.Cut(rest, "/")
	return part
}

func lastPart(name string) string { return name[strings.LastIndex(name, "/")+1:] }

// grantBlock returns the Terraform block that grants a need's role to member.
func grantBlock(n need.Need, member string) string {
	kind, name := grantee(n)
	if kind.Terraform.ID {
		name = lastPart(name)
	}
	return block(kind.Terraform.IAM+"member",
		text(kind.Terraform.Attribute, name), text("role", n.Fix.Role), text("member", member))
}
