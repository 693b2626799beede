package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/shell"
)

// attached answers whether a project is a service project of a Shared VPC host.
func (sj *stateJudge) attached(n need.Need, f Verdict) Verdict {
	if off := sj.changes(n, sj.detaches); len(off) > 0 {
		return sj.takenAway(n, f, off, say(detached, n.Project, n.Expect))
	}
	host, err := sj.host(n.Project)
	if err == nil && sj.matchProject(resource.ParseProject(host), resource.ParseProject(n.Expect)) == resource.Same {
		f.Outcome, f.Message = finding.Pass, say(attached, n.Project, n.Expect)
		return f.evident("projects.getXpnHost", n.Resource, host)
	}
	if on := sj.changes(n, sj.attaches); len(on) > 0 {
		return sj.provided(n, f, on, say(theAttachment, n.Project, n.Expect))
	}
	if err != nil {
		return f.undetermined(because(err, "which host project "+n.Project+" is attached to", "compute.projects.get", "roles/compute.networkViewer"))
	}
	f = f.evident("projects.getXpnHost", n.Resource, host)
	if host == "" {
		return f.failed(n, say(notAttached, n.Project, n.Expect))
	}
	return f.failed(n, say(attachedElsewhere, n.Project, host, n.Expect))
}

func (ef *effects) attaches(c *plan.Change, n need.Need) bool {
	return c.Type == "google_compute_shared_vpc_service_project" && c.Creates() && ef.isAttachment(c.After, n)
}

// detaches: a host project that is none any more has no service projects.
func (ef *effects) detaches(c *plan.Change, n need.Need) bool {
	if c.Type == "google_compute_shared_vpc_host_project" {
		// A new host project has no service projects.
		return c.Deletes() && ef.valueIsProject(c.Before("project"), n.Expect) != resource.Different
	}
	return c.Type == "google_compute_shared_vpc_service_project" && c.Deletes() && ef.isAttachment(c.Before, n) && !ef.restores(c, n)
}

// isAttachment reports whether a change is, or may be, about the attachment
// that a need is for.
func (ef *effects) isAttachment(get func(...any) plan.Value, n need.Need) bool {
	return ef.valueIsProject(get("service_project"), n.Project) != resource.Different && ef.valueIsProject(get("host_project"), n.Expect) != resource.Different
}

// keyUsable answers whether a key is there, enabled, and of a purpose.
func (sj *stateJudge) keyUsable(n need.Need, f Verdict) Verdict {
	name := resource.RelativeName(n.Resource)
	if gone := sj.changes(n, sj.destroysKey); len(gone) > 0 {
		return sj.takenAway(n, f, gone, say(keyRemoved, resource.Describe(n.Resource)))
	}
	key, err := sj.key(name)
	if facts.AsError(err).NotFound() && err != nil {
		if made := sj.changes(n, sj.makesKey); len(made) > 0 {
			return sj.provided(n, f, made, resource.Describe(n.Resource))
		}
		return f.evident("cryptoKeys.get", n.Resource, "404 not found").failed(n, say(keyMissing, resource.Describe(n.Resource)))
	}
	if err != nil {
		if made := sj.changes(n, sj.makesKey); len(made) > 0 {
			return sj.provided(n, f, made, resource.Describe(n.Resource))
		}
		return f.undetermined(because(err, "the state of "+resource.Describe(n.Resource), "cloudkms.cryptoKeys.get", "roles/cloudkms.viewer"))
	}
	f = f.evident("cryptoKeys.get", n.Resource, "purpose: "+key.Purpose+", primary version: "+key.State)
	switch {
	case key.Purpose != n.Expect:
		return f.failed(n, say(keyPurposeDiffers, resource.Describe(n.Resource), key.Purpose, n.Expect))
	case key.Purpose != "ENCRYPT_DECRYPT":
		// Only keys that encrypt have a primary version.
	case key.State == "":
		return f.undetermined(say(keyStateUnsaid, resource.Describe(n.Resource)))
	case key.State != "ENABLED":
		return f.failed(n, say(keyDisabled, resource.Describe(n.Resource), key.State))
	}
	f.Outcome, f.Message = finding.Pass, say(keyUsable, resource.Describe(n.Resource))
	return f
}

