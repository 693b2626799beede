package iam

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// rolesText is generated from a download of the role data set:
//
//	go run ./preflight/iam/internal/genroles -roles FILE -date DATE \
//		-permissions preflight/iam/permissions.txt -out preflight/iam/roles.txt
//
//go:embed roles.txt
var rolesText string

// A Table says which of the permissions that rules need are in which predefined
// roles, as of a date.
type Table struct {
	date        string
	permissions []string
	index       map[string]int    // of permissions
	roles       map[string]string // by role, the indexes of its permissions in base 36
}

// Predefined returns the embedded table. Its data comes from
// https://github.com/darkbitio/gcp-iam-role-permissions
func Predefined() *Table { return predefined() }

var predefined = sync.OnceValue(func() *Table { return parseTable(rolesText) })

// parseTable parses the format that genroles writes: a line with the date, a line
// with the permissions, and for each role a line with the indexes of its
// permissions in base 36.
func parseTable(data string) *Table {
	date, rest, _ := strings.Cut(data, "\n")
	head, rest, _ := strings.Cut(rest, "\n")
	t := &Table{date: date, permissions: strings.Fields(head), index: map[string]int{}, roles: map[string]string{}}
	for i, p := range t.permissions {
		t.index[p] = i
	}
	for line := range strings.Lines(rest) {
		role, indexes, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		t.roles[role] = indexes
	}
	return t
}

// Date returns the date of the data, such as 2026-08-22.
func (t *Table) Date() string { return t.date }

// Has says whether a predefined role has a permission; Unknown for roles and
// permissions that are not in the table.
func (t *Table) Has(role, permission string) Verdict {
	indexes, hasRole := t.roles[role]
	i, hasPermission := t.index[permission]
	if !hasRole || !hasPermission {
		return Unknown
	}
	if slices.Contains(strings.Fields(indexes), strconv.FormatInt(int64(i), 36)) {
		return Yes
	}
	return No
}

// Permissions returns the permissions of a role that are in the table, and whether
// the role is in it.
func (t *Table) Permissions(role string) ([]string, bool) {
	indexes, ok := t.roles[role]
	var out []string
	for _, s := range strings.Fields(indexes) {
		i, err := strconv.ParseInt(s, 36, 32)
		if err == nil && int(i) < len(t.permissions) {
			out = append(out, t.permissions[i])
		}
	}
	return out, ok
}
