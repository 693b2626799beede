package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
	"gke-preflight/preflight/term"
)

// A matrix is a table of principals and resources, grouped by project.
type matrix struct {
	Groups []matrixGroup
	Rows   []matrixRow

	cells map[[2]string]*matrixCell
	order []matrixRow
}

// A matrixGroup is a project and its columns, or the columns outside of any project.
type matrixGroup struct {
	Name    string
	Columns []matrixColumn
	weight  int
}

// A matrixColumn is a resource.
type matrixColumn struct {
	// Name is short, without the project of the group; Full is complete.
	Name, Full string
	key        string
	weight     int
}

type matrixRow struct {
	Kind, Member string
	Cells        []matrixCell
}

// A matrixCell is the worst of the findings about a principal and a resource.
type matrixCell struct {
	Class, Mark, Target, Label string
	N                          int
	// First reports whether the cell is the first of its group of columns.
	First bool
}

// projectNames returns the IDs of the projects of a report by number.
func projectNames(r *finding.Report) map[string]string {
	out := map[string]string{}
	for _, p := range r.Projects {
		if p.Number != "" {
			out[p.Number] = p.ID
		}
	}
	return out
}

// matrixPosition returns the group and the column of a resource.
func matrixPosition(name string, projects map[string]string) (group string, column matrixColumn) {
	full := resource.Describe(name)
	if full == "" {
		return "no project", matrixColumn{Name: "this machine", Full: "this machine"}
	}
	_, rest, found := strings.Cut("/"+strings.TrimPrefix(name, "//"), "/projects/")
	id, below, _ := strings.Cut(rest, "/")
	if !found || id == "" || id == "-" {
		return "no project", matrixColumn{Name: term.Clean(full), Full: term.Clean(full)}
	}
	name = strings.TrimSuffix(full, " of project "+id)
	if account, ok := strings.CutPrefix(name, "service account "); ok {
		local, _, _ := strings.Cut(account, "@")
		name = "account " + local
	}
	if below == "" {
		name = "project"
	}
	if known := projects[id]; known != "" {
		id = known
	}
	return term.Clean("project " + id), matrixColumn{Name: term.Clean(name), Full: term.Clean(full)}
}

// add counts a finding. Findings come most severe first, so the first of a cell
// decides its class.
func (m *matrix) add(v htmlFinding, f finding.Finding, projects map[string]string) {
	row := matrixRow{Kind: "APIs and plan"}
	if f.Principal != nil {
		row = matrixRow{Kind: term.Clean(f.Principal.Kind.InWords()), Member: term.Clean(strings.TrimPrefix(f.Principal.Member, "serviceAccount:"))}
	}
	group, column := matrixPosition(f.Resource, projects)
	at := m.column(group, column)
	if m.cells == nil {
		m.cells = map[[2]string]*matrixCell{}
	}
	name := row.name()
	if !slices.ContainsFunc(m.order, func(r matrixRow) bool { return r.name() == name }) {
		m.order = append(m.order, row)
	}
	key := [2]string{name, at}
	if m.cells[key] == nil {
		m.cells[key] = &matrixCell{Class: v.Class, Mark: v.Mark, Target: v.ID, Label: fmt.Sprintf("%s, %s, %s: %s", name, group, column.Full, outcomeText(f))}
	}
	if m.cells[key].Class == v.Class {
		m.cells[key].N++
	}
}

// outcomeText returns the outcome of a finding, and its severity if that is lower
// than error.
func outcomeText(f finding.Finding) string {
	if f.Outcome == finding.Fail && f.Severity != need.Error {
		return "fails (" + term.Clean(string(f.Severity)) + ")"
	}
	return string(f.Outcome)
}

// column adds a column unless it exists, and returns its key.
func (m *matrix) column(group string, c matrixColumn) string {
	c.key = group + " " + c.Full
	g := slices.IndexFunc(m.Groups, func(g matrixGroup) bool { return g.Name == group })
	if g < 0 {
		g, m.Groups = len(m.Groups), append(m.Groups, matrixGroup{Name: group})
	}
	if !slices.ContainsFunc(m.Groups[g].Columns, func(other matrixColumn) bool { return other.key == c.key }) {
		m.Groups[g].Columns = append(m.Groups[g].Columns, c)
	}
	return c.key
}

// finish arranges rows, groups and columns, the most severe first.
func (m *matrix) finish() {
	rows, columns := map[string]int{}, map[string]int{}
	for key, cell := range m.cells {
		rows[key[0]] = max(rows[key[0]], weight(cell.Class))
		columns[key[1]] = max(columns[key[1]], weight(cell.Class))
	}
	m.sortColumns(columns)
	slices.SortFunc(m.order, func(a, b matrixRow) int {
		return cmp.Or(rows[b.name()]-rows[a.name()], m.first(a)-m.first(b), strings.Compare(a.name(), b.name()))
	})
	for _, row := range m.order {
		for _, g := range m.Groups {
			for i, column := range g.Columns {
				cell := matrixCell{}
				if found := m.cells[[2]string{row.name(), column.key}]; found != nil {
					cell = *found
				}
				cell.First = i == 0
				row.Cells = append(row.Cells, cell)
			}
		}
		m.Rows = append(m.Rows, row)
	}
}

// sortColumns sorts groups, and the columns of each, by severity.
func (m *matrix) sortColumns(weights map[string]int) {
	for g := range m.Groups {
		columns := m.Groups[g].Columns
		for i := range columns {
			columns[i].weight = weights[columns[i].key]
			m.Groups[g].weight = max(m.Groups[g].weight, columns[i].weight)
		}
		slices.SortFunc(columns, func(a, b matrixColumn) int {
			return cmp.Or(b.weight-a.weight, strings.Compare(a.Name, b.Name))
		})
	}
	slices.SortFunc(m.Groups, func(a, b matrixGroup) int {
		return cmp.Or(b.weight-a.weight, strings.Compare(a.Name, b.Name))
	})
}

// first returns the index of the first group in which a row has a cell.
func (m *matrix) first(r matrixRow) int {
	return slices.IndexFunc(m.Groups, func(g matrixGroup) bool {
		return slices.ContainsFunc(g.Columns, func(c matrixColumn) bool { return m.cells[[2]string{r.name(), c.key}] != nil })
	})
}

func (r matrixRow) name() string { return r.Kind + " " + r.Member }

// weight returns how severe a class is; higher is worse.
func weight(class string) int {
	return slices.Index([]string{"skipped", "pass", "note", "warning", "undetermined", "fail"}, class)
}
