package preflight_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gke-preflight/fixtures/fakegcp"
	"gke-preflight/preflight/finding"
)

// worlds is how many random clouds and plans TestDifferential tries:
// go test ./preflight -run TestDifferential -worlds 20000 -timeout 0
var worlds = flag.Int("worlds", 200, "random clouds and plans, each checked and applied")

// TestDifferential makes random clouds and plans, checks them, and applies them
// step by step on the same cloud, whose own enforcement says whether a step is
// refused. What is not ordered is applied in every order. A pass must go through
// in all of them, unless it says that there may be deny policies that it could
// not read, and there are; a failure must be refused in one.
func TestDifferential(t *testing.T) {
	t.Parallel()
	seen := map[finding.Outcome]int{}
	for _, seed := range worldSeeds(*worlds) {
		w := newWorld(t, rand.New(rand.NewPCG(uint64(seed), 6)))
		r := check(t, w.plan(t), newServer(t, w.edits...))
		refused := w.refusals(t)
		seen[r.Result]++
		if r.Result == finding.Pass && len(refused) > 0 && !w.saysUnread(r) || r.Result == finding.Fail && len(refused) == 0 {
			t.Errorf("world %d: check says %s\napply: %q\ncloud: %q\nplan: %s\nfindings: %q", seed, r.Result, refused, w.edits, w, failing(r))
		}
	}
	t.Logf("%d worlds: %v", *worlds, seen)
	for _, o := range []finding.Outcome{finding.Pass, finding.Fail} {
		if seen[o] < *worlds/6 {
			t.Errorf("only %d of %d are %s: the worlds say too little", seen[o], *worlds, o)
		}
	}
}

// worldSeeds returns the numbers of the first n worlds, and of those beyond that once
// were contradictions.
func worldSeeds(n int) []int {
	out := []int{4315, 5693}
	for seed := range n {
		out = append(out, seed)
	}
	return out
}

// saysUnread reports whether the cloud has a deny policy, and the report says
// that it could not read deny policies.
func (w *world) saysUnread(r *finding.Report) bool {
	return slices.ContainsFunc(w.edits, func(e string) bool { return strings.HasPrefix(e, "deny ") }) &&
		slices.ContainsFunc(r.Limits, func(l string) bool { return strings.Contains(l, "deny policies") })
}

// failing are what fails of a report, in short.
func failing(r *finding.Report) []string {
	var out []string
	for _, f := range r.Findings {
		if f.Outcome == finding.Fail {
			out = append(out, fmt.Sprintf("%s %s %s", f.Rule, f.Severity, f.Message))
		}
	}
	return out
}

// A world is a cloud, and a plan for it: a cluster, and changes that it waits
// for or does not.
type world struct {
	dice *rand.Rand
	// edits are those that apply to cloud, which has them already.
	edits   []string
	cloud   *fakegcp.Cloud
	base    string // the plan that the cluster is from
	cluster fakegcp.Creation
	agent   string // the member that is the GKE service agent
	changes []change
	shape   shape
}

// A change is a resource change beside the cluster, and what it does.
type change struct {
	typ, name string
	action    string
	values    map[string]any
	// awaited reports whether the cluster names it in depends_on.
	awaited bool
	// on is the resource whose permissions it takes; edits are what it does.
	on          string
	permissions []string
	edits       []string
}

const keyRing = "projects/acme-kms/locations/europe-west1/keyRings/gke"

const terraform = "terraform@acme-prod.iam.gserviceaccount.com"

func newWorld(t *testing.T, dice *rand.Rand) *world {
	w := &world{dice: dice, cloud: newCloud(t), base: "minimal", agent: "serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"}
	w.cluster = fakegcp.Creation{Deployer: terraform, Project: "acme-prod", Account: w.pick(nodes, "111111111111-compute@developer.gserviceaccount.com")}
	switch dice.IntN(4) {
	case 0:
		w.base, w.cluster.Account = "cmek", nodes
		w.cluster.SecretsKey, w.cluster.DisksKey = keyRing+"/cryptoKeys/etcd", keyRing+"/cryptoKeys/disks"
		if dice.IntN(2) == 0 {
			w.try("grant projects/acme-kms roles/cloudkms.admin serviceAccount:" + terraform)
		}
	case 1:
		w.base, w.agent = "shared-vpc", "serviceAccount:service-222222222222@container-engine-robot.iam.gserviceaccount.com"
		w.cluster = fakegcp.Creation{
			Deployer: terraform, Project: "acme-service", Account: "gke-nodes@acme-service.iam.gserviceaccount.com",
			Host: "acme-host", Subnetwork: "projects/acme-host/regions/europe-west1/subnetworks/gke",
		}
	}
	w.newShape()
	for range dice.IntN(3) {
		w.spoil()
	}
	for i := range dice.IntN(4) {
		w.changes = append(w.changes, w.respelled(w.newChange(fmt.Sprintf("c%d", i))))
	}
	return w
}

