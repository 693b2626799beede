package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"gke-preflight/preflight"
	"gke-preflight/preflight/rules"
)

//go:embed html/page.tmpl
var htmlPage string

//go:embed html/style.css
var htmlStyle string

//go:embed html/script.js
var htmlScript string

// HTML writes a report as one page that needs nothing beside it and asks
// nobody: its policy allows only its own style and script, by their hashes.
// Every string from outside is text in it, with what would act on a terminal
// or reverse the order of characters made visible. The same report gives the
// same bytes.
func HTML(w io.Writer, r *preflight.Report) error {
	t, err := template.New("report").Parse(htmlPage)
	if err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, newPage(r)); err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// A page is what the template shows. Its strings are clean.
type page struct {
	Policy                  string
	Style                   template.CSS
	Script                  template.JS
	Word, Class, Mark, Says string
	Source, Version, Footer string
	Counts                  []htmlCount
	Facts                   []htmlFact
	Matrix                  matrix
	Open                    []htmlFinding
	Folded                  []htmlFold
}

type htmlCount struct {
	N           int
	Word, Class string
}

type htmlFact struct {
	Name   string
	Values []string
}

type htmlFold struct {
	Summary string
	Items   []htmlFinding
}

// An htmlFinding is a finding; one that is folded away has a headline only.
type htmlFinding struct {
	ID, Class, Mark, Label  string
	Outcome, Severity, Rule string
	Headline, Title, URL    string
	Way                     []htmlStep
	Details                 []htmlDetail
	Blocks                  []htmlBlock
}

// An htmlStep is a stop on the way from the plan to the finding.
type htmlStep struct {
	What  string
	Names []string
	Class string
}

type htmlDetail struct {
	Name  string
	Texts []string
}

type htmlBlock struct {
	ID, Name, Text string
	Copy           bool
}

func newPage(r *preflight.Report) page {
	word, says, _ := strings.Cut(verdict(r), "  ")
	p := page{
		Policy: "default-src 'none'; style-src '" + hashOf(htmlStyle) + "'; script-src '" + hashOf(htmlScript) + "'; base-uri 'none'; form-action 'none'",
		Style:  template.CSS(htmlStyle), Script: template.JS(htmlScript),
		Word: word, Class: string(r.Result), Mark: markOf(r.Result, rules.Error),
		Says: Clean(capital(says)), Source: Clean(r.Plan.Source), Version: Clean(r.Tool.Version),
		Footer: Clean(fmt.Sprintf("%d requests to Google Cloud, none of which changed anything.", r.Requests.Total)),
		Counts: htmlCounts(r), Facts: htmlFacts(r),
	}
	findings := worstFirst(r.Findings)
	var skipped, passed []htmlFinding
	for i, f := range append(slices.Clone(findings), passing(r.Findings)...) {
		view := newHTMLFinding(fmt.Sprintf("f%d", i+1), f)
		p.Matrix.add(view, f)
		switch f.Outcome {
		case preflight.Pass:
			passed = append(passed, view)
		case preflight.Skipped:
			skipped = append(skipped, view)
		default:
			p.Open = append(p.Open, view)
		}
	}
	p.Folded = append(foldOf("skipped", skipped), foldOf("passed", passed)...)
	p.Matrix.finish()
	return p
}

func passing(findings []preflight.Finding) []preflight.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f preflight.Finding) bool { return f.Outcome != preflight.Pass })
}

// hashOf is what a policy names an inline style or script by.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func markOf(o preflight.Outcome, s rules.Severity) string {
	switch {
	case o == preflight.Pass:
		return "✓"
	case o == preflight.Skipped:
		return "–"
	case o == preflight.Undetermined:
		return "?"
	case s == rules.Warning:
		return "!"
	case s == rules.Note:
		return "•"
	}
	return "✗"
}

// classOf is how a finding is coloured.
func classOf(f preflight.Finding) string {
	if f.Outcome == preflight.Fail && degree(f.Severity) != rules.Error {
		return string(f.Severity)
	}
	return string(f.Outcome)
}

