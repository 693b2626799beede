package plan

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	tfjson "github.com/hashicorp/terraform-json"

	"gke-preflight/preflight/resource"
)

// Read reads the output of terraform show -json for a plan as a stream. It
// skips everything irrelevant, including planned_values and prior_state. Its
// errors are a *FormatError, or those of r.
func Read(r io.Reader, o Options) (*Plan, error) { return read(r, o, maxHeldValue) }

// read implements Read with a limit, in bytes, on the memory for skipped values.
func read(r io.Reader, o Options, limit int64) (*Plan, error) {
	scan := &tokenScan{in: r}
	in := &boundedReader{in: bufio.NewReaderSize(scan, 64<<10), limit: limit}
	if err := checkHead(in.in); err != nil {
		return nil, err
	}
	in.decoder = jsontext.NewDecoder(in)
	d := &document{
		jsonReader:    jsonReader{in.decoder},
		members:       make(map[string]bool),
		decodeOptions: newCompactReader().options(),
		plan: &Plan{
			options:         o,
			references:      references{config: newConfiguration(), variables: make(map[string]variable)},
			projectsByBlock: make(map[string]string),
		},
	}
	if err := d.read(); err != nil {
		return nil, err
	}
	d.plan.ContainsToken = scan.found
	if err := checkProviderKeys(d.plan); err != nil {
		return nil, err
	}
	builder{d.plan}.build()
	return d.plan, nil
}

// A document is a plan that is being read.
type document struct {
	jsonReader
	plan          *Plan
	members       map[string]bool
	errored       bool
	decodeOptions json.Options
}

// read reads the whole document.
func (d *document) read() error {
	if err := d.readObject(d.readMember); err != nil {
		return d.wrapDecodeError(err)
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return notPlanError("trailing data after the plan's JSON")
	}
	return d.validate()
}

// wrapDecodeError converts an error of the decoder into a FormatError.
func (d *document) wrapDecodeError(err error) error {
	var format *FormatError
	if errors.As(err, &format) {
		return format
	}
	return jsonError(err, d.InputOffset())
}

// validate checks that the document is a plan that can be checked.
func (d *document) validate() error {
	if !d.members["resource_changes"] && !d.members["planned_values"] {
		return notPlanError(describeDocument(d.members))
	}
	if err := (&tfjson.Plan{FormatVersion: d.plan.FormatVersion}).Validate(); err != nil {
		return &FormatError{
			Got:  "a plan of an unsupported format version",
			Hint: "hint: gke-preflight supports format versions " + tfjson.PlanFormatVersionConstraints,
			Err:  err,
		}
	}
	if d.errored {
		return &FormatError{
			Got:  "a plan that failed (errored: true): terraform will not apply it, so there is nothing to check",
			Hint: "hint: terraform plan   # shows why it failed",
		}
	}
	return nil
}

// readMember reads a top-level member of the plan.
func (d *document) readMember(name string) error {
	d.members[name] = true
	switch name {
	case "format_version":
		return d.decode(&d.plan.FormatVersion)
	case "terraform_version":
		return d.decode(&d.plan.TerraformVersion)
	case "errored":
		return d.decode(&d.errored)
	case "timestamp":
		return d.timestamp()
	case "complete":
		return d.complete()
	case "deferred_changes":
		return d.deferred()
	case "relevant_attributes":
		return d.decode(&d.plan.config.relevantAttributes)
	case "output_changes":
		return d.readObject(d.outputChange)
	case "variables":
		return d.readObject(d.variable)
	case "resource_changes":
		return d.readArray(d.resourceChange)
	case "configuration":
		r := configurationReader{jsonReader: d.jsonReader, config: d.plan.config, variables: d.plan.variables}
		return d.readObject(r.configurationMember)
	}
	return d.SkipValue()
}

// timestamp reads when the plan was made. An invalid time is ignored.
func (d *document) timestamp() error {
	var text string
	if err := d.decode(&text); err != nil {
		return err
	}
	d.plan.CreatedAt, _ = time.Parse(time.RFC3339, text)
	return nil
}

// complete reads whether the plan is complete.
func (d *document) complete() error {
	var complete bool
	if err := d.decode(&complete); err != nil || complete {
		return err
	}
	d.plan.Notes = append(d.plan.Notes, "the plan is incomplete (-target or deferred changes): changes that it does not contain are not checked")
	return nil
}

// deferred reads the changes that Terraform defers to a later plan. They are
// not among the resource changes, and their results are not known.
// https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
func (d *document) deferred() error {
	n := 0
	err := d.readArray(func() error { n++; return d.deferredChange() })
	if n > 0 {
		d.plan.Notes = append(d.plan.Notes, deferredNote(n, d.plan.Deferred))
	}
	return err
}

