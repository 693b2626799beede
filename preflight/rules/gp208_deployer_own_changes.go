package rules

import (
	"cmp"
	"slices"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func deployerOwnChanges() Rule {
	return Rule{
		ID:       "GP208",
		Name:     "deployer-own-changes",
		Title:    "Deployer can make the plan's own IAM, API and service account changes",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			projects := projectsInUse(p)
			var needs []need.Need
			for _, c := range p.Changes {
				project := projectOfChange(c)
				if isAboveProject(changedResource(c)) {
					project = firstProject(p)
				}
				inUse, among := matchProjects(projects, project)
				if c.Mode != "managed" || !inUse {
					continue
				}
				for _, o := range ownChanges() {
					if o.matches(c) {
						n := o.need(c, project)
						n.OnlyIfProjectIn = among
						needs = append(needs, n)
					}
				}
			}
			return needs
		},
	}
}

// projectsInUse returns the projects of clusters and node pools, and of their
// networks, keys and service accounts.
func projectsInUse(p *plan.Plan) map[string]bool {
	out := map[string]bool{}
	for _, t := range targets(p) {
		out[t.project.ID] = true
		if t.cluster != nil {
			out[t.cluster.NetworkProject] = true
		}
		for _, a := range t.accounts {
			out[accountProject(a, t.project.ID)] = true
		}
	}
	forEachKey(p, func(_ target, k plan.Key) { out[plan.ProjectOfName(k.Name)] = true })
	return out
}

// matchProjects reports whether project is, or may be, one of projects. If only
// Google Cloud knows, because one is an ID and the other a number, among holds the
// projects that it may be.
func matchProjects(projects map[string]bool, project string) (inUse bool, among []string) {
	if project == "" || projects[project] {
		return project != "", nil
	}
	for other := range projects {
		if compareProjects(project, other) == resource.MaybeSame {
			among = append(among, other)
		}
	}
	slices.Sort(among)
	return len(among) > 0, among
}

// isAboveProject reports whether a policy belongs to a folder or an organization.
// Such a policy may affect every project.
func isAboveProject(on resource.Name) bool {
	return on.Kind().IsAboveProjects()
}

// firstProject returns the first known project of the clusters. It is usually a
// child of the plan's folders and organization.
func firstProject(p *plan.Plan) string {
	for _, t := range targets(p) {
		if t.project.ID != "" {
			return t.project.ID
		}
	}
	return ""
}

// projectOfChange returns the project of a change. For a policy, it is the project
// of the resource that the policy belongs to.
func projectOfChange(c *plan.Change) string {
	if on := changedResource(c); !on.IsZero() {
		return on.Project().String()
	}
	return c.Project().ID
}

// changedResource returns the resource that c changes: the resource of an allow
// policy, the parent of a custom role, the resource that a deny policy is attached
// to, or a service account.
func changedResource(c *plan.Change) resource.Name {
	return cmp.Or(c.PolicyResource(), resource.Parse(c.RoleParent()), c.DenyPolicyParent(), c.ChangedAccount())
}

// An ownChange is what the deployer requires for one kind of change.
type ownChange struct {
	matches     func(*plan.Change) bool
	service     string
	permissions []string
	role        string
	// severity is a warning if no source documents the permissions of the change.
	// Empty for the severity of the rule.
	severity need.Severity
	// onResource reports that the permissions may be granted on the resource itself.
	onResource bool
	// enables reports that the permission is required only if the API of the
	// change is disabled.
	enables bool
}

