package rules

import (
	"strings"

	"gke-preflight/preflight/plan"
)

func uncheckedOptions() Rule {
	return Rule{
		ID:       "GP701",
		Name:     "unchecked-options",
		Title:    "The clusters use no option whose grants and APIs are not checked yet",
		Severity: Warning,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, s := range building(p) {
				if used := uncheckedIn(s); len(used) > 0 {
					n := s.inProject()
					n.Kind = Statement
					n.Unknown = "these options may need grants or APIs that are not checked yet: " + strings.Join(used, ", ")
					needs = append(needs, n)
				}
			}
			return needs
		},
	}
}

// uncheckedIn are the options of s that need more than the other rules ask
// for, as far as is known.
// https://docs.cloud.google.com/kubernetes-engine/docs/how-to/service-accounts
func uncheckedIn(s subject) []string {
	var out []string
	for _, path := range [][]any{
		{"fleet", 0, "project"},
		{"notification_config", 0, "pubsub", 0, "topic"},
		{"resource_usage_export_config", 0, "bigquery_destination", 0, "dataset_id"},
		{"binary_authorization", 0, "evaluation_mode"},
		{"dns_config", 0, "cluster_dns"},
		{"secret_manager_config", 0, "enabled"},
		{"addons_config", 0, "gke_backup_agent_config", 0, "enabled"},
		{"addons_config", 0, "gcp_filestore_csi_driver_config", 0, "enabled"},
		{"user_managed_keys_config", 0, "cluster_ca"},
		{"user_managed_keys_config", 0, "etcd_api_ca"},
		{"user_managed_keys_config", 0, "etcd_peer_ca"},
		{"user_managed_keys_config", 0, "aggregation_ca"},
		{"node_config", 0, "gcfs_config", 0, "enabled"},
		{"node_config", 0, "resource_manager_tags"},
		{"node_config", 0, "reservation_affinity", 0, "values"},
		{"node_pool_auto_config", 0, "resource_manager_tags"},
	} {
		v := s.After(path...)
		off := v.String() == "DISABLED" || v.String() == "PROVIDER_UNSPECIFIED" || v.String() == "false"
		if isOff, isBool := v.Raw.(bool); v.State != plan.Absent && !off && !(isBool && !isOff) {
			out = append(out, plan.Path(path...))
		}
	}
	return out
}
