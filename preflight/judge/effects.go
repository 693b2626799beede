package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// withKnownTarget returns the changes whose object is known before apply, so that they
// surely have the effect on n that they were picked for.
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

// isCertainRemoval reports whether a change that replaces an API of a project or an
// attachment surely ends what a need is for: what the state has is that, and what
// comes is something else.
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

// recreatesSame reports whether a change surely makes again what it destroys: the same
// API or attachment, however its projects are written.
func (ef *effects) recreatesSame(c *plan.Change, n need.Need) bool {
	return c.DestroysBeforeCreate() && (ef.enablesService(c, n) || ef.attaches(c, n)) && len(ef.withKnownTarget(n, []*plan.Change{c})) > 0
}

// changesAccessBoundary reports whether a change makes or binds a policy that takes permissions
// away and that is not judged: a principal access boundary, which counts only
// once it is bound to principals, or an access policy, which may also deny, and
// allows what is gone when it is deleted.
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

func createsProject(c *plan.Change, n need.Need) bool {
	return c.Type == "google_project" && c.Creates() && canBe(c.After("project_id"), n.Project)
}

func (ef *effects) enablesService(c *plan.Change, n need.Need) bool {
	return c.Type == "google_project_service" && c.Creates() && ef.matchChangeProject(c, n.Project) != resource.Different && canBe(c.After("service"), n.Service)
}

// disablesService: an API that goes stays on unless disable_on_destroy says otherwise. One
// that is replaced by the same API, however its project is written, is on again.
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

// earlyRemovals leaves out the changes that begin once all that has a need is destroyed:
// Terraform destroys in the reverse order of what waits for what. The order of the
// changes left is Unseen if the plan does not show that any of them comes too early.
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

func (ef *effects) createsAccount(c *plan.Change, n need.Need) bool {
	return c.Type == "google_service_account" && (c.Creates() || c.Updates()) && !c.After("disabled").IsTrue() &&
		ef.matchChangedAccount(c, n) != resource.Different
}

// recreatesAccount reports whether a change destroys an account and makes one of the
// same email.
func (ef *effects) recreatesAccount(c *plan.Change, n need.Need) bool {
	return c.Replaces() && ef.createsAccount(c, n) && ef.hadAccount(c, n)
}

// hadAccount reports whether a change begins with the account of a need.
func (ef *effects) hadAccount(c *plan.Change, n need.Need) bool {
	return ef.match(resource.Parse(c.EmailBefore()), resource.Parse(n.Principal.Member)) != resource.Different
}

// removesAccount: google_project_default_service_accounts acts on all default
// accounts of its project.
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

// canBe reports whether a value is, or may be, the given one.
func canBe(v plan.Value, want string) bool {
	return v.State == plan.Unknown || v.String() == want || strings.HasSuffix(v.String(), "/"+want)
}

// matchChangedAccount reports whether a change is about the account of a need.
func (ef *effects) matchChangedAccount(c *plan.Change, n need.Need) resource.Match {
	known := resource.Parse(c.AccountEmail())
	if known.IsZero() {
		return resource.MaybeSame
	}
	return ef.match(known, resource.Parse(n.Principal.Member))
}

type effects struct{ *forecast }

// creates reports whether the plan makes a resource, by its relative name: a
// service account, a key ring, a key or a subnetwork.
func (ef *effects) creates(name string) bool {
	n := need.Need{Principal: need.Principal{Member: "serviceAccount:" + name[strings.LastIndex(name, "/")+1:]}}
	if resource.KindOf(name).Collection == resource.ServiceAccounts {
		return len(ef.withKnownTarget(n, ef.changesAffecting(n, ef.createsAccount))) > 0
	}
	return slices.ContainsFunc(ef.plan.Changes, func(c *plan.Change) bool {
		return c.Mode == "managed" && c.Creates() && !c.Deletes() && ef.match(resource.Parse(c.ResourceName()), resource.Parse(name)) == resource.Same
	})
}

func (ef *effects) attaches(c *plan.Change, n need.Need) bool {
	return c.Type == "google_compute_shared_vpc_service_project" && c.Creates() && ef.isAttachment(c.After, n)
}

// detaches: a host project that is none any more has no service projects.
func (ef *effects) detaches(c *plan.Change, n need.Need) bool {
	if c.Type == "google_compute_shared_vpc_host_project" {
		// A new host project has no service projects.
		return c.Deletes() && ef.matchProjectValue(c.Before("project"), n.Expect) != resource.Different
	}
	return c.Type == "google_compute_shared_vpc_service_project" && c.Deletes() && ef.isAttachment(c.Before, n) && !ef.recreatesSame(c, n)
}

// isAttachment reports whether a change is, or may be, about the attachment
// that a need is for.
func (ef *effects) isAttachment(get func(...any) plan.Value, n need.Need) bool {
	return ef.matchProjectValue(get("service_project"), n.Project) != resource.Different && ef.matchProjectValue(get("host_project"), n.Expect) != resource.Different
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

// createsKey: a planned key's name may follow from the plan.
func (ef *effects) createsKey(c *plan.Change, n need.Need) bool {
	return c.Type == "google_kms_crypto_key" && c.Creates() && ef.matchChangedKey(c, n) != resource.Different
}

// matchChangedKey reports whether a change is about the key of a need.
func (ef *effects) matchChangedKey(c *plan.Change, n need.Need) resource.Match {
	name := resource.Parse(c.ResourceName())
	if name.IsZero() {
		return resource.MaybeSame
	}
	return ef.match(name, resource.Parse(n.Resource))
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
		if ef.matchChangeProject(c, n.Project) == resource.Different {
			return false
		}
	case "google_folder_organization_policy", "google_organization_policy":
	default:
		return false
	}
	return canBe(c.Latest(attribute), n.Expect) || c.Deletes() && canBe(c.Before(attribute), n.Expect)
}
