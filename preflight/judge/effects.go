package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// withKnownTarget returns the changes whose target is known before apply, so that
// they certainly have the effect on n for which they were selected.
func (ef *effects) withKnownTarget(n need.Need, changes []*plan.Change) []*plan.Change {
	return slices.DeleteFunc(slices.Clone(changes), func(c *plan.Change) bool {
		is := func(v plan.Value, project string) bool { return ef.matchProjectValue(v, project) == resource.Same }
		switch c.Type {
		case "google_project_service":
			return ef.matchChangeProject(c, n.Project) != resource.Same || c.Latest("service").State != plan.Known
		case "google_service_account":
			was := c.Replaces() && ef.match(resource.Parse(c.EmailBefore()), resource.Parse(n.Principal.Member)) == resource.Same
			return ef.matchChangedAccount(c, n) != resource.Same && !was || c.Latest("disabled").State == plan.Unknown
		case "google_kms_crypto_key_version":
			return true // Which version is the primary one is not known.
		case "google_project":
			return c.Latest("project_id").State != plan.Known
		case "google_compute_shared_vpc_service_project":
			return !is(c.Latest("service_project"), n.Project) || !is(c.Latest("host_project"), n.Expect)
		case "google_compute_shared_vpc_host_project":
			return !is(c.Latest("project"), n.Expect)
		case "google_kms_crypto_key":
			was := ef.match(resource.Parse(c.KeyBefore()), resource.Parse(n.Resource))
			return ef.matchChangedKey(c, n) != resource.Same && was != resource.Same
		}
		return ef.matchChangeProject(c, n.Project) != resource.Same || c.Latest("action").State != plan.Known
	})
}

// isCertainRemoval reports whether a change certainly removes what meets n: a
// project is deleted, or the state has exactly this API or attachment, and the
// plan replaces it by another one.
func (ef *effects) isCertainRemoval(c *plan.Change, n need.Need) bool {
	is := func(attribute, project string) bool {
		return ef.matchProjectValue(c.Before(attribute), project) == resource.Same
	}
	if c.Type == "google_project" {
		return c.Before("deletion_policy").String() == "DELETE" && ef.matchPriorProject(c, n.Project) == resource.Same
	}
	if !c.Replaces() || c.DestroysBeforeCreate() && (ef.enablesService(c, n) || ef.attaches(c, n)) {
		return false
	}
	switch c.Type {
	case "google_project_service":
		return is("project", n.Project)
	case "google_compute_shared_vpc_service_project":
		return is("service_project", n.Project) && is("host_project", n.Expect)
	case "google_compute_shared_vpc_host_project":
		return is("project", n.Expect) && c.After("project").State == plan.Known
	}
	return false
}

// recreatesSame reports whether a change certainly recreates what it destroys: the
// same API or attachment, whether projects are written as IDs or numbers.
func (ef *effects) recreatesSame(c *plan.Change, n need.Need) bool {
	return c.DestroysBeforeCreate() && (ef.enablesService(c, n) || ef.attaches(c, n)) && len(ef.withKnownTarget(n, []*plan.Change{c})) > 0
}

// changesAccessBoundary reports whether a change creates or binds a policy that
// can block access and is not evaluated: a principal access boundary, which
// applies only once it is bound to principals, or an access policy, which can deny
// as well, and whose deletion ends what it allowed.
// https://docs.cloud.google.com/iam/docs/principal-access-boundary-policies
// https://github.com/hashicorp/terraform-provider-google/tree/main/google/services/iam3
func changesAccessBoundary(c *plan.Change, _ need.Need) bool {
	makes := c.Creates() || c.Updates()
	switch c.Type {
	case "google_iam_principal_access_boundary_policy", "google_iam_access_boundary_policy":
		return makes
	case "google_iam_project_access_policy", "google_iam_folder_access_policy", "google_iam_organization_access_policy":
		return makes || c.Deletes()
	case "google_iam_projects_policy_binding", "google_iam_folders_policy_binding", "google_iam_organizations_policy_binding":
		return makes || c.Deletes() && c.Before("policy_kind").String() != "PRINCIPAL_ACCESS_BOUNDARY"
	}
	return false
}

// createsProject reports whether a change creates, or may create, the project of
// n.
func createsProject(c *plan.Change, n need.Need) bool {
	return c.Type == "google_project" && c.Creates() && canBe(c.After("project_id"), n.Project)
}

