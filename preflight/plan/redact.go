package plan

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// minPartLength is the minimum length of a part of a sensitive value that is
// redacted: shorter ones reveal nothing, and redacting them would remove
// syllables from sentences.
const minPartLength = 4

// maxSplitLength is the length up to which a sensitive value is split into
// parts. Longer values are documents such as private keys.
const maxSplitLength = 4096

// nameParts is a set of words, in lower case, that are redacted as whole words:
// parts of sensitive values, such as the project in a self link.
type nameParts map[string]bool

// findSecretParts returns the parts of sensitive values and of sensitive
// variables, without those that the plan shows elsewhere.
func (f secretFinder) findSecretParts() nameParts {
	out := nameParts{}
	for _, secret := range f.secrets {
		out.add(secret)
	}
	for _, v := range f.variables {
		if v.sensitive {
			out.addAll(v.value)
		}
	}
	if len(out) == 0 {
		return nil
	}
	for shown := range f.shownValues() {
		delete(out, strings.ToLower(shown))
	}
	return out
}

// addAll adds every string inside v, and its parts.
func (w nameParts) addAll(v any) {
	s := stringSet{}
	s.add(v)
	for secret := range s {
		w.add(secret)
	}
}

// partSeparators separate the parts of names: of paths, members, emails and
// URLs, and of lists of them.
const partSeparators = "/:@?&=#,;|()[]{}<>\"'`\\ \t\r\n"

// add adds a value and its parts. Of a sentence or an expression, only names
// and literals count, not the words.
func (w nameParts) add(value string) {
	if document, ok := parseDocument(value); ok {
		w.addAll(document)
		return
	}
	if len(value) > maxSplitLength {
		return
	}
	if strings.ContainsAny(value, " \t\r\n") {
		for _, word := range strings.Fields(value) {
			if strings.ContainsAny(word, `/@"'`) {
				w.addName(strings.Trim(word, `"'(),;[]{}`))
			}
		}
		for _, literal := range literals.FindAllString(value, -1) {
			w.addName(strings.Trim(literal, `"'`))
		}
		return
	}
	w.addName(value)
}

// parseDocument parses a JSON object or list, such as a policy: the names in it
// are sensitive, however long it is.
func parseDocument(value string) (document any, ok bool) {
	if !strings.HasPrefix(value, "{") && !strings.HasPrefix(value, "[") {
		return nil, false
	}
	err := json.Unmarshal([]byte(value), &document)
	return document, err == nil
}

// literals matches the quoted strings of an expression.
var literals = regexp.MustCompile(`"[^"]*"|'[^']*'`)

// addName adds a name, the parts between its separators, the emails in it, the
// project in the domain of a service account, and numbers.
func (w nameParts) addName(name string) {
	w.addPart(name)
	for _, email := range emails.FindAllString(name, -1) {
		w.addPart(email)
		_, domain, _ := strings.Cut(email, "@")
		w.addPart(strings.TrimSuffix(domain, ".iam.gserviceaccount.com"))
	}
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(partSeparators, r) }) {
		w.addPart(part)
	}
	for _, number := range numbers.FindAllString(name, -1) {
		w.addPart(number)
	}
}

var (
	emails = regexp.MustCompile(`[\w.%+-]+@[\w.-]+`)
	// numbers matches the numbers of projects, folders and organizations.
	numbers = regexp.MustCompile(`\b[0-9]{6,}\b`)
)

// addPart adds a part, unless it is short or public.
func (w nameParts) addPart(part string) {
	part = strings.ToLower(strings.Trim(part, ".-_"))
	if len(part) >= minPartLength && !isPublicWord(part) {
		w[part] = true
	}
}

// isPublicWord reports whether a word is the same for everybody: part of
// Google's paths, hosts, members and expressions.
func isPublicWord(word string) bool {
	return word == "sensitive" || strings.HasSuffix(word, ".googleapis.com") || strings.HasSuffix(word, "gserviceaccount.com") && !strings.Contains(word, "@") && strings.Count(word, ".") < 3 ||
		slices.Contains(publicWords(), word)
}

