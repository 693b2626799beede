package resource

import "cmp"

// FullName returns the full resource name of a relative name.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func FullName(relative string) string { return KindOf(relative).fullName(relative) }

// fullName returns the full resource name of a relative name of the kind. The
// service is that of projects if the kind is not in the table.
func (k Kind) fullName(relative string) string {
	return "//" + cmp.Or(k.Service, "cloudresourcemanager") + ".googleapis.com/" + relative
}

// ProjectFullName returns the full resource name of a project.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func ProjectFullName(id string) string {
	return KindNamed(Projects).fullName("projects/" + id)
}

// AccountFullName returns the full resource name of a service account.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func AccountFullName(project, account string) string {
	return KindNamed(ServiceAccounts).fullName("projects/" + project + "/serviceAccounts/" + account)
}

// ClusterFullName returns the full resource name of a cluster.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func ClusterFullName(name string) string { return KindNamed(Clusters).fullName(name) }