func htmlCounts(r *preflight.Report) []htmlCount {
	var out []htmlCount
	for _, c := range []htmlCount{
		{r.Summary.Fail, "fail", "fail"}, {r.Summary.Undetermined, "not known", "undetermined"},
		{r.Summary.Pass, "pass", "pass"}, {r.Summary.Skipped, "skipped", "skipped"},
	} {
		if c.N > 0 {
			out = append(out, c)
		}
	}
	return out
}

func htmlFacts(r *preflight.Report) []htmlFact {
	var out []htmlFact
	add := func(name string, values ...string) {
		for i, v := range values {
			values[i] = Clean(v)
		}
		if len(values) > 0 {
			out = append(out, htmlFact{name, values})
		}
	}
	add("plan", planNames(r)...)
	var deployers, projects []string
	for _, d := range r.Deployers {
		deployers = append(deployers, deployer(d))
	}
	for _, p := range r.Projects {
		projects = append(projects, joined(", number ", p.ID, p.Number))
	}
	add("deployer", deployers...)
	add("projects", projects...)
	add("limits", slices.Clone(r.Limits)...)
	return out
}

func newHTMLFinding(id string, f preflight.Finding) htmlFinding {
	v := htmlFinding{
		ID: id, Class: classOf(f), Mark: markOf(f.Outcome, f.Severity), Outcome: string(f.Outcome), Severity: Clean(string(f.Severity)),
		Rule: Clean(f.Rule), Headline: htmlHeadline(f), Title: Clean(f.Title), URL: f.URL,
	}
	v.Label = v.Severity
	if f.Outcome == preflight.Undetermined {
		v.Label = "not known (" + v.Severity + ")"
	}
	if f.Outcome == preflight.Pass || f.Outcome == preflight.Skipped {
		return v
	}
	v.Way = htmlWay(f, v.Class)
	v.Details = htmlDetails(f)
	v.Blocks = htmlBlocks(id, f)
	return v
}

func htmlHeadline(f preflight.Finding) string {
	switch f.Outcome {
	case preflight.Pass:
		return Clean(capital(f.Message))
	case preflight.Undetermined:
		return Clean(f.Title)
	}
	return Clean(statement(f))
}

// htmlWay is the way from the plan to the finding: what in the plan causes it,
// whom it is about, what of whom is in question, and where it was looked for.
func htmlWay(f preflight.Finding, class string) []htmlStep {
	var out []htmlStep
	add := func(what, class string, names ...string) {
		for i, n := range names {
			names[i] = Clean(n)
		}
		if len(names) > 0 && names[0] != "" {
			out = append(out, htmlStep{what, few(names), class})
		}
	}
	add("plan", "", slices.Clone(f.Addresses)...)
	add("attribute", "", f.Attribute)
	if f.Principal != nil {
		add(f.Principal.Kind.InWords(), "", f.Principal.Member)
	}
	if f.Permissions != nil {
		add("permission", "", append(slices.Clone(f.Permissions.Missing), f.Permissions.Undetermined...)...)
	}
	add("taken away by", class, slices.Clone(f.TakenAwayBy)...)
	add("planned by", "", slices.Clone(f.PlannedBy)...)
	add("API", "", serviceOf(f))
	where := "on"
	if f.Outcome == preflight.Fail {
		where = "fails at"
	}
	add(where, class, preflight.InWords(f.Resource))
	return out
}

// serviceOf is the API that a finding is about, where no permission says so.
func serviceOf(f preflight.Finding) string {
	if f.Permissions != nil {
		return ""
	}
	return f.Service
}

func htmlDetails(f preflight.Finding) []htmlDetail {
	var out []htmlDetail
	if f.Reason != "" {
		out = append(out, htmlDetail{"Why", []string{Clean(f.Reason)}})
	}
	var evidence []string
	for _, e := range f.Evidence {
		evidence = append(evidence, Clean(e.Method+": "+e.Detail))
	}
	if len(evidence) > 0 {
		out = append(out, htmlDetail{"What Google Cloud answered", evidence})
	}
	return out
}