// destroysKey reports whether a change destroys, or may destroy or disable, the
// version of a key that is used. A key itself stays forever; the provider
// destroys its versions. A key ring is only forgotten.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/kms/resource_kms_crypto_key.go (resourceKMSCryptoKeyDelete)
func (ef *effects) destroysKey(c *plan.Change, n need.Need) bool {
	isKey := func(name resource.Name) bool {
		return name.IsZero() || ef.match(name, resource.Parse(n.Resource)) != resource.Different
	}
	switch c.Type {
	case "google_kms_crypto_key":
		return c.Deletes() && isKey(resource.Parse(c.KeyBefore()))
	case "google_kms_crypto_key_version":
		state := c.After("state")
		disables := c.Updates() && state.State != plan.Absent && state.String() != "ENABLED"
		key := resource.ParseAs(resource.CryptoKeys, c.Before("crypto_key").String(), c.Project().Name().Project(), "")
		return (c.Deletes() || disables) && isKey(key)
	}
	return false
}

// makesKey: a planned key's name may follow from the plan.
func (ef *effects) makesKey(c *plan.Change, n need.Need) bool {
	return c.Type == "google_kms_crypto_key" && c.Creates() && ef.concernsKey(c, n) != resource.Different
}

// concernsKey says whether a change is about the key of a need.
func (ef *effects) concernsKey(c *plan.Change, n need.Need) resource.Match {
	name := resource.Parse(c.ResourceName())
	if name.IsZero() {
		return resource.MaybeSame
	}
	return ef.match(name, resource.Parse(n.Resource))
}

// unconstrained answers whether a constraint of the organisation policy leaves
// a project alone.
func (sj *stateJudge) unconstrained(n need.Need, f Verdict) Verdict {
	if by := addresses(sj.changes(n, sj.setsConstraint)); len(by) > 0 {
		return f.undetermined(say(constraintPlanned, n.Expect, list(by)))
	}
	enforced, err := sj.enforces(n.Project, n.Expect)
	if err != nil {
		return f.undetermined(because(err, "whether the constraint "+n.Expect+" is in force for project "+n.Project, "orgpolicy.policy.get", "roles/orgpolicy.policyViewer"))
	}
	f = f.evident("policies.getEffectivePolicy", n.Resource, fmt.Sprintf("%s enforced: %t", n.Expect, enforced))
	if enforced {
		return f.failed(n, say(constraintOn, n.Expect, n.Project))
	}
	f.Outcome, f.Message = finding.Pass, say(constraintOff, n.Expect, n.Project)
	return f
}

// setsConstraint reports whether a change sets the constraint of a need.
// The older types name it in another attribute.
func (ef *effects) setsConstraint(c *plan.Change, n need.Need) bool {
	if !c.Creates() && !c.Updates() && !c.Deletes() {
		return false
	}
	attribute := "constraint"
	switch c.Type {
	case "google_org_policy_policy":
		attribute = "name"
	case "google_project_organization_policy":
		if ef.inProject(c, n.Project) == resource.Different {
			return false
		}
	case "google_folder_organization_policy", "google_organization_policy":
	default:
		return false
	}
	return concerns(c.Latest(attribute), n.Expect) || c.Deletes() && concerns(c.Before(attribute), n.Expect)
}

// free answers whether the names that the plan gives new clusters are not
// taken.
func (cj *clusterJudge) free(n need.Need, f Verdict) Verdict {
	for _, name := range n.Clusters {
		if resource.InAnyLocation(name) {
			if f = cj.freeAnywhere(n, f, name); f.Outcome != finding.Pass {
				return f
			}
			continue
		}
		c, err := cj.cluster(name)
		switch {
		case err == nil:
			return f.evident("clusters.get", clusterResource(name), "status: "+c.Status).
				failed(n, say(clusterNameTaken, name, c.Status))
		case facts.AsError(err).NotFound():
			f = f.evident("clusters.get", clusterResource(name), "404 not found")
		default:
			return cj.unlooked(n, f, err)
		}
	}
	f.Outcome, f.Message = finding.Pass, say(clusterNameFree)
	return f
}