func (w *world) pick(of ...string) string { return of[w.dice.IntN(len(of))] }

func (w *world) project() string { return "projects/" + w.cluster.Project }

func (w *world) number() string {
	return map[string]string{"acme-prod": "111111111111", "acme-service": "222222222222"}[w.cluster.Project]
}

// spoil changes the cloud: something is taken, and sometimes given again in
// another way.
func (w *world) spoil() {
	project, caller, instances := w.project(), "serviceAccount:"+terraform, "serviceAccount:"+w.number()+"@cloudservices.gserviceaccount.com"
	org := "organizations/100000000000"
	again := func(where, role, member string) {
		condition := w.pick("", "", ` request.time < timestamp("2040-01-01T00:00:00Z")`, ` request.time < timestamp("2020-01-01T00:00:00Z")`)
		verb := "grant "
		if condition != "" {
			verb = "grant-if "
		}
		w.try(verb + where + " " + role + " " + member + condition)
	}
	switch w.dice.IntN(14) {
	case 0:
		w.try("revoke " + project + " roles/container.serviceAgent " + w.agent)
	case 1:
		w.try("revoke " + project + " roles/container.serviceAgent " + w.agent)
		again(w.pick(project, "folders/444444444444", org), w.pick("roles/container.serviceAgent", "roles/editor", "roles/compute.viewer"), w.agent)
	case 2:
		w.try("revoke " + project + " roles/container.serviceAgent " + w.agent)
		w.try("role " + project + "/roles/agent " + w.pick("compute.regions.get", "compute.regions.get,compute.networks.get,compute.instanceGroupManagers.create"))
		again(project, project+"/roles/agent", w.agent)
	case 3:
		w.try("disable-api " + w.cluster.Project + " " + w.pick("container.googleapis.com", "compute.googleapis.com"))
	case 4:
		w.try(w.pick("disable-account ", "delete-account ") + w.cluster.Account)
	case 5:
		w.try("revoke " + org + " roles/container.clusterAdmin " + caller)
		again(w.pick(project, "folders/444444444444"), w.pick("roles/container.admin", "roles/container.viewer", "roles/container.clusterAdmin"), caller)
	case 6:
		w.try("revoke " + org + " roles/iam.serviceAccountUser " + caller)
		again(w.pick(project, "serviceAccounts/"+w.cluster.Account, "serviceAccounts/gke-nodes@acme-dev.iam.gserviceaccount.com"), "roles/iam.serviceAccountUser", caller)
	case 7:
		w.try("revoke " + project + " roles/compute.instanceGroupManagerServiceAgent " + instances)
		again(project, w.pick("roles/editor", "roles/compute.viewer", "roles/compute.instanceGroupManagerServiceAgent"), instances)
	case 8:
		w.try("deny " + w.pick(project, org) + " guard " + w.pick("principalSet://goog/public:all", "principal://iam.googleapis.com/projects/-/serviceAccounts/"+terraform, "principal://iam.googleapis.com/projects/-/serviceAccounts/"+strings.TrimPrefix(w.agent, "serviceAccount:")) +
			" " + w.pick("container.googleapis.com/clusters.create", "compute.googleapis.com/instanceGroupManagers.create", "compute.googleapis.com/instanceGroupManagers.*", "iam.googleapis.com/serviceAccounts.actAs"))
	case 9:
		w.try("revoke " + org + " " + w.pick("roles/iam.securityReviewer", "roles/browser", "roles/iam.denyReviewer", "roles/resourcemanager.projectIamAdmin") + " " + caller)
	case 10:
		w.try("revoke projects/acme-host roles/container.hostServiceAgentUser " + w.agent)
		w.try("disable-api acme-host " + w.pick("container.googleapis.com", "compute.googleapis.com"))
	case 11:
		w.try("member g@acme.example " + w.agent)
		w.try("revoke " + project + " roles/container.serviceAgent " + w.agent)
		again(project, "roles/container.serviceAgent", "group:g@acme.example")
	case 12:
		member := w.pick(w.agent, instances)
		w.try("revoke projects/acme-host roles/compute.networkUser " + member)
		w.try("revoke " + w.cluster.Subnetwork + " roles/compute.networkUser " + member)
		if w.cluster.Subnetwork != "" {
			again(w.pick(w.cluster.Subnetwork, "projects/acme-host"), w.pick("roles/compute.networkUser", "roles/compute.networkViewer"), member)
		}
	case 13:
		member := w.pick(w.agent, "serviceAccount:service-"+w.number()+"@compute-system.iam.gserviceaccount.com")
		w.try("revoke projects/acme-kms roles/cloudkms.cryptoKeyEncrypterDecrypter " + member)
		again(w.pick("projects/acme-kms", keyRing, keyRing+"/cryptoKeys/etcd", keyRing+"/cryptoKeys/disks"),
			w.pick("roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/cloudkms.cryptoKeyEncrypter"), member)
	}
}

