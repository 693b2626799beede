package diagnose

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A pattern recognizes a message. To recognize a new message, add a pattern to
// one of the tables and an example of it to the tests.
type pattern struct {
	// name is unique; examples in the tests refer to it.
	name string
	// class is the cause, unless classify changes it.
	class Class
	// words are in lower case, and every text that re matches contains one of
	// them. Most text has none, and is not matched against re at all.
	words []string
	// re matches the message. Its groups named permission, resource, account,
	// user, project and service match what the message names.
	re *regexp.Regexp
	// confidence is High if it is empty.
	confidence Confidence
	// classify corrects the class and adds details, by the message and the text
	// around it; nil if there is nothing to correct.
	classify func(*finding)
	// cause replaces the cause of the class; empty if that applies.
	cause string
	// rules replace the rules of the class; nil if those apply, and an empty
	// slice if no rule does.
	rules []string
}

// table returns all patterns in order: of those that match a text, the first
// determines its cause.
var table = sync.OnceValue(func() []pattern {
	var all []pattern
	for _, part := range [][]pattern{repetitions(), otherSystems(), login(), operations(), accounts(), kubernetes(), apis(), policies(), agents(), permissions(), requests(), missingResources(), codes()} {
		all = append(all, part...)
	}
	return all
})

// A finding is a match of a pattern in a block.
type finding struct {
	Error
	pattern    *pattern
	block      *block
	start, end int
	// account is the service account that the message is about, and user the
	// caller; each empty if the message does not name it.
	account, user string
}

// setGroup sets what a named group of the pattern matched.
func (f *finding) setGroup(name, value string) {
	switch strings.TrimRight(name, "0123456789") {
	case "permission":
		f.Permission = value
	case "resource":
		f.Resource = trimResource(value)
	case "account":
		f.account = trimName(value)
	case "user":
		f.user = trimName(value)
	case "project":
		f.Project = trimName(value)
	case "service":
		f.Service = strings.ToLower(value)
	}
}

// trimName removes the punctuation around a name.
func trimName(s string) string { return strings.Trim(s, "\"'`[](),;:. ") }

// trimResource is trimName for names that can contain brackets. A name that the
// log itself truncated keeps its dots.
func trimResource(s string) string {
	s = strings.Trim(s, "\"'`,;: ")
	if strings.HasSuffix(s, "...") {
		return s
	}
	return strings.Trim(s, "\"'`,;:. ")
}

// maxMatches limits the matches of one pattern in one block.
const maxMatches = 25

// A region is the part of a block that belongs to an error.
type region struct{ start, end int }

// reach is how many bytes around its message an error extends in text that does
// not show where errors begin and end.
const reach = 300

// regionOf returns the region of an error.
func (b *block) regionOf(f *finding) region {
	if b.anyStart {
		return region{0, len(b.text)}
	}
	return region{f.start - reach, f.end + reach}
}

// overlapsAny reports whether one of regions overlaps a match.
func overlapsAny(regions []region, start, end int) bool {
	for _, c := range regions {
		if start < c.end && end > c.start {
			return true
		}
	}
	return false
}

// A collection holds the errors found so far.
type collection struct {
	seen  map[string]bool
	found []*finding
	// more reports whether errors were found after maxErrors was reached.
	more bool
}

// examine adds the errors of a block.
func (c *collection) examine(b *block) {
	if len(c.found) >= maxErrors {
		c.more = c.more || b.errorStart
		return
	}
	candidates := words().find(lower(b.text))
	var regions []region
	for i, t := 0, table(); i < len(t) && len(candidates) > 0; i++ {
		spans, ok := candidates[i]
		if !ok {
			continue
		}
		found, own := b.find(&t[i], spans, regions)
		regions = append(regions, own...)
		for _, f := range found {
			c.add(f)
		}
	}
	if len(regions) == 0 && b.errorStart {
		c.add(unknownError(b))
	}
}

