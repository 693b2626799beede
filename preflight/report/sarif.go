package report

import (
	"io"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/rules"
	"gke-preflight/preflight/term"
)

// sarifSchema is the URL of the schema of SARIF 2.1.0.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// sarifRoot is the base ID of the working directory.
const sarifRoot = "%SRCROOT%"

// SARIFOptions say how SARIF is written.
type SARIFOptions struct {
	// Dir is the working directory, which absolute paths inside of it are made
	// relative to; may be empty.
	Dir string
}

// The parts of SARIF 2.1.0 that SARIF writes.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool                `json:"tool"`
		Invocations []sarifInvocation        `json:"invocations"`
		Bases       map[string]sarifArtifact `json:"originalUriBaseIds"`
		Results     []sarifResult            `json:"results"`
		Properties  map[string]any           `json:"properties"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string             `json:"id"`
		Name             string             `json:"name,omitempty"`
		ShortDescription *sarifMessage      `json:"shortDescription,omitempty"`
		Help             *sarifMessage      `json:"help,omitempty"`
		HelpURI          string             `json:"helpUri,omitempty"`
		Default          sarifConfiguration `json:"defaultConfiguration"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifMessage struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string       `json:"level"`
		Message sarifMessage `json:"message"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Kind         string            `json:"kind"`
		Level        string            `json:"level"`
		Message      sarifMessage      `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Properties   map[string]any    `json:"properties"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI         string        `json:"uri,omitempty"`
		Base        string        `json:"uriBaseId,omitempty"`
		Description *sarifMessage `json:"description,omitempty"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
)

// SARIF writes a report as SARIF 2.1.0: one run, with a result for each finding that
// does not pass. A failure has the kind fail, an undetermined or skipped finding the
// kind open. The standard asks for the level none for all kinds but fail, but GitHub
// and other viewers hide such results, and a hidden one reads as a pass. So results of
// kind open have a level too, one below that of a failure.
func SARIF(w io.Writer, r *finding.Report, o SARIFOptions) error {
	rules, index := sarifRules(r.Findings)
	results := []sarifResult{}
	for _, f := range worstFirst(r.Findings) {
		result := sarifOf(f, sarifLocations(f, r, o))
		result.RuleIndex = index[f.Rule]
		results = append(results, result)
	}
	return encode(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{{
		Tool: sarifTool{sarifDriver{
			Name: "gke-preflight", Version: term.Clean(r.Tool.Version), InformationURI: "https://github.com/OWNER/gke-preflight", Rules: rules,
		}},
		Invocations: []sarifInvocation{{Successful: true, Notifications: sarifNotifications(append(slices.Clone(r.Notices), otherLimits(r)...))}},
		Bases:       map[string]sarifArtifact{sarifRoot: {Description: &sarifMessage{Text: "the working directory of gke-preflight"}}},
		Results:     results,
		Properties:  map[string]any{"result": term.Clean(string(r.Result)), "summary": r.Summary},
	}}})
}

// sarifRules returns the rules of the findings, and the index of each by ID.
func sarifRules(findings []finding.Finding) ([]sarifRule, map[string]int) {
	pages := map[string]rules.Rule{}
	for _, r := range rules.All() {
		pages[r.ID] = r
	}
	out, index := []sarifRule{}, map[string]int{}
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, func(a, b finding.Finding) int { return strings.Compare(a.Rule, b.Rule) })
	for _, f := range sorted {
		if _, known := index[f.Rule]; known {
			continue
		}
		index[f.Rule] = len(out)
		out = append(out, sarifRuleOf(f, pages))
	}
	return out, index
}

func sarifRuleOf(f finding.Finding, known map[string]rules.Rule) sarifRule {
	rule, found := known[f.Rule]
	if !found {
		return sarifRule{ID: term.Clean(f.Rule), Name: term.Clean(f.Name), ShortDescription: sarifText(f.Title), Default: sarifConfiguration{string(severityOf(f.Severity))}}
	}
	return sarifRule{
		ID: rule.ID, Name: rule.Name, ShortDescription: sarifText(rule.Title),
		Help: &sarifMessage{Text: rule.Page(), Markdown: rule.Page()}, HelpURI: rule.URL(),
		Default: sarifConfiguration{string(rule.Severity)},
	}
}

