package resource

// ProjectFullName returns the full resource name of a project.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func ProjectFullName(id string) string {
	return "//cloudresourcemanager.googleapis.com/projects/" + id
}

// AccountFullName returns the full resource name of a service account.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func AccountFullName(project, account string) string {
	return "//iam.googleapis.com/projects/" + project + "/serviceAccounts/" + account
}

// ClusterFullName returns the full resource name of a cluster.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func ClusterFullName(name string) string { return "//container.googleapis.com/" + name }
