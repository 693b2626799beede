package gcp

import (
	"context"
	"regexp"
	"slices"

	"google.golang.org/api/serviceusage/v1"

	"gke-preflight/preflight/facts"
)

// maxServices is how many services a batchGet request may have.
// https://docs.cloud.google.com/service-usage/docs/reference/rest/v1/services/batchGet
const maxServices = 30

// The serviceUsage API reads which APIs are enabled.
type serviceUsage struct{ services *serviceusage.Service }

// Services returns the states of APIs in a project.
func (c *serviceUsage) Services(ctx context.Context, project string, names []string) (facts.Services, error) {
	results, err := inBatches(ctx, names, maxServices, func(ctx context.Context, batch []string) (facts.Services, error) {
		return c.servicesBatch(ctx, project, batch)
	})
	if err != nil {
		return facts.Services{}, err
	}
	all := facts.Services{State: make(map[string]facts.ServiceState)}
	for _, r := range results {
		all.ProjectNumber = r.ProjectNumber
		for name, state := range r.State {
			all.State[name] = state
		}
	}
	return all, nil
}

var serviceName = regexp.MustCompile(`^projects/([^/]+)/services/([^/]+)$`)

func (c *serviceUsage) servicesBatch(ctx context.Context, project string, names []string) (facts.Services, error) {
	const method = "serviceusage.services.batchGet"
	parent := "projects/" + project
	full := make([]string, len(names))
	for i, n := range names {
		full[i] = parent + "/services/" + n
	}
	response, err := c.services.Services.BatchGet(parent).Names(full...).Context(ctx).Do()
	if err != nil {
		return facts.Services{}, apiError(method, parent, err)
	}
	s := facts.Services{State: make(map[string]facts.ServiceState)}
	for _, service := range response.Services {
		match := serviceName.FindStringSubmatch(service.Name)
		if match == nil || !slices.Contains(names, match[2]) {
			return facts.Services{}, malformed(method, parent, "has a service that was not requested")
		}
		if isNumber(match[1]) {
			s.ProjectNumber = match[1]
		}
		s.State[match[2]] = facts.ServiceState(service.State)
	}
	return s, nil
}
