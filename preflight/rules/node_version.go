package rules

import (
	"strconv"
	"strings"

	"gke-preflight/preflight/plan"
)

// parseMajorMinor parses 1 and 33 from 1.33, 1.33.2 or 1.33.2-gke.100.
func parseMajorMinor(version string) (major, minor int, ok bool) {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return 0, 0, false
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return major, minor, err1 == nil && err2 == nil
}

// isNodeAgentUsed reports whether nodes of a version certainly log and send
// metrics as the GKE node service agent. Google's pages disagree about 1.33, so it
// does not count.
// https://docs.cloud.google.com/kubernetes-engine/docs/troubleshooting/service-accounts
func isNodeAgentUsed(version plan.Value) bool {
	major, minor, ok := parseMajorMinor(version.String())
	return ok && (major > 1 || minor >= 34)
}

// mayNodeAgentBeUsed reports whether nodes of a version may log and send metrics
// as the GKE node service agent: from 1.33 on, and if Google chooses the version.
func mayNodeAgentBeUsed(version plan.Value) bool {
	major, minor, ok := parseMajorMinor(version.String())
	return !ok || major > 1 || minor >= 33
}