// ownChanges returns the table of changes. A change may match several rows. A row
// is an error if the provider always calls the method, and Google documents its
// permission.
// https://docs.cloud.google.com/iam/docs/permissions-reference
// https://github.com/hashicorp/terraform-provider-google/tree/main/google/services/resourcemanager
func ownChanges() []ownChange {
	const iam, crm, su = "iam.googleapis.com", "cloudresourcemanager.googleapis.com", "serviceusage.googleapis.com"
	const account, key, deny = "google_service_account", "google_service_account_key", "google_iam_deny_policy"
	const customRole, roleAbove = "google_project_iam_custom_role", "google_organization_iam_custom_role"
	return []ownChange{
		{matches: isA(customRole, (*plan.Change).Creates), service: iam, permissions: []string{"iam.roles.create"}, role: "roles/iam.roleAdmin", severity: need.Warning},
		{matches: isA(customRole, (*plan.Change).Updates), service: iam, permissions: []string{"iam.roles.update"}, role: "roles/iam.roleAdmin", severity: need.Warning},
		{matches: isA(customRole, (*plan.Change).IsDestroyed), service: iam, permissions: []string{"iam.roles.delete"}, role: "roles/iam.roleAdmin", severity: need.Warning},
		{matches: isA(roleAbove, (*plan.Change).Creates), service: crm, permissions: []string{"iam.roles.create"}, role: "roles/iam.organizationRoleAdmin", severity: need.Warning, onResource: true},
		{matches: isA(roleAbove, (*plan.Change).Updates), service: crm, permissions: []string{"iam.roles.update"}, role: "roles/iam.organizationRoleAdmin", severity: need.Warning, onResource: true},
		{matches: isA(roleAbove, (*plan.Change).IsDestroyed), service: crm, permissions: []string{"iam.roles.delete"}, role: "roles/iam.organizationRoleAdmin", severity: need.Warning, onResource: true},
		ownPolicyChange(resource.Projects, "roles/resourcemanager.projectIamAdmin", ""),
		ownPolicyChange(resource.Folders, "roles/resourcemanager.folderIamAdmin", ""),
		ownPolicyChange(resource.Organizations, "roles/resourcemanager.organizationAdmin", ""),
		ownPolicyChange(resource.Subnetworks, "roles/compute.networkAdmin", ""),
		ownPolicyChange(resource.CryptoKeys, "roles/cloudkms.admin", ""),
		ownPolicyChange(resource.KeyRings, "roles/cloudkms.admin", need.Warning),
		ownPolicyChange(resource.CAPools, "roles/privateca.admin", need.Warning),
		ownPolicyChange(resource.Topics, "roles/pubsub.admin", need.Warning),
		ownPolicyChange(resource.ServiceAccounts, "roles/iam.serviceAccountAdmin", ""),
		// The provider lists the enabled APIs, and enables only missing ones.
		{matches: isA("google_project_service", (*plan.Change).Creates), service: su, permissions: []string{"serviceusage.services.list"}, role: "roles/serviceusage.serviceUsageViewer"},
		{matches: isA("google_project_service", (*plan.Change).Creates), service: su, permissions: []string{"serviceusage.services.enable"}, role: "roles/serviceusage.serviceUsageAdmin", enables: true},
		{matches: isA("google_project_service_identity", (*plan.Change).Creates), service: su, permissions: []string{"serviceusage.services.enable"}, role: "roles/serviceusage.serviceUsageAdmin", severity: need.Warning},
		{matches: isA("google_project_service", disablesService), service: su, permissions: []string{"serviceusage.services.disable"}, role: "roles/serviceusage.serviceUsageAdmin"},
		{matches: isA(account, (*plan.Change).Creates), service: iam, permissions: []string{"iam.serviceAccounts.create"}, role: "roles/iam.serviceAccountAdmin"},
		{matches: isA(account, (*plan.Change).Deletes), service: iam, permissions: []string{"iam.serviceAccounts.delete"}, role: "roles/iam.serviceAccountAdmin", onResource: true},
		{matches: isA(account, changesAny("display_name", "description")), service: iam, permissions: []string{"iam.serviceAccounts.update"}, role: "roles/iam.serviceAccountAdmin", onResource: true},
		{matches: isA(account, setsDisabled(true)), service: iam, permissions: []string{"iam.serviceAccounts.disable"}, role: "roles/iam.serviceAccountAdmin", onResource: true},
		{matches: isA(account, setsDisabled(false)), service: iam, permissions: []string{"iam.serviceAccounts.enable"}, role: "roles/iam.serviceAccountAdmin", onResource: true},
		{matches: isA(key, (*plan.Change).Creates), service: iam, permissions: []string{"iam.serviceAccountKeys.create"}, role: "roles/iam.serviceAccountKeyAdmin", onResource: true},
		{matches: isA(key, (*plan.Change).Deletes), service: iam, permissions: []string{"iam.serviceAccountKeys.delete"}, role: "roles/iam.serviceAccountKeyAdmin", onResource: true},
		// https://docs.cloud.google.com/iam/docs/deny-access#required-roles
		{matches: isA(deny, (*plan.Change).Creates), service: crm, permissions: []string{"iam.denypolicies.create", "iam.denypolicies.get"}, role: "roles/iam.denyAdmin", onResource: true},
		{matches: isA(deny, (*plan.Change).Updates), service: crm, permissions: []string{"iam.denypolicies.get", "iam.denypolicies.update"}, role: "roles/iam.denyAdmin", onResource: true},
		{matches: isA(deny, (*plan.Change).Deletes), service: crm, permissions: []string{"iam.denypolicies.delete"}, role: "roles/iam.denyAdmin", onResource: true},
	}
}