// try edits the cloud, unless that is so already or cannot be.
func (w *world) try(edit string) {
	if w.cloud.Edit(edit) == nil {
		w.edits = append(w.edits, edit)
	}
}

// newChange is a random change that may bear on the cluster.
func (w *world) newChange(name string) change {
	project := w.project()
	set := []string{"resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"}
	c := change{name: name, action: "create", awaited: w.dice.IntN(2) == 0, on: project, permissions: set}
	role := w.pick("roles/container.serviceAgent", "roles/container.serviceAgent", "roles/compute.viewer")
	if w.dice.IntN(4) == 0 && !slices.ContainsFunc(w.changes, func(c change) bool { return c.typ == "google_project_service" }) {
		return w.newService(c)
	}
	switch w.dice.IntN(9) {
	case 0:
		return c.binds(w.cluster.Project, role, w.agent)
	case 1:
		return c.unbinds(w.cluster.Project, role, w.agent)
	case 2:
		c.typ = "google_project_iam_binding"
		member := w.pick(w.agent, "user:alice@acme.example")
		c.values = map[string]any{"project": w.cluster.Project, "role": role, "members": []any{member}}
		c.edits = []string{"revoke-plain " + project + " " + role + " " + w.agent, "revoke-plain " + project + " " + role + " group:g@acme.example", "grant " + project + " " + role + " " + member}
	case 3:
		return w.newGrant(c)
	case 4:
		return w.newAccountGrant(c)
	case 5:
		return w.newDeny(c)
	case 6:
		return w.newDisabling(c)
	case 7:
		return w.newHostGrant(c)
	case 8:
		return w.newKeyGrant(c)
	}
	return c
}

// binds makes a binding of a project.
func (c change) binds(project, role, member string) change {
	c.typ = "google_project_iam_member"
	c.values = map[string]any{"project": project, "role": role, "member": member}
	c.edits = []string{"grant projects/" + project + " " + role + " " + member}
	return c
}

// unbinds takes a binding away.
func (c change) unbinds(project, role, member string) change {
	c = c.binds(project, role, member)
	c.action, c.awaited = "delete", false
	c.edits = []string{"revoke-plain projects/" + project + " " + role + " " + member}
	return c
}

// newGrant is about others than GKE's agent: who deploys, and who makes VMs.
func (w *world) newGrant(c change) change {
	caller, instances := "serviceAccount:"+terraform, "serviceAccount:"+w.number()+"@cloudservices.gserviceaccount.com"
	grant := [][2]string{
		{"roles/container.admin", caller}, {"roles/container.clusterAdmin", caller}, {"roles/iam.serviceAccountUser", caller},
		{"roles/compute.instanceGroupManagerServiceAgent", instances}, {"roles/editor", instances},
	}[w.dice.IntN(5)]
	if w.dice.IntN(3) == 0 {
		return c.unbinds(w.cluster.Project, grant[0], grant[1])
	}
	return c.binds(w.cluster.Project, grant[0], grant[1])
}

// newAccountGrant lets the deployer act as the nodes' account, or no longer.
func (w *world) newAccountGrant(c change) change {
	const role = "roles/iam.serviceAccountUser"
	on := "serviceAccounts/" + w.cluster.Account
	c.typ, c.on = "google_service_account_iam_member", on
	c.permissions = []string{"iam.serviceAccounts.getIamPolicy", "iam.serviceAccounts.setIamPolicy"}
	c.values = map[string]any{"service_account_id": w.project() + "/" + on, "role": role, "member": "serviceAccount:" + terraform}
	c.edits = []string{"grant " + on + " " + role + " serviceAccount:" + terraform}
	if w.dice.IntN(3) == 0 {
		c.action, c.awaited = "delete", false
		c.edits = []string{"revoke-plain " + on + " " + role + " serviceAccount:" + terraform}
	}
	return c
}