// enablesService reports whether a change enables, or may enable, the API of n.
func (ef *effects) enablesService(c *plan.Change, n need.Need) bool {
	return c.Type == "google_project_service" && c.Creates() && ef.matchChangeProject(c, n.Project) != resource.Different && canBe(c.After("service"), n.Service)
}

// disablesService reports whether a change disables, or may disable, the API of n.
// Deleting the resource disables the API only with disable_on_destroy. A
// replacement by the same API enables it again.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/r/google_project_service.html.markdown
func (ef *effects) disablesService(c *plan.Change, n need.Need) bool {
	if c.Type == "google_project" {
		return c.Deletes() && ef.matchPriorProject(c, n.Project) != resource.Different
	}
	if c.Type != "google_project_service" || !c.Deletes() || !c.Before("disable_on_destroy").IsTrue() ||
		ef.matchPriorChangeProject(c, n.Project) == resource.Different || ef.recreatesSame(c, n) {
		return false
	}
	// The Kubernetes Engine API depends on the Compute Engine API.
	dependent := n.Service == "container.googleapis.com" && c.Before("service").String() == "compute.googleapis.com" &&
		c.Before("disable_dependent_services").IsTrue()
	return dependent || canBe(c.Before("service"), n.Service)
}

// earlyRemovals returns the changes that may run before everything that causes n
// is destroyed: Terraform destroys a resource after those that depend on it. The
// order of these changes is OrderUnknown if the plan does not show that any of
// them runs too early.
// https://developer.hashicorp.com/terraform/internals/graph
func (ef *effects) earlyRemovals(n need.Need, changes []*plan.Change) ([]*plan.Change, plan.Order) {
	causes := ef.causesOf(n)
	if len(causes) == 0 || slices.ContainsFunc(causes, func(c *plan.Change) bool { return !c.IsDestroyed() }) {
		return changes, plan.Unordered
	}
	var left []*plan.Change
	least := plan.OrderUnknown
	for _, c := range changes {
		at := plan.Unordered
		if c.IsDestroyed() {
			at = order(c, causes)
		}
		if at != plan.Ordered {
			left, least = append(left, c), min(least, at)
		}
	}
	return left, least
}

// createsAccount reports whether a change creates or enables, or may create or
// enable, the service account of n.
func (ef *effects) createsAccount(c *plan.Change, n need.Need) bool {
	return c.Type == "google_service_account" && (c.Creates() || c.Updates()) && !c.After("disabled").IsTrue() &&
		ef.matchChangedAccount(c, n) != resource.Different
}

// recreatesAccount reports whether a change deletes a service account and creates
// one with the same email.
func (ef *effects) recreatesAccount(c *plan.Change, n need.Need) bool {
	return c.Replaces() && ef.createsAccount(c, n) && ef.hadAccount(c, n)
}

// hadAccount reports whether the state of a change has, or may have, the service
// account of n.
func (ef *effects) hadAccount(c *plan.Change, n need.Need) bool {
	return ef.match(resource.Parse(c.EmailBefore()), resource.Parse(n.Principal.Member)) != resource.Different
}

// removesAccount reports whether a change deletes or disables, or may delete or
// disable, the service account of n. A google_project_default_service_accounts
// acts on all default service accounts of its project.
func (ef *effects) removesAccount(c *plan.Change, n need.Need) bool {
	switch c.Type {
	case "google_service_account":
		if c.Replaces() && c.EmailBefore() != "" && !strings.EqualFold(c.EmailBefore(), c.AccountEmail()) {
			// Another account takes its place.
			return ef.hadAccount(c, n)
		}
		disabled := c.After("disabled")
		mayEnd := c.IsDestroyed() || disabled.IsTrue() || c.Updates() && disabled.State == plan.Unknown
		return mayEnd && ef.matchChangedAccount(c, n) != resource.Different
	case "google_project_default_service_accounts":
		action := c.After("action")
		return c.Creates() && n.Principal.Kind == need.ComputeDefaultServiceAccount && ef.matchChangeProject(c, n.Project) != resource.Different &&
			(action.String() == "DISABLE" || action.String() == "DELETE" || action.State == plan.Unknown)
	}
	return false
}