func sarifText(s string) *sarifMessage {
	if s == "" {
		return nil
	}
	return &sarifMessage{Text: escapeLinks(term.Clean(s))}
}

func sarifNotifications(limits []string) []sarifNotification {
	var out []sarifNotification
	for _, l := range limits {
		out = append(out, sarifNotification{"note", sarifMessage{Text: escapeLinks(term.Clean(l))}})
	}
	return out
}

func sarifOf(f finding.Finding, locations []sarifLocation) sarifResult {
	kind, level := sarifKind(f)
	return sarifResult{
		RuleID: term.Clean(f.Rule), Kind: kind, Level: level,
		Message:      sarifMessage{Text: escapeLinks(annotationText(f))},
		Locations:    locations,
		Fingerprints: map[string]string{"gkePreflight/v1": fingerprint(f)},
		Properties:   sarifProperties(f),
	}
}

// sarifKind returns the kind and the level of a finding that does not pass.
func sarifKind(f finding.Finding) (kind, level string) {
	switch {
	case f.Outcome == finding.Fail:
		return "fail", string(severityOf(f.Severity))
	case f.Outcome != finding.Skipped && severityOf(f.Severity) == need.Error:
		return "open", string(need.Warning)
	}
	return "open", string(need.Note)
}

// escapeLinks breaks embedded links, so that no name becomes a link. See SARIF 2.1.0,
// 3.11.6.
func escapeLinks(s string) string { return strings.ReplaceAll(s, "](", "] (") }

func sarifProperties(f finding.Finding) map[string]any {
	out := map[string]any{"outcome": term.Clean(string(f.Outcome)), "severity": term.Clean(string(f.Severity))}
	set := func(name, value string) {
		if value != "" {
			out[name] = term.Clean(value)
		}
	}
	set("plan", f.Plan)
	set("attribute", f.Attribute)
	set("resource", f.Resource)
	set("service", f.Service)
	if f.Principal != nil {
		set("principal", f.Principal.Member)
	}
	if f.Permissions != nil {
		set("missing", strings.Join(f.Permissions.Missing, ", "))
		set("undetermined", strings.Join(f.Permissions.Undetermined, ", "))
	}
	return out
}

// sarifMaxLocations is how many locations of a result GitHub shows. It rejects a file
// with a thousand or more.
// https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit
const sarifMaxLocations = 100

// sarifLocations returns the locations of a finding in the configuration, or the plan
// file if they are unknown: GitHub does not show results without a location.
func sarifLocations(f finding.Finding, r *finding.Report, o SARIFOptions) []sarifLocation {
	var out []sarifLocation
	found := locationsOf(f, r)
	for _, l := range found[:min(len(found), sarifMaxLocations)] {
		out = append(out, sarifLocation{Physical: sarifPhysical{sarifArtifactOf(l.File, o.Dir), sarifRegion{max(l.Line, 1)}}})
	}
	for _, a := range f.Addresses {
		out[0].Logical = append(out[0].Logical, sarifLogical{term.Clean(a), "resource"})
	}
	return out
}

// locationsOf returns the locations of a finding, or the plan file if there are none.
func locationsOf(f finding.Finding, r *finding.Report) []finding.Location {
	if len(f.Locations) > 0 {
		return f.Locations
	}
	source := f.Plan
	if source == "" {
		source = r.Plan.Source
	}
	if source == "" || source == "-" {
		source = "stdin"
	}
	return []finding.Location{{File: source, Line: 1}}
}

// sarifArtifactOf returns the location of a file as a URI.
func sarifArtifactOf(file, dir string) sarifArtifact {
	if filepath.IsAbs(file) && dir != "" {
		if relative, err := filepath.Rel(dir, file); err == nil && filepath.IsLocal(relative) {
			file = relative
		}
	}
	file = filepath.ToSlash(file)
	if path.IsAbs(file) || filepath.IsAbs(file) {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: "/" + strings.TrimLeft(file, "/")}).String()}
	}
	return sarifArtifact{URI: (&url.URL{Path: file}).String(), Base: sarifRoot}
}
