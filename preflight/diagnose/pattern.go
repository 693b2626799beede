package diagnose

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A pattern is a message that is known. A new message is a new pattern in one
// of the tables, and an example of it in the tests.
type pattern struct {
	// name is unique; tests keep their examples by it.
	name string
	// class is the cause, unless decide says otherwise.
	class Class
	// words: one of these, in lower case, is in every text that re matches. It
	// spares most text the regular expression.
	words []string
	// re finds the message. Groups named permission, resource, account, user,
	// project and service are what the message tells.
	re *regexp.Regexp
	// confidence is High where it is empty.
	confidence Confidence
	// decide corrects the class by what the message tells and what is around
	// it; nil where there is nothing to decide.
	decide func(*finding)
	// cause overrides that of the class.
	cause string
	// rules override those of the class; an empty slice means none.
	rules []string
}

// table is all patterns, in order: the first that matches a text is its cause.
var table = sync.OnceValue(func() []pattern {
	var all []pattern
	for _, part := range [][]pattern{repetitions(), elsewhere(), login(), operations(), accounts(), kubernetes(), apis(), policies(), agents(), permissions(), requests(), absences(), codes()} {
		all = append(all, part...)
	}
	return all
})

// A finding is a pattern in a block.
type finding struct {
	Error
	pattern    *pattern
	block      *block
	start, end int
	// What the message names, beside what Error holds.
	account, user string
}

// group sets what a named group of the pattern has matched.
func (f *finding) group(name, value string) {
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

// trimName is a name without the punctuation of the sentence it stands in.
func trimName(s string) string { return strings.Trim(s, "\"'`[](),;:. ") }

// trimResource is trimName for names that may have brackets of their own.
// A name that the log itself cut short keeps its dots.
func trimResource(s string) string {
	s = strings.Trim(s, "\"'`,;: ")
	if strings.HasSuffix(s, "...") {
		return s
	}
	return strings.Trim(s, "\"'`,;:. ")
}

// maxMatches bounds what one block tells about one pattern.
const maxMatches = 25

// A claim is a part of a block that belongs to an error.
type claim struct{ start, end int }

// reach is how far an error reaches around its message in text that does not
// show where errors begin and end.
const reach = 300

func (b *block) claim(f *finding) claim {
	if b.started {
		return claim{0, len(b.text)}
	}
	return claim{f.start - reach, f.end + reach}
}

func claimed(claims []claim, start, end int) bool {
	for _, c := range claims {
		if start < c.end && end > c.start {
			return true
		}
	}
	return false
}

// A collection is the errors found so far.
type collection struct {
	seen  map[string]bool
	found []*finding
	// more errors came than are kept.
	more bool
}

// examine finds the errors of a block.
func (c *collection) examine(b *block) {
	if len(c.found) >= maxErrors {
		c.more = c.more || b.loud
		return
	}
	candidates := words().find(lower(b.text))
	var claims []claim
	for i, t := 0, table(); i < len(t) && len(candidates) > 0; i++ {
		spans, may := candidates[i]
		if !may {
			continue
		}
		found, own := b.find(&t[i], spans, claims)
		claims = append(claims, own...)
		for _, f := range found {
			c.add(f)
		}
	}
	if len(claims) == 0 && b.loud {
		c.add(unknown(b))
	}
}

// find is what of a pattern is in a block, outside of what others claimed, and
// what it claims in turn. One error often has several of a pattern's messages:
// those that name something are errors of their own, and of the rest the first
// counts if there are no such.
func (b *block) find(p *pattern, spans []span, claims []claim) (found []*finding, own []claim) {
	var vague []*finding
	for _, m := range b.matches(p, spans) {
		if claimed(claims, m[0], m[1]) {
			continue
		}
		f := newFinding(b, p, m)
		f.complete()
		switch {
		case f.Class == none && !p.claimsAnyway():
			continue
		case f.Permission != "" && (f.Resource != "" || f.Class != ActAsDenied), f.Resource != "":
			found = append(found, f)
		default:
			vague = append(vague, f)
		}
		own = append(own, b.claim(f))
	}
	for _, f := range vague {
		if !slices.ContainsFunc(found, func(o *finding) bool { c := b.claim(o); return f.start < c.end && f.end > c.start }) {
			found = append(found, f)
		}
	}
	return found, own
}

// matches are those of a pattern in parts of a block.
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

// lower is a text in lower case, with every byte where it was.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// claimsAnyway reports whether a pattern is there to keep others away.
func (p *pattern) claimsAnyway() bool { return p.class == none }

// newFinding takes what a match tells.
func newFinding(b *block, p *pattern, m []int) *finding {
	f := &finding{pattern: p, block: b, start: m[0], end: m[1]}
	f.Class, f.Confidence = p.class, p.confidence
	for i, name := range p.re.SubexpNames() {
		if name != "" && m[2*i] >= 0 && m[2*i] < m[2*i+1] {
			f.group(name, b.text[m[2*i]:m[2*i+1]])
		}
	}
	return f
}

// unknown is an error that no pattern knows.
func unknown(b *block) *finding {
	f := &finding{block: b, end: min(len(b.text), 200), pattern: &pattern{name: "unknown"}}
	f.Class, f.Confidence = Other, Low
	f.complete()
	return f
}

// add keeps a finding, unless the same is there already.
func (c *collection) add(f *finding) {
	if f.Class == none || len(c.found) >= maxErrors || c.seen[f.key()] {
		return
	}
	c.seen[f.key()] = true
	c.found = append(c.found, f)
}

var varying = regexp.MustCompile(`[0-9a-f]*\d[0-9a-f.]*`)

// key is the same for errors that say the same.
func (f *finding) key() string {
	parts := []string{string(f.Class), f.Wrapper, f.Permission, f.Resource, f.Project}
	switch f.Class {
	case Unauthorized, AuthPluginMissing, ProviderCredentials:
		return strings.Join(append(parts, f.pattern.name), "\x00")
	}
	if f.Permission == "" && f.Resource == "" {
		parts = append(parts, f.pattern.name, varying.ReplaceAllString(strings.ToLower(f.block.text[f.start:min(f.end, f.start+300)]), "#"))
	}
	return strings.Join(parts, "\x00")
}

// report is the errors in the order of the log.
func (c *collection) report() []Error {
	errors := make([]Error, 0, len(c.found))
	for _, f := range c.found {
		errors = append(errors, f.Error)
	}
	slices.SortStableFunc(errors, func(a, b Error) int { return a.Line - b.Line })
	return errors
}

var groupNames = regexp.MustCompile(`\(\?P<(\w+)>`)

// expression compiles a pattern whose alternatives may each have a group of
// the same name: Go wants names to differ, so that the second account becomes
// account2.
func expression(s string) *regexp.Regexp {
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