// canBe reports whether a value is want, or may be.
func canBe(v plan.Value, want string) bool {
	return v.State == plan.Unknown || v.String() == want || strings.HasSuffix(v.String(), "/"+want)
}

// matchChangedAccount compares the service account of a change with that of n.
func (ef *effects) matchChangedAccount(c *plan.Change, n need.Need) resource.Match {
	known := resource.Parse(c.AccountEmail())
	if known.IsZero() {
		return resource.MaybeSame
	}
	return ef.match(known, resource.Parse(n.Principal.Member))
}

// An effects finds the changes of a plan that have an effect on a need other than
// through IAM policies: those that enable or disable an API, create or remove a
// service account, attach a service project, destroy a key or set a constraint.
// The methods that take a change and a need are predicates. They also report
// changes that only may have the effect, because their target is not known before
// apply; withKnownTarget leaves those out.
type effects struct{ *forecast }

// creates reports whether the plan certainly creates a resource, given its
// relative name: a service account, a key ring, a key or a subnetwork.
func (ef *effects) creates(name string) bool {
	n := need.Need{Principal: need.Principal{Member: "serviceAccount:" + name[strings.LastIndex(name, "/")+1:]}}
	if resource.KindOf(name).Collection == resource.ServiceAccounts {
		return len(ef.withKnownTarget(n, ef.changesAffecting(n, ef.createsAccount))) > 0
	}
	return slices.ContainsFunc(ef.plan.Changes, func(c *plan.Change) bool {
		return c.Mode == "managed" && c.Creates() && !c.Deletes() && ef.match(resource.Parse(c.ResourceName()), resource.Parse(name)) == resource.Same
	})
}

// attaches reports whether a change creates, or may create, the attachment of n.
func (ef *effects) attaches(c *plan.Change, n need.Need) bool {
	return c.Type == "google_compute_shared_vpc_service_project" && c.Creates() && ef.isAttachment(c.After, n)
}

// detaches reports whether a change removes, or may remove, the attachment of n. A
// host project that is disabled or replaced loses its service projects.
func (ef *effects) detaches(c *plan.Change, n need.Need) bool {
	if c.Type == "google_compute_shared_vpc_host_project" {
		// A new host project has no service projects.
		return c.Deletes() && ef.matchProjectValue(c.Before("project"), n.Expect) != resource.Different
	}
	return c.Type == "google_compute_shared_vpc_service_project" && c.Deletes() && ef.isAttachment(c.Before, n) && !ef.recreatesSame(c, n)
}

// isAttachment reports whether the values of a change are, or may be, those of the
// attachment of n.
func (ef *effects) isAttachment(get func(...any) plan.Value, n need.Need) bool {
	return ef.matchProjectValue(get("service_project"), n.Project) != resource.Different && ef.matchProjectValue(get("host_project"), n.Expect) != resource.Different
}

// destroysKey reports whether a change destroys or disables, or may destroy or
// disable, the used version of a key. Keys cannot be deleted: the provider
// destroys their versions. A key ring is only removed from the state.
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

// createsKey reports whether a change creates, or may create, the key of n.
func (ef *effects) createsKey(c *plan.Change, n need.Need) bool {
	return c.Type == "google_kms_crypto_key" && c.Creates() && ef.matchChangedKey(c, n) != resource.Different
}

// matchChangedKey compares the key of a change with that of n.
func (ef *effects) matchChangedKey(c *plan.Change, n need.Need) resource.Match {
	name := resource.Parse(c.ResourceName())
	if name.IsZero() {
		return resource.MaybeSame
	}
	return ef.match(name, resource.Parse(n.Resource))
}

// setsConstraint reports whether a change sets, or may set, the constraint of n.
// Older types name it in another attribute.
func (ef *effects) setsConstraint(c *plan.Change, n need.Need) bool {
	if !c.Creates() && !c.Updates() && !c.Deletes() {
		return false
	}
	attribute := "constraint"
	switch c.Type {
	case "google_org_policy_policy":
		attribute = "name"
	case "google_project_organization_policy":
		if ef.matchChangeProject(c, n.Project) == resource.Different {
			return false
		}
	case "google_folder_organization_policy", "google_organization_policy":
	default:
		return false
	}
	return canBe(c.Latest(attribute), n.Expect) || c.Deletes() && canBe(c.Before(attribute), n.Expect)
}