// publicWords returns words in lower case.
func publicWords() []string {
	return []string{
		"https", "http", "beta", "alpha", "v1beta1", "googleapis.com", "www.googleapis.com", "gke.goog", "iam.gserviceaccount.com", "compute", "container", "default", "global", "true", "false", "null",
		"projects", "locations", "regions", "zones", "folders", "organizations", "networks", "subnetworks", "serviceaccounts", "keyrings", "cryptokeys", "cryptokeyversions",
		"clusters", "nodepools", "roles", "topics", "secrets", "versions", "attestors", "repositories", "memberships", "fleets", "services", "instances", "capools", "reservations", "resourcepolicies",
		"tagkeys", "tagvalues", "datasets", "buckets", "disks", "images", "machinetypes", "routers", "firewalls", "addresses", "subnets", "billingaccounts", "accesspolicies", "policies", "denypolicies",
		"serviceaccount", "user", "group", "domain", "principal", "principalset", "projectowner", "projecteditor", "projectviewer", "allusers", "allauthenticatedusers", "deleted",
		"viewer", "editor", "owner", "resource.name", "resource.type", "resource.service", "request.time", "name", "type", "none",
	}
}

// shownValues returns the values that are not marked as sensitive. They are not
// split: a part of one reveals nothing by itself.
func (f secretFinder) shownValues() stringSet {
	s := stringSet{}
	for _, c := range f.Changes {
		s.addUnmarked(c.change.Before, c.change.BeforeSensitive)
		s.addUnmarked(c.change.After, c.change.AfterSensitive)
	}
	for _, v := range f.variables {
		if !v.sensitive {
			s.add(v.value)
		}
	}
	for _, config := range f.config.providers {
		for _, e := range config.Expressions {
			if e != nil && e.ExpressionData != nil {
				s.add(e.ConstantValue)
			}
		}
	}
	s.add(f.options.Project)
	for _, name := range []string{"GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"} {
		if f.options.Getenv != nil {
			s.add(f.options.Getenv(name))
		}
	}
	for name := range maps.Clone(s) {
		if id, ok := strings.CutPrefix(name, "projects/"); ok {
			s.add(id)
		}
	}
	return s
}

// addUnmarked adds the strings of v, except those that flags, a tree such as
// after_sensitive, has true for.
func (s stringSet) addUnmarked(v, marks any) {
	switch m := marks.(type) {
	case bool:
		if !m {
			s.add(v)
		}
	case []any:
		l, _ := v.([]any)
		for i, e := range l {
			s.addUnmarked(e, markAt(m, i))
		}
	case map[string]any:
		object, _ := v.(map[string]any)
		for name, e := range object {
			s.addUnmarked(e, m[name])
		}
	default:
		s.add(v)
	}
}

// markAt returns the element at index i, or nil.
func markAt(l []any, i int) any {
	if i < len(l) {
		return l[i]
	}
	return nil
}

// redact replaces the parts in s, the longest words first, so that an email is
// replaced before the name in it.
func (w nameParts) redact(s string) string {
	if len(w) == 0 {
		return s
	}
	for _, words := range []*regexp.Regexp{emailWords, dottedWords, plainWords, numbersInside} {
		s = words.ReplaceAllStringFunc(s, func(word string) string {
			trimmed := strings.Trim(word, ".-_")
			if trimmed == "" || !w[strings.ToLower(trimmed)] {
				return word
			}
			return strings.Replace(word, trimmed, Redacted, 1)
		})
	}
	return s
}

var (
	emailWords  = regexp.MustCompile(`[\pL\pN_.%+-]+@[\pL\pN_.-]+`)
	dottedWords = regexp.MustCompile(`[\pL\pN_.+-]+`)
	// plainWords matches escapes in URLs as words, since they separate words.
	plainWords = regexp.MustCompile(`%[0-9A-Fa-f]{2}|[\pL\pN_-]+`)
	// numbersInside matches the numbers in the names of a project's accounts:
	// service-NUMBER@... and NUMBER-compute@...
	numbersInside = regexp.MustCompile(`[0-9]{6,}`)
)

// Redacted replaces sensitive values in output.
const Redacted = "(sensitive)"

// Redact replaces every sensitive value of the plan in s, and the names inside
// such values: the project in a sensitive self link is sensitive too, unless
// the plan shows it elsewhere.
func (p *Plan) Redact(s string) string {
	for _, secret := range p.secrets {
		if len(secret) < minPartLength {
			s = replaceWord(s, secret)
			continue
		}
		s = strings.ReplaceAll(s, secret, Redacted)
	}
	return p.secretParts.redact(s)
}

// replaceWord replaces a short secret only if it is a whole word, since a
// secret such as "a" is part of most words.
func replaceWord(s, secret string) string {
	return plainWords.ReplaceAllStringFunc(s, func(word string) string {
		if word == secret {
			return Redacted
		}
		return word
	})
}

// HasSensitiveValues reports whether the plan has any sensitive values.
func (p *Plan) HasSensitiveValues() bool { return len(p.secrets)+len(p.secretParts) > 0 }