func htmlBlocks(id string, f preflight.Finding) []htmlBlock {
	var out []htmlBlock
	add := func(name, text string, copies bool) {
		out = append(out, htmlBlock{ID: fmt.Sprintf("%s-%d", id, len(out)+1), Name: name, Text: cleanLines(text), Copy: copies})
	}
	if f.ExpectedError != "" {
		add("Apply would stop with", f.ExpectedError, false)
	}
	if f.Fix == nil {
		return out
	}
	for _, c := range f.Fix.Commands {
		add("Mend it", c, true)
	}
	if f.Fix.Terraform != "" {
		add("In Terraform", f.Fix.Terraform, true)
	}
	return out
}

// cleanLines cleans each line of a text.
func cleanLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		indent := l[:len(l)-len(strings.TrimLeft(l, " "))]
		lines[i] = indent + Clean(l[len(indent):])
	}
	return strings.Join(lines, "\n")
}

func foldOf(word string, items []htmlFinding) []htmlFold {
	if len(items) == 0 {
		return nil
	}
	return []htmlFold{{fmt.Sprintf("%d %s", len(items), word), items}}
}

// A matrix shows principals against resources.
type matrix struct {
	Columns []string
	Rows    []matrixRow

	cells map[[2]string]*matrixCell
	order []matrixRow
}

type matrixRow struct {
	Kind, Member string
	Cells        []matrixCell
}

// A matrixCell is the worst of the findings about a principal and a resource.
type matrixCell struct {
	Class, Mark, Target, Label string
	N                          int
}

// add counts a finding. The worst come first, so the first decides.
func (m *matrix) add(v htmlFinding, f preflight.Finding) {
	row := matrixRow{Kind: "APIs, and the plan itself"}
	if f.Principal != nil {
		row = matrixRow{Kind: Clean(f.Principal.Kind.InWords()), Member: Clean(strings.TrimPrefix(f.Principal.Member, "serviceAccount:"))}
	}
	column := Clean(preflight.InWords(f.Resource))
	if column == "" {
		column = "this machine"
	}
	if m.cells == nil {
		m.cells = map[[2]string]*matrixCell{}
	}
	name := row.name()
	if !slices.Contains(m.Columns, column) {
		m.Columns = append(m.Columns, column)
	}
	if !slices.ContainsFunc(m.order, func(r matrixRow) bool { return r.name() == name }) {
		m.order = append(m.order, row)
	}
	key := [2]string{name, column}
	if m.cells[key] == nil {
		m.cells[key] = &matrixCell{Class: v.Class, Mark: v.Mark, Target: v.ID, Label: fmt.Sprintf("%s on %s: %s", name, column, v.Outcome)}
	}
	if m.cells[key].Class == v.Class {
		m.cells[key].N++
	}
}

// finish lays the cells out, what is worst first.
func (m *matrix) finish() {
	rows, columns := map[string]int{}, map[string]int{}
	for key, cell := range m.cells {
		rows[key[0]] = max(rows[key[0]], weight(cell.Class))
		columns[key[1]] = max(columns[key[1]], weight(cell.Class))
	}
	slices.SortFunc(m.Columns, func(a, b string) int { return cmp.Or(columns[b]-columns[a], strings.Compare(a, b)) })
	slices.SortFunc(m.order, func(a, b matrixRow) int {
		return cmp.Or(rows[b.name()]-rows[a.name()], strings.Compare(a.name(), b.name()))
	})
	for _, row := range m.order {
		for _, column := range m.Columns {
			cell := m.cells[[2]string{row.name(), column}]
			if cell == nil {
				cell = &matrixCell{}
			}
			row.Cells = append(row.Cells, *cell)
		}
		m.Rows = append(m.Rows, row)
	}
}

func (r matrixRow) name() string { return r.Kind + " " + r.Member }

// weight orders classes, the worst having the most.
func weight(class string) int {
	return slices.Index([]string{"skipped", "pass", "note", "warning", "undetermined", "fail"}, class)
}
