package judge

import (
	"fmt"
	"slices"
	"strings"

	"gke-preflight/preflight/plan"
)

// joinNames joins names; long lists keep their beginning.
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

func union(list []string, more ...string) []string { return unionOf(list, more) }

func unionOf[E comparable](list, more []E) []E {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

func without(list, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(gone, s) })
}

func intersect(list, with []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !slices.Contains(with, s) })
}

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
