// Command genroles writes the table of predefined roles that package iam embeds,
// with the permissions listed in permissions.txt only. It reads a file of the form
// {"roles/x": ["a.b.c", ...]}, gzipped or not.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
)

func main() {
	roles := flag.String("roles", "", "`file` with roles and their permissions")
	date := flag.String("date", "", "`date` of the data, such as 2026-08-22")
	list := flag.String("permissions", "permissions.txt", "`file` with the permissions to include")
	out := flag.String("out", "roles.txt", "`file` to write")
	names := flag.String("names", "names.gz", "`file` to write the names of all permissions to")
	flag.Parse()
	if err := run(*roles, *date, *list, *out, *names); err != nil {
		fmt.Fprintln(os.Stderr, "genroles:", err)
		os.Exit(1)
	}
}

func run(rolesFile, date, listFile, out, names string) error {
	roles, err := readRoles(rolesFile)
	if err != nil {
		return err
	}
	list, err := os.ReadFile(listFile)
	if err != nil {
		return err
	}
	if err := os.WriteFile(names, allNames(roles), 0o644); err != nil {
		return err
	}
	return os.WriteFile(out, table(roles, date, patterns(string(list))), 0o644)
}

// allNames returns the names of all permissions of all roles, one per line, sorted
// and gzipped.
func allNames(roles map[string][]string) []byte {
	seen := map[string]bool{}
	for _, permissions := range roles {
		for _, p := range permissions {
			seen[p] = true
		}
	}
	list := make([]string, 0, len(seen))
	for p := range seen {
		list = append(list, p)
	}
	sort.Strings(list)
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = io.WriteString(z, strings.Join(list, "\n"))
	_ = z.Close()
	return out.Bytes()
}

// readRoles returns the permissions by role.
func readRoles(name string) (map[string][]string, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if z, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
		if data, err = io.ReadAll(z); err != nil {
			return nil, err
		}
	}
	var roles map[string][]string
	return roles, json.Unmarshal(data, &roles)
}

// patterns returns the lines that are not comments: permissions, or prefixes of
// permissions that end with a star.
func patterns(list string) []string {
	var out []string
	for line := range strings.Lines(list) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

// matchesAny reports whether a permission matches one of patterns.
func matchesAny(patterns []string, permission string) bool {
	for _, p := range patterns {
		if prefix, star := strings.CutSuffix(p, "*"); star && strings.HasPrefix(permission, prefix) || p == permission {
			return true
		}
	}
	return false
}

// table returns the table in the format that package iam reads.
func table(roles map[string][]string, date string, patterns []string) []byte {
	index := map[string]int{}
	for _, permissions := range roles {
		for _, p := range permissions {
			if matchesAny(patterns, p) {
				index[p] = 0
			}
		}
	}
	permissions := sortedKeys(index)
	for i, p := range permissions {
		index[p] = i
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n%s\n", date, strings.Join(permissions, " "))
	for _, role := range sortedKeys(roles) {
		b.WriteString(role)
		for _, i := range indexes(roles[role], index) {
			b.WriteString(" " + strconv.FormatInt(int64(i), 36))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// indexes returns the sorted indexes of those permissions that have one.
func indexes(permissions []string, index map[string]int) []int {
	var out []int
	for _, p := range permissions {
		if i, ok := index[p]; ok {
			out = append(out, i)
		}
	}
	sort.Ints(out)
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
