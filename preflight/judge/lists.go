package judge

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/plan"
)

// joinNames joins names with commas. Long lists are truncated.
func joinNames(names []string) string {
	const most = 6
	if len(names) == 0 {
		return "nothing"
	}
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// union returns list and the elements of more that are not in it.
func union(list []string, more ...string) []string { return unionOf(list, more) }

// unionOf is union for any type.
func unionOf[E comparable](list, more []E) []E {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// without returns list without the elements of gone.
func without(list, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(gone, s) })
}

// intersect returns the elements of list that are also in with.
func intersect(list, with []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !slices.Contains(with, s) })
}

// addresses returns the addresses of changes, sorted and without duplicates.
func addresses(changes []*plan.Change) []string {
	var out []string
	for _, c := range changes {
		out = union(out, c.Address)
	}
	slices.Sort(out)
	return out
}

// blocksOf returns the configuration blocks of resource addresses.
func blocksOf(addresses []string) []string {
	blocks := make([]string, len(addresses))
	for i, a := range addresses {
		blocks[i] = plan.BlockOf(a)
	}
	return blocks
}