// newHostGrant lets an agent into the host project or its subnetwork, or out.
func (w *world) newHostGrant(c change) change {
	if w.cluster.Host == "" {
		return w.newGrant(c)
	}
	c.on = "projects/" + w.cluster.Host
	if w.dice.IntN(3) == 0 {
		return c.binds(w.cluster.Host, "roles/container.hostServiceAgentUser", w.agent)
	}
	member, role := w.pick(w.agent, "serviceAccount:"+w.number()+"@cloudservices.gserviceaccount.com"), "roles/compute.networkUser"
	if w.dice.IntN(3) == 0 {
		return c.unbinds(w.cluster.Host, role, member)
	}
	c.typ, c.on = "google_compute_subnetwork_iam_member", w.cluster.Subnetwork
	c.permissions = []string{"compute.subnetworks.getIamPolicy", "compute.subnetworks.setIamPolicy"}
	c.values = map[string]any{"project": w.cluster.Host, "region": "europe-west1", "subnetwork": "gke", "role": role, "member": member}
	verb := "grant "
	if w.dice.IntN(3) == 0 {
		c.action, c.awaited, verb = "delete", false, "revoke-plain "
	}
	c.edits = []string{verb + c.on + " " + role + " " + member}
	return c
}

// newKeyGrant lets an agent use a key, or no longer.
func (w *world) newKeyGrant(c change) change {
	const role = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
	if w.cluster.DisksKey == "" {
		return w.newGrant(c)
	}
	key, member := w.cluster.SecretsKey, w.agent
	if w.dice.IntN(2) == 0 {
		key, member = w.cluster.DisksKey, "serviceAccount:service-"+w.number()+"@compute-system.iam.gserviceaccount.com"
	}
	c.typ, c.on = "google_kms_crypto_key_iam_member", key
	c.permissions = []string{"cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeys.setIamPolicy"}
	c.values = map[string]any{"crypto_key_id": key, "role": role, "member": member}
	verb := "grant "
	if w.dice.IntN(3) == 0 {
		c.action, c.awaited, verb = "delete", false, "revoke-plain "
	}
	c.edits = []string{verb + key + " " + role + " " + member}
	return c
}

// newDeny makes a deny policy. What that takes is not checked, so everybody may
// here.
func (w *world) newDeny(c change) change {
	permission := w.pick("container.googleapis.com/clusters.create", "compute.googleapis.com/instanceGroupManagers.create", "iam.googleapis.com/serviceAccounts.actAs", "storage.googleapis.com/buckets.create")
	who := w.pick("principalSet://goog/public:all", "principal://iam.googleapis.com/projects/-/serviceAccounts/"+terraform, "principal://iam.googleapis.com/projects/-/serviceAccounts/"+strings.TrimPrefix(w.agent, "serviceAccount:"))
	c.typ, c.permissions = "google_iam_deny_policy", nil
	c.values = map[string]any{
		"parent": "cloudresourcemanager.googleapis.com%2Fprojects%2F" + w.cluster.Project, "name": c.name,
		"rules": []any{map[string]any{"deny_rule": []any{map[string]any{"denied_principals": []any{who}, "denied_permissions": []any{permission}}}}},
	}
	c.edits = []string{"deny " + w.project() + " " + c.name + " " + who + " " + permission}
	return c
}

// newDisabling disables the nodes' account, which is one of the plan's.
func (w *world) newDisabling(c change) change {
	name, home, _ := strings.Cut(w.cluster.Account, "@")
	if !strings.HasSuffix(home, ".iam.gserviceaccount.com") {
		return w.newAccountGrant(c)
	}
	c.typ, c.action, c.on, c.permissions = "google_service_account", "update", "serviceAccounts/"+w.cluster.Account, []string{"iam.serviceAccounts.disable"}
	c.values = map[string]any{"account_id": name, "email": w.cluster.Account, "project": w.cluster.Project, "disabled": true}
	c.edits = []string{"disable-account " + w.cluster.Account}
	return c
}

