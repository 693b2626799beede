package rules

import (
	"fmt"

	"gke-preflight/preflight/plan"
)

// regionOf returns the region of a location, which may be a zone.
func regionOf(location string) string {
	if n := len(location); n > 2 && location[n-2] == '-' && location[n-1] >= 'a' {
		return location[:n-2]
	}
	return location
}

// retryBudgetError returns the error that apply prints minutes after it has
// started to create a cluster.
// https://docs.cloud.google.com/kubernetes-engine/docs/troubleshooting
func retryBudgetError(permission string, t target) string {
	resource := "projects/" + t.project.ID
	if permission == "compute.regions.get" && t.location != "" {
		resource += "/regions/" + regionOf(t.location)
	}
	return fmt.Sprintf("Error 403: Retry budget exhausted: Google Compute Engine: Required permission '%s' for '%s'.", permission, resource)
}

// nodePoolExistsError returns the error of the provider if the name of a new node
// pool is taken.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/resource_container_node_pool.go (resourceContainerNodePoolCreate)
func nodePoolExistsError(p plan.Place, pool string) string {
	return "Error: resource - " + p.Name() + "/nodePools/" + pool + " - already exists"
}

// missingPermissionError returns the error of the Kubernetes Engine API if the
// caller lacks a permission.
// https://docs.cloud.google.com/kubernetes-engine/docs/troubleshooting
func missingPermissionError(permission, resource string) string {
	return fmt.Sprintf("Error 403: Required %q permission(s) for %q.", permission, resource)
}