// isA returns a function that reports whether a change has a type and a property.
func isA(typ string, does func(*plan.Change) bool) func(*plan.Change) bool {
	return func(c *plan.Change) bool { return c.Type == typ && does(c) }
}

// changesAny returns a function that reports whether an update changes one of the
// attributes.
func changesAny(attributes ...string) func(*plan.Change) bool {
	return func(c *plan.Change) bool {
		return c.Updates() && slices.ContainsFunc(attributes, func(a string) bool { return changesAttribute(c, a) })
	}
}

// setsDisabled returns a function that reports whether an update changes the
// attribute disabled to a value.
func setsDisabled(to bool) func(*plan.Change) bool {
	return func(c *plan.Change) bool { return changesAny("disabled")(c) && c.After("disabled").IsTrue() == to }
}

// disablesService reports whether c destroys a google_project_service and thereby
// disables the API.
func disablesService(c *plan.Change) bool {
	return c.IsDestroyed() && c.Before("disable_on_destroy").IsTrue()
}

// changesAttribute reports whether the value of an attribute differs, or may
// differ, after apply.
func changesAttribute(c *plan.Change, attribute string) bool {
	before, after := c.Before(attribute), c.After(attribute)
	return after.State == plan.Unknown || before.Raw != after.Raw && (before.String() != after.String() || before.IsTrue() != after.IsTrue())
}

// isWrite reports whether apply creates, updates or destroys the object of c.
func isWrite(c *plan.Change) bool { return c.Creates() || c.Updates() || c.Deletes() }

// ownPolicyChange returns the row of changes to the allow policies of a kind of
// resource. The role contains the permissions that reading and writing require.
func ownPolicyChange(collection, role string, severity need.Severity) ownChange {
	kind := resource.KindNamed(collection)
	return ownChange{
		matches: func(c *plan.Change) bool {
			return isWrite(c) && resource.KindOfPolicyType(c.Type).Collection == collection
		},
		service:     kind.Service + ".googleapis.com",
		permissions: []string{kind.Policy.Get, kind.Policy.Set},
		role:        role,
		severity:    severity,
		onResource:  collection != resource.Projects,
	}
}

// need returns the need of the deployer of c in project.
func (o ownChange) need(c *plan.Change, project string) need.Need {
	n := forDeployer(target{Change: c}.needIn(project, ""), c)
	n.Service = o.service
	n.Permissions = o.permissions
	n.Fix.Role = o.role
	n.Severity = o.severity
	n.ExpectedError = "Error 403: Permission '" + n.Permissions[len(n.Permissions)-1] + "' denied"
	if on := changedResource(c); o.onResource && !on.IsZero() {
		n.Resource = "//" + o.service + "/" + on.Relative()
	}
	if o.enables {
		n.OnlyIfDisabled = []string{c.After("service").String()}
	}
	return n
}