// freeAnywhere answers whether no location has a cluster of a name.
func (cj *clusterJudge) freeAnywhere(n need.Need, f Verdict, name string) Verdict {
	found, err := cj.elsewhere(name)
	if err != nil {
		return f.undetermined(because(err, "which clusters "+need.ProjectInWords(name)+" has", "container.clusters.list", "roles/container.clusterViewer"))
	}
	if len(found) > 0 {
		return f.undetermined(say(clusterNameTakenSomewhere, list(found), n.Message))
	}
	f = f.evident("clusters.list", clusterResource(name), "no location has a cluster of this name")
	f.Outcome, f.Message = finding.Pass, say(clusterNameFree)
	return f
}

// unlooked is the finding about a cluster that could not be looked up. Where
// the API is off in its project, that is another rule's matter.
func (cj *clusterJudge) unlooked(n need.Need, f Verdict, err error) Verdict {
	if isMissing(err) {
		return f
	}
	_, consumer, off := facts.AsError(err).ServiceDisabled()
	if !off {
		return f.undetermined(because(err, "how "+list(n.Clusters)+" is", "container.clusters.get", "roles/container.clusterViewer"))
	}
	consumer = strings.TrimPrefix(consumer, "projects/")
	number, numberErr := cj.number(n.Project)
	switch {
	case consumer == "" || numberErr != nil && consumer != n.Project:
		return f.undetermined(say(gkeOffSomewhere, facts.AsError(err).Message))
	case consumer != n.Project && consumer != number:
		return cj.offElsewhere(n, f, err, consumer)
	}
	if services, err := cj.servicesOf(n.Project); err == nil && services.State["container.googleapis.com"] == facts.ServiceEnabled {
		return f.undetermined(say(gkeStateContradicted, n.Project))
	}
	f.Outcome, f.Reason = finding.Skipped, say(gkeOff, n.Project)
	return f
}

// offElsewhere is the finding where the Kubernetes Engine API is off in the
// project that requests are billed to, which is not that of the cluster: apply
// is refused in the same way, if it asks with the same credentials.
// https://docs.cloud.google.com/docs/quotas/quota-project
func (cj *clusterJudge) offElsewhere(n need.Need, f Verdict, err error, project string) Verdict {
	if !cj.plan.UsesOnlyEnvironmentCredentials() {
		return f.undetermined(say(billedElsewhere, project))
	}
	enabled := need.Need{Project: project, Service: "container.googleapis.com"}
	if on := cj.changes(enabled, cj.turnsOn); len(on) > 0 {
		return f.undetermined(say(billedServiceMayBeEnabled, project, list(addresses(on))))
	}
	n.ExpectedError = facts.AsError(err).Message
	n.Fix.Role = ""
	n.Fix.Commands = []string{shell.Command("gcloud", "services", "enable", "container.googleapis.com", "--project="+project)}
	f = f.evident(facts.AsError(err).Method, n.Resource, "SERVICE_DISABLED, consumer projects/"+project)
	return f.failed(n, say(billedServiceOff, project))
}

// clusterResource is the full resource name of a cluster.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func clusterResource(name string) string { return "//container.googleapis.com/" + name }

// existing answers whether clusters that are there let themselves be changed.
func (cj *clusterJudge) existing(n need.Need, f Verdict) Verdict {
	for _, name := range n.Clusters {
		cluster, err := cj.cluster(name)
		if err != nil && facts.AsError(err).NotFound() {
			f = f.evident("clusters.get", clusterResource(name), "404 not found")
			if n.Expect == need.Lasts {
				return f.undetermined(say(clusterMissing, name))
			}
			f.Outcome, f.Message = finding.Pass, say(clusterGone, name)
			continue
		}
		if err != nil {
			return cj.unlooked(n, f, err)
		}
		f = f.evident("clusters.get", clusterResource(name), "status: "+cluster.Status)
		if f = cj.existingOne(n, f, name, cluster); f.Outcome != finding.Pass {
			return f
		}
	}
	return f
}

