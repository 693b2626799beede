package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func optionAPIs() Rule {
	return Rule{
		ID:       "GP702",
		Name:     "option-apis",
		Title:    "APIs that cluster options use are enabled",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range changing(p) {
				for _, o := range optionServices() {
					for _, path := range t.optionPaths(o.path) {
						needs = append(needs, o.needs(t, path)...)
					}
				}
			}
			return needs
		},
	}
}

// An optionService is an API that an option uses.
type optionService struct {
	path    []any
	service string
	title   string
}

// optionServices returns the options that use an API other than those of every
// cluster. For none of them is it documented that apply fails without the API.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters
func optionServices() []optionService {
	const agent = "gke_backup_agent_config"
	return []optionService{
		{[]any{"workload_identity_config", 0, "workload_pool"}, "iamcredentials.googleapis.com", "IAM Service Account Credentials API"},
		{[]any{"fleet", 0, "project"}, "gkehub.googleapis.com", "GKE Hub API"},
		{[]any{"notification_config", 0, "pubsub", 0, "enabled"}, "pubsub.googleapis.com", "Cloud Pub/Sub API"},
		{[]any{"resource_usage_export_config", 0, "bigquery_destination", 0, "dataset_id"}, "bigquery.googleapis.com", "BigQuery API"},
		{[]any{"binary_authorization", 0, "evaluation_mode"}, "binaryauthorization.googleapis.com", "Binary Authorization API"},
		{[]any{"addons_config", 0, agent, 0, "enabled"}, "gkebackup.googleapis.com", "Backup for GKE API"},
		{[]any{"dns_config", 0, "cluster_dns"}, "dns.googleapis.com", "Cloud DNS API"},
		{[]any{"addons_config", 0, "gcp_filestore_csi_driver_config", 0, "enabled"}, "file.googleapis.com", "Cloud Filestore API"},
		{[]any{"addons_config", 0, "parallelstore_csi_driver_config", 0, "enabled"}, "parallelstore.googleapis.com", "Parallelstore API"},
		{[]any{"addons_config", 0, "lustre_csi_driver_config", 0, "enabled"}, "lustre.googleapis.com", "Google Cloud Managed Lustre API"},
		{[]any{"secret_manager_config", 0, "enabled"}, "secretmanager.googleapis.com", "Secret Manager API"},
		{[]any{"node_pool_defaults", 0, "node_config_defaults", 0, "gcfs_config", 0, "enabled"}, "containerfilesystem.googleapis.com", "Container File System API"},
		{[]any{"node_config", 0, "gcfs_config", 0, "enabled"}, "containerfilesystem.googleapis.com", "Container File System API"},
		{[]any{"mesh_certificates", 0, "enable_certificates"}, "privateca.googleapis.com", "Certificate Authority API"},
	}
}

// needs returns the needs of t if it sets the option at path. A fleet in another
// project requires the API there too.
func (o optionService) needs(t target, path []any) []need.Need {
	v := t.After(path...)
	if !isOn(v) {
		return nil
	}
	n := apiNeed(t.projectNeed(), o.service, o.title)
	n.Attribute, n.ExpectedError = plan.Path(path...), ""
	out := []need.Need{n}
	if path[0] == "fleet" && v.String() != t.project.ID {
		fleet := apiNeed(t.needIn(v.String(), "fleet[0].project is not known before apply"), o.service, o.title)
		fleet.Attribute, fleet.ExpectedError = n.Attribute, ""
		out = append(out, fleet)
	}
	return out
}