// newService turns an API on or off. Turning GKE's on turns on Compute Engine's
// and makes its agent, with its role.
// https://docs.cloud.google.com/iam/docs/service-agents
func (w *world) newService(c change) change {
	c.typ = "google_project_service"
	api := w.pick("container.googleapis.com", "compute.googleapis.com")
	c.values = map[string]any{"project": w.cluster.Project, "service": api, "disable_on_destroy": true}
	c.permissions, c.edits = []string{"serviceusage.services.enable"}, []string{"enable-api " + w.cluster.Project + " " + api}
	if api == "container.googleapis.com" {
		c.edits = append(c.edits, "enable-api "+w.cluster.Project+" compute.googleapis.com")
	}
	if slices.Contains(w.edits, "disable-api "+w.cluster.Project+" container.googleapis.com") && api == "container.googleapis.com" {
		c.edits = append(c.edits, "grant "+w.project()+" roles/container.serviceAgent "+w.agent)
	}
	if w.dice.IntN(4) == 0 {
		c.action, c.awaited = "delete", false
		c.permissions, c.edits = []string{"serviceusage.services.disable"}, []string{"disable-api " + w.cluster.Project + " " + api}
	}
	return c
}

// plan is the world's plan: the cluster as the provider plans it, and the
// changes.
func (w *world) plan(t *testing.T) []byte {
	t.Helper()
	type object = map[string]any
	var doc object
	if err := json.Unmarshal(w.basePlan(t), &doc); err != nil {
		t.Fatal(err)
	}
	is := func(v any) bool { return !strings.HasPrefix(v.(object)["type"].(string), "google_container_") }
	root := doc["configuration"].(object)["root_module"].(object)
	if w.base == "minimal" && w.cluster.Account == nodes {
		change := doc["resource_changes"].([]any)[0].(object)["change"].(object)
		change["after"].(object)["node_config"] = []any{object{"service_account": nodes}}
		delete(change["after_unknown"].(object), "node_config")
	}
	changes, blocks := slices.DeleteFunc(doc["resource_changes"].([]any), is), slices.DeleteFunc(root["resources"].([]any), is)
	var awaited []any
	for _, c := range w.changes {
		resource := func() object {
			return object{"address": c.typ + "." + c.name, "mode": "managed", "type": c.typ, "name": c.name}
		}
		planned, before, after := resource(), any(nil), any(c.values)
		if c.action == "update" {
			before = withFalse(c.values)
		}
		if c.action == "delete" {
			before, after = c.values, nil
		} else {
			block := resource()
			block["provider_config_key"], block["expressions"] = "google", constants(c.values)
			blocks = append(blocks, block)
		}
		planned["change"] = object{"actions": []any{c.action}, "before": before, "after": after, "after_unknown": object{}}
		changes = append(changes, planned)
		if c.awaited {
			awaited = append(awaited, c.typ+"."+c.name)
		}
	}
	made := ofType(blocks, w.madeType())
	delete(made, "depends_on")
	if len(awaited) > 0 {
		made["depends_on"] = awaited
	}
	changes, blocks = w.shaped(ofType(changes, w.madeType()), made, changes, blocks)
	doc["resource_changes"], root["resources"] = changes, blocks
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// constants are values as a configuration gives them.
func constants(values map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range values {
		out[name] = map[string]any{"constant_value": v}
	}
	return out
}

// withFalse are values of which those that are true were false.
func withFalse(values map[string]any) map[string]any {
	before := maps.Clone(values)
	for name, v := range before {
		if v == true {
			before[name] = false
		}
	}
	return before
}

// String is the world's plan in short.
func (w *world) String() string {
	out := w.cluster.Project + w.shape.String()
	for _, c := range w.changes {
		out += fmt.Sprintf("; %s %s %v awaited %t", c.action, c.typ, c.values, c.awaited)
	}
	return out
}

// refusals applies the plan in every order that its dependencies allow, each on
// the cloud as it was, and says what is refused.
func (w *world) refusals(t *testing.T) []string {
	var out []string
	for _, order := range orders(len(w.changes)) {
		first := 0 // turn of the cluster
		for i, c := range order {
			if w.changes[c].awaited {
				first = i + 1
			}
		}
		for turn := first; turn <= len(order); turn++ {
			if err := w.apply(newServer(t, w.edits...), order, turn); err != nil && !slices.Contains(out, err.Error()) {
				out = append(out, err.Error())
			}
		}
	}
	return out
}

// orders are those of the numbers below n.
func orders(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, shorter := range orders(n - 1) {
		for at := range n {
			out = append(out, slices.Insert(slices.Clone(shorter), at, n-1))
		}
	}
	return out
}

// apply makes the changes in an order, and the cluster before the one at its
// turn. What is refused ends it.
func (w *world) apply(server *fakegcp.Server, order []int, turn int) error {
	for i := range len(order) + 1 {
		if i == turn {
			if err := w.make(server); err != nil {
				return err
			}
		}
		if i == len(order) {
			break
		}
		c := w.changes[order[i]]
		if err := server.Change(terraform, c.on, c.permissions, c.edits...); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}