// find returns the findings of a pattern in a block outside of taken regions,
// and the regions that they take in turn. One error often contains several
// messages of a pattern. Those that name a permission or a resource are errors of
// their own; of the vague rest, a message counts only if no other finding's region
// overlaps it.
func (b *block) find(p *pattern, spans []span, taken []region) (found []*finding, own []region) {
	var vague []*finding
	for _, m := range b.matches(p, spans) {
		if overlapsAny(taken, m[0], m[1]) {
			continue
		}
		f := newFinding(b, p, m)
		f.complete()
		switch {
		case f.Class == none && !p.isSuppressor():
			continue
		case f.Permission != "" && (f.Resource != "" || f.Class != ActAsDenied), f.Resource != "":
			found = append(found, f)
		default:
			vague = append(vague, f)
		}
		own = append(own, b.regionOf(f))
	}
	for _, f := range vague {
		if !slices.ContainsFunc(found, func(o *finding) bool { c := b.regionOf(o); return f.start < c.end && f.end > c.start }) {
			found = append(found, f)
		}
	}
	return found, own
}

// matches returns the matches of a pattern in parts of a block, as indexes into
// the block's text.
func (b *block) matches(p *pattern, spans []span) [][]int {
	var all [][]int
	for _, s := range spans {
		for _, m := range p.re.FindAllStringSubmatchIndex(b.text[s.start:s.end], maxMatches-len(all)) {
			for i := range m {
				if m[i] >= 0 {
					m[i] += s.start
				}
			}
			all = append(all, m)
		}
		if len(all) >= maxMatches {
			break
		}
	}
	return all
}

// lower returns s with ASCII letters in lower case, and every byte at its place.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// isSuppressor reports whether a pattern exists only to keep later patterns from
// matching its text.
func (p *pattern) isSuppressor() bool { return p.class == none }

// newFinding returns the finding of a match.
func newFinding(b *block, p *pattern, m []int) *finding {
	f := &finding{pattern: p, block: b, start: m[0], end: m[1]}
	f.Class, f.Confidence = p.class, p.confidence
	for i, name := range p.re.SubexpNames() {
		if name != "" && m[2*i] >= 0 && m[2*i] < m[2*i+1] {
			f.setGroup(name, b.text[m[2*i]:m[2*i+1]])
		}
	}
	return f
}

// unknownError returns the finding of an error that no pattern matches.
func unknownError(b *block) *finding {
	f := &finding{block: b, end: min(len(b.text), 200), pattern: &pattern{name: "unknown"}}
	f.Class, f.Confidence = Other, Low
	f.complete()
	return f
}

// add adds a finding, unless an equal one is there already.
func (c *collection) add(f *finding) {
	if f.Class == none || len(c.found) >= maxErrors || c.seen[f.key()] {
		return
	}
	c.seen[f.key()] = true
	c.found = append(c.found, f)
}

var varyingParts = regexp.MustCompile(`[0-9a-f]*\d[0-9a-f.]*`)

// key returns a key that is equal for repetitions of an error.
func (f *finding) key() string {
	parts := []string{string(f.Class), f.Wrapper, f.Permission, f.Resource, f.Project}
	switch f.Class {
	case Unauthorized, AuthPluginMissing, ProviderCredentials:
		return strings.Join(append(parts, f.pattern.name), "\x00")
	}
	if f.Permission == "" && f.Resource == "" {
		parts = append(parts, f.pattern.name, varyingParts.ReplaceAllString(strings.ToLower(f.block.text[f.start:min(f.end, f.start+300)]), "#"))
	}
	return strings.Join(parts, "\x00")
}

// errors returns the errors in the order of the log.
func (c *collection) errors() []Error {
	errors := make([]Error, 0, len(c.found))
	for _, f := range c.found {
		errors = append(errors, f.Error)
	}
	slices.SortStableFunc(errors, func(a, b Error) int { return a.Line - b.Line })
	return errors
}

var groupNames = regexp.MustCompile(`\(\?P<(\w+)>`)

// compilePattern compiles an expression whose alternatives can each have a group
// of the same name. Go requires different names, so the second group account
// becomes account2.
func compilePattern(s string) *regexp.Regexp {
	used := map[string]int{}
	return regexp.MustCompile(groupNames.ReplaceAllStringFunc(s, func(group string) string {
		name := groupNames.FindStringSubmatch(group)[1]
		used[name]++
		if used[name] == 1 {
			return group
		}
		return "(?P<" + name + strconv.Itoa(used[name]) + ">"
	}))
}