func (cj *clusterJudge) existingOne(n need.Need, f Verdict, name string, cluster facts.Cluster) Verdict {
	switch n.Kind {
	case need.NoRunningOperation:
		return cj.idle(n, f, name, cluster)
	case need.NoPendingRecreation:
		return recreated(n, f, name, cluster)
	}
	return sound(n, f, name, cluster)
}

// idle answers whether no operation is running on a cluster or its node pools.
func (cj *clusterJudge) idle(n need.Need, f Verdict, name string, cluster facts.Cluster) Verdict {
	parts := strings.Split(name, "/")
	operations, err := cj.operationsIn(parts[1])
	if err != nil {
		return f.undetermined(because(err, "which operations are running on "+name, "container.operations.list", "roles/container.clusterViewer"))
	}
	for _, o := range operations {
		if o.Status == "DONE" || !targets(o, parts[3], parts[5]) {
			continue
		}
		if !atRest(cluster.Status) && need.Rank(need.Warning) < need.Rank(n.Severity) {
			f.Severity, n.Severity = need.Warning, need.Warning
		}
		n.ExpectedError = "Error 400: Cluster is running incompatible operation " + o.Name + "., failedPrecondition"
		n.Fix.Commands = []string{shell.Command("gcloud", "container", "operations", "wait", shell.Name(o.Name), "--location="+parts[3], "--project="+parts[1])}
		return f.evident("operations.list", n.Resource, o.Name+" "+o.Type+" "+o.Status).
			failed(n, say(operationRunning, o.Name, o.Type, o.Status, parts[5], whatApplyDoes(n.Severity)))
	}
	f.Outcome, f.Message = finding.Pass, say(noOperation)
	return f
}

// atRest reports whether the provider begins to change a cluster of a status.
// In any other it waits, for 90 minutes unless timeouts say otherwise.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/resource_container_cluster.go (containerClusterRestingStates)
func atRest(status string) bool {
	return status == "RUNNING" || status == "DEGRADED" || status == "ERROR"
}

// whatApplyDoes says what a running operation does to apply. Updates of a
// cluster are not tried again, unlike those of node pools.
// https://github.com/hashicorp/terraform-provider-google/issues/10366
func whatApplyDoes(s need.Severity) string {
	if s == need.Error {
		return "GKE refuses other changes of the cluster until it ends"
	}
	return "apply waits for it, and fails if that takes longer than its timeout"
}

// targets reports whether an operation is about a cluster or one of its pools.
func targets(o facts.Operation, location, cluster string) bool {
	target := "/" + o.Target + "/"
	for _, kind := range []string{"/locations/", "/zones/"} {
		if strings.Contains(target, kind+location+"/clusters/"+cluster+"/") {
			return true
		}
	}
	return false
}

// recreated answers whether no node pool is waiting to be made anew. GKE says
// so in free text only.
func recreated(n need.Need, f Verdict, name string, cluster facts.Cluster) Verdict {
	parts := strings.Split(name, "/")
	for _, pool := range cluster.NodePools {
		texts := []string{pool.StatusMessage}
		for _, c := range pool.Conditions {
			texts = append(texts, c.Message)
		}
		if !slices.ContainsFunc(texts, speaksOfRecreation) {
			continue
		}
		n.ExpectedError = fmt.Sprintf("Error 400: Node pool %q requires recreation., badRequest", pool.Name)
		n.Fix.Commands = []string{shell.Command("gcloud", "container", "clusters", "upgrade", shell.Name(parts[5]), "--node-pool="+pool.Name,
			"--cluster-version="+cluster.CurrentVersion, "--location="+parts[3], "--project="+parts[1])}
		return f.failed(n, say(recreationPending, pool.Name, parts[5]))
	}
	f.Outcome, f.Message = finding.Pass, say(noRecreation)
	return f
}

func speaksOfRecreation(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "recreat")
}