// deferredChange reads a deferred change. If its type cannot be read, it may be
// a cluster.
func (d *document) deferredChange() error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	var deferred struct {
		Change struct {
			Address string `json:"address"`
			Type    string `json:"type"`
		} `json:"resource_change"`
	}
	if err := json.Unmarshal(raw, &deferred, jsontext.AllowDuplicateNames(true)); err != nil {
		deferred.Change.Type = ""
	}
	change := deferred.Change
	if change.Type == "" || strings.HasPrefix(change.Type, "google_") {
		d.plan.Deferred = append(d.plan.Deferred, cmp.Or(change.Address, "a resource that the plan does not name"))
	}
	return nil
}

// deferredNote returns a note about n deferred changes, of which the relevant
// ones may concern GKE.
func deferredNote(n int, relevant []string) string {
	changes := "1 change is"
	if n > 1 {
		changes = fmt.Sprintf("%d changes are", n)
	}
	note := changes + " deferred to a later plan and not checked"
	if len(relevant) == 0 {
		return note + ", none of a Google Cloud resource"
	}
	const most = 6
	if more := len(relevant) - most; more > 0 {
		return note + ": " + strings.Join(relevant[:most], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return note + ": " + strings.Join(relevant, ", ")
}

// outputChange records an output of the root module that is only known after
// apply. The value itself is not read.
func (d *document) outputChange(name string) error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	var change struct {
		AfterUnknown flagTree `json:"after_unknown"`
	}
	if err := json.Unmarshal(raw, &change, d.decodeOptions); err != nil || change.AfterUnknown.value != nil {
		d.plan.config.unknownOutputs[name] = true
	}
	return nil
}

// variable reads the value of a root variable.
func (d *document) variable(name string) error {
	var v tfjson.PlanVariable
	if err := d.decode(&v); err != nil {
		return err
	}
	known := d.plan.variables[name]
	d.plan.variables[name] = variable{value: v.Value, known: true, sensitive: known.sensitive}
	return nil
}

// resourceChange reads a resource change.
func (d *document) resourceChange() error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	h, err := readHeader(raw)
	if err != nil {
		return err
	}
	if h.mode == "data" {
		d.plan.config.readDuringApply[h.block()] = true
	}
	if isRelevantType(h.typ) {
		return d.addChange(raw)
	}
	if h.mode == "managed" && !isNoOpChange(raw) {
		d.plan.config.changedBlocks[h.block()] = true
		d.recordUnknown(h.block(), raw)
	}
	d.recordProjectShown(h, raw)
	return nil
}

// recordUnknown records the attributes of an irrelevant change that are only
// known after apply. One that cannot be read has none.
func (d *document) recordUnknown(block string, raw []byte) {
	var rc struct {
		Change struct {
			AfterUnknown flagTree `json:"after_unknown"`
		} `json:"change"`
	}
	if json.Unmarshal(raw, &rc, d.decodeOptions) != nil {
		return
	}
	names := d.plan.config.unknownAttributes[block]
	if names == nil {
		names = map[string]bool{}
		d.plan.config.unknownAttributes[block] = names
	}
	unknown, _ := rc.Change.AfterUnknown.value.(map[string]any)
	for name, mark := range unknown {
		names[name] = names[name] || mark != nil
	}
}

// addChange decodes a relevant resource change in full and adds it to the plan.
func (d *document) addChange(raw []byte) error {
	if len(raw) > maxChange {
		return &FormatError{
			Got:  fmt.Sprintf("a plan with a resource change of %d MiB, more than Google Cloud accepts", len(raw)>>20),
			Hint: "hint: jq '.resource_changes[] | [(tostring | length), .address]' plan.json   # shows which",
		}
	}
	rc, err := decodeChange(raw, d.decodeOptions)
	if err != nil {
		return notPlanError("a plan with a resource change of an unexpected form: " + err.Error())
	}
	c := newChange(rc)
	d.plan.Changes = append(d.plan.Changes, c)
	if project, _ := lookupPath(c.change.After, []any{"project"}); project != nil {
		d.recordProject(c.Block(), project)
	}
	return nil
}

