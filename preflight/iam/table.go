package iam

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// embedded is made from a download of the role data set:
//
//	go run ./preflight/iam/internal/genroles -roles FILE -date DAY //		-permissions preflight/iam/permissions.txt -out preflight/iam/roles.txt
//
//go:embed roles.txt
var embedded string

// A Table is what predefined roles contain of the permissions that rules ask
// for, as of a day.
type Table struct {
	date        string
	permissions []string
	index       map[string]int
	roles       map[string]string
}

// Predefined is the embedded table. Its data is that of
// https://github.com/darkbitio/gcp-iam-role-permissions
func Predefined() *Table { return predefined() }

var predefined = sync.OnceValue(func() *Table { return parse(embedded) })

// parse reads the format that genroles writes: a date, a line of permissions,
// then a line a role with the indexes of its permissions in base 36.
func parse(data string) *Table {
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

// Date is the day of the data, such as 2026-08-22.
func (t *Table) Date() string { return t.date }

// Has says whether a predefined role gives a permission; Unknown for roles and
// permissions that the table does not cover.
func (t *Table) Has(role, permission string) Verdict {
	indexes, known := t.roles[role]
	i, covered := t.index[permission]
	if !known || !covered {
		return Unknown
	}
	if slices.Contains(strings.Fields(indexes), strconv.FormatInt(int64(i), 36)) {
		return Yes
	}
	return No
}

// Permissions are those that the table knows of a role, and whether it knows
// the role.
func (t *Table) Permissions(role string) ([]string, bool) {
	indexes, known := t.roles[role]
	var out []string
	for _, s := range strings.Fields(indexes) {
		i, err := strconv.ParseInt(s, 36, 32)
		if err == nil && int(i) < len(t.permissions) {
			out = append(out, t.permissions[i])
		}
	}
	return out, known
}