// sound answers whether GKE reports nothing that keeps a cluster from being
// changed. Which conditions do is known of a few; others are worth a note.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/StatusCondition
func sound(n need.Need, f Verdict, name string, cluster facts.Cluster) Verdict {
	parts := strings.Split(name, "/")
	type reported struct {
		of string
		facts.StatusCondition
	}
	var all []reported
	for _, c := range cluster.Conditions {
		all = append(all, reported{"cluster " + cluster.Name, c})
	}
	for _, p := range cluster.NodePools {
		for _, c := range p.Conditions {
			all = append(all, reported{"node pool " + p.Name, c})
		}
	}
	worst := -1
	for i, c := range all {
		if c.Code != "" && (worst < 0 || need.Rank(conditionSeverity(c.Code)) > need.Rank(conditionSeverity(all[worst].Code))) {
			worst = i
		}
	}
	if n.Expect == need.Lasts && cluster.Status == "ERROR" && (worst < 0 || conditionSeverity(all[worst].Code) != need.Error) {
		return f.undetermined(unusable(name, cluster))
	}
	if worst < 0 {
		f.Outcome, f.Message = finding.Pass, say(noCondition)
		return f
	}
	c := all[worst]
	if need.Rank(conditionSeverity(c.Code)) < need.Rank(n.Severity) {
		f.Severity, n.Severity = conditionSeverity(c.Code), conditionSeverity(c.Code)
	}
	if c.Code == "GKE_SERVICE_ACCOUNT_DELETED" {
		n.ExpectedError = "Error 400/403: Missing edit permissions on account"
		n.Fix.Commands = []string{shell.Command("gcloud", "services", "enable", "container.googleapis.com", "--project="+parts[1])}
	}
	return f.failed(n, say(conditionReported, c.Code, c.of, c.Message))
}

// unusable says what the status ERROR means. GKE calls such a cluster unusable,
// and does not document whether it accepts changes: some clusters recover.
// https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#Status
func unusable(name string, cluster facts.Cluster) Statement {
	why := ""
	if cluster.StatusMessage != "" {
		why = " (" + cluster.StatusMessage + ")"
	}
	parts := strings.Split(name, "/")
	return say(clusterUnusable, name, why, shell.Command("gcloud", "container", "clusters", "describe", shell.Name(parts[5]), "--location="+parts[3], "--project="+parts[1]))
}

// conditionSeverity is how bad a condition is for apply.
func conditionSeverity(code string) need.Severity {
	switch code {
	case "GKE_SERVICE_ACCOUNT_DELETED", "CLOUD_KMS_KEY_ERROR", "CLOUD_KMS_KEY_DESTROYED":
		return need.Error
	case "NODE_SERVICE_ACCOUNT_MISSING_PERMISSIONS", "CA_EXPIRING":
		return need.Warning
	}
	return need.Note
}

// onPath answers whether a program is there. That apply runs on the machine
// that checks is assumed.
func (sj *stateJudge) onPath(n need.Need, f Verdict) Verdict {
	if sj.of.HasProgram == nil {
		return f.undetermined(say(programsUnsearchable))
	}
	if !sj.of.HasProgram[n.Expect] {
		return f.failed(n, say(programMissing, n.Expect))
	}
	f.Outcome, f.Message = finding.Pass, say(programFound, n.Expect)
	return f
}

// tokenLasts is how long an access token lives, unless somebody chose less.
// https://docs.cloud.google.com/docs/authentication/token-types#access
const tokenLasts = time.Hour

// fresh answers whether a token that was read while planning still works when
// apply gets to use it.
func (sj *stateJudge) fresh(n need.Need, f Verdict) Verdict {
	if n.PlanTime.IsZero() {
		return f.undetermined(say(tokenAgeUnknown))
	}
	made := n.PlanTime.UTC().Format(time.RFC3339)
	if sj.of.Now.Sub(n.PlanTime) >= tokenLasts {
		return f.failed(n, say(tokenExpired, made))
	}
	f.Outcome = finding.Pass
	f.Message = say(tokenFresh, made)
	return f
}