// decodeChange decodes the relevant members of a resource change. Their names
// must match exactly: the tags of terraform-json would accept "Type" for
// "type", and a plan must have only one reading.
func decodeChange(raw []byte, o json.Options) (*tfjson.ResourceChange, error) {
	var rc struct {
		Address         string              `json:"address"`
		PreviousAddress string              `json:"previous_address"`
		ModuleAddress   string              `json:"module_address"`
		Mode            tfjson.ResourceMode `json:"mode"`
		Type            string              `json:"type"`
		Name            string              `json:"name"`
		Deposed         string              `json:"deposed"`
		ProviderName    string              `json:"provider_name"`
		Change          *struct {
			Actions         tfjson.Actions `json:"actions"`
			Before          compactValue   `json:"before"`
			After           compactValue   `json:"after"`
			AfterUnknown    flagTree       `json:"after_unknown"`
			BeforeSensitive flagTree       `json:"before_sensitive"`
			AfterSensitive  flagTree       `json:"after_sensitive"`
			Importing       *struct{}      `json:"importing"`
		} `json:"change"`
	}
	if err := json.Unmarshal(raw, &rc, o); err != nil {
		return nil, err
	}
	if rc.Change == nil || rc.Address == "" || len(rc.Change.Actions) == 0 {
		return nil, errors.New("missing address or actions")
	}
	change := &tfjson.Change{
		Actions: rc.Change.Actions, Before: rc.Change.Before.value, After: rc.Change.After.value, AfterUnknown: rc.Change.AfterUnknown.value,
		BeforeSensitive: rc.Change.BeforeSensitive.value, AfterSensitive: rc.Change.AfterSensitive.value,
	}
	if rc.Change.Importing != nil {
		change.Importing = new(tfjson.Importing)
	}
	return &tfjson.ResourceChange{
		Address: rc.Address, PreviousAddress: rc.PreviousAddress, ModuleAddress: rc.ModuleAddress,
		Mode: rc.Mode, Type: rc.Type, Name: rc.Name, DeposedKey: rc.Deposed, ProviderName: rc.ProviderName, Change: change,
	}, nil
}

// recordProject records the project that a change of a block shows.
func (d *document) recordProject(block string, project any) {
	if id, ok := project.(string); ok && id != "" {
		d.plan.projectsByBlock[block] = id
	}
}

// maxProjectsByBlock limits the memory for plans of any size. All objects of a
// provider show the same default project, so that more of them add nothing.
const maxProjectsByBlock = 10_000

// recordProjectShown records the project that a change of another google type
// shows: it may be the only evidence of the provider's default.
func (d *document) recordProjectShown(h header, raw []byte) {
	if !strings.HasPrefix(h.typ, "google_") || h.mode == "data" {
		return
	}
	block := h.block()
	if len(d.plan.projectsByBlock) >= maxProjectsByBlock || d.plan.projectsByBlock[block] != "" {
		return
	}
	d.recordProject(block, afterProject(raw))
}

// afterProject returns change.after.project of a resource change, or "". The
// change has been read as a value before, so its names are known to be unique.
func afterProject(raw []byte) string {
	// A name may contain escapes.
	if !bytes.Contains(raw, []byte(`"project"`)) && bytes.IndexByte(raw, '\\') < 0 {
		return ""
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw), jsontext.AllowDuplicateNames(true))
	for _, name := range []string{"change", "after", "project"} {
		if !seekMember(dec, name) {
			return ""
		}
	}
	if dec.PeekKind() != '"' {
		return ""
	}
	project, err := dec.ReadToken()
	if err != nil {
		return ""
	}
	return project.String()
}

// isNoOpChange reports whether a resource change that has been read as a value
// before changes nothing.
func isNoOpChange(raw []byte) bool {
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw), jsontext.AllowDuplicateNames(true))
	if !seekMember(dec, "change") || !seekMember(dec, "actions") {
		return false
	}
	actions, err := dec.ReadValue()
	return err == nil && bytes.Contains(actions, []byte(`"no-op"`))
}

// seekMember reads up to the value of a member of the next object, and reports
// whether the object has it.
func seekMember(dec *jsontext.Decoder, member string) bool {
	if dec.PeekKind() != '{' {
		return false
	}
	if _, err := dec.ReadToken(); err != nil {
		return false
	}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return false
		}
		if name.String() == member {
			return true
		}
		if dec.SkipValue() != nil {
			return false
		}
	}
	return false
}

// isRelevantType reports whether changes and blocks of a type are decoded in
// full.
func isRelevantType(typ string) bool {
	if typ == "google_folder" || resource.KindOfPolicyType(typ).HasPolicy() {
		return true
	}
	for _, prefix := range []string{
		"google_container_cluster", "google_container_node_pool",
		"google_project", "google_organization_iam_custom_role", "google_iam_",
		"google_service_account", "google_client_config",
		"google_compute_network", "google_compute_subnetwork", "google_compute_shared_vpc_",
		"google_kms_", "google_privateca_ca_pool", "google_org_policy_policy", "google_organization_policy", "google_folder_organization_policy", "google_tags_", "google_pubsub_topic",
	} {
		if strings.HasPrefix(typ, prefix) {
			return true
		}
	}
	return false
}
