package diagnose

import "strings"

// Kinds of principal.
const (
	deployer       = "deployer"
	nodeAccount    = "node-service-account"
	gkeAgent       = "gke-service-agent"
	gkeNodeAgent   = "gke-node-service-agent"
	googleAPIs     = "google-apis-service-agent"
	computeAgent   = "compute-service-agent"
	defaultAccount = "compute-default-service-account"
)

// kindOf returns the kind of an account by its name, or otherwise if the name does
// not show it.
// https://docs.cloud.google.com/iam/docs/service-agents
func kindOf(email, otherwise string) string {
	name, domain, _ := strings.Cut(strings.ToLower(email), "@")
	domain = strings.TrimSuffix(domain, ".gserviceaccount.com")
	domain = strings.TrimSuffix(domain, ".iam")
	switch {
	case domain == "container-engine-robot":
		return gkeAgent
	case domain == "gcp-sa-gkenode":
		return gkeNodeAgent
	case domain == "cloudservices":
		return googleAPIs
	case domain == "compute-system":
		return computeAgent
	case domain == "developer" && strings.HasSuffix(name, "-compute"):
		return defaultAccount
	case strings.HasPrefix(domain, "gcp-sa-") || strings.HasPrefix(name, "service-") && !strings.Contains(domain, "."):
		return domain
	}
	return otherwise
}

// isAgent reports whether a kind is a service agent.
func isAgent(kind string) bool {
	return kind != deployer && kind != nodeAccount && kind != defaultAccount && kind != ""
}

// memberOf returns the IAM member of an account; empty if it is no email address.
func memberOf(email string) string {
	switch {
	case strings.HasPrefix(email, "system:") || strings.Contains(email, ":"), !strings.Contains(email, "@"):
		return ""
	case strings.HasSuffix(strings.ToLower(email), "gserviceaccount.com"):
		return "serviceAccount:" + email
	}
	return "user:" + email
}

// kindInWords returns a kind of principal for people.
func kindInWords(kind string) string {
	switch kind {
	case gkeAgent:
		return "GKE service agent"
	case gkeNodeAgent:
		return "GKE node service agent"
	case googleAPIs:
		return "Google APIs service agent"
	case computeAgent:
		return "Compute Engine service agent"
	case defaultAccount:
		return "Compute Engine default service account"
	}
	return strings.ReplaceAll(kind, "-", " ")
}
