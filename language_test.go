package gkepreflight

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A term is a regular expression of words that the project does not use, and what
// to write instead.
type term struct{ avoid, use string }

// terms returns the words to avoid.
func terms() []term {
	return []term{
		{`mend(?:s|ed|ing)?`, "fix"},
		{`remed(?:y|ies)`, "fix"},
		{`rest(?:s|ed)? on`, "depends on"},
		{`liv(?:e|es|ed) on`, "depends on"},
		{`throw-?away|thrown away`, "temporary (default node pool)"},
		{`would tell`, "grant ROLE on RESOURCE to check this"},
		{`would have helped`, "grant ROLE on RESOURCE to check this"},
		{`anew`, "again"},
		{`stands? for nothing`, "has no meaning"},
		{`(?:credentials|configuration) at hand`, "ambient credentials, or the caller's credentials"},
		{`tak(?:es?|en|ing) away`, "removes, revokes or disables"},
		{`took away`, "removed, revoked or disabled"},
		{`where it is not`, "if it is not"},
		{`what of whom`, "which permission, and of which principal"},
		{`could not be found out`, "is undetermined"},
		{`until a day`, "until DATE"},
		{`misspelt`, "misspelled"},
		{`organis(?:ation|e)\w*`, "organization, organize"},
		{`colour\w*`, "color"},
		{`initialis\w*`, "initialize"},
		{`recognis\w*`, "recognize"},
		{`authoris\w*`, "authorize"},
		{`behaviour\w*`, "behavior"},
		{`licence\w*`, "license"},
		{`favour\w*`, "favor"},
		{`centre\w*`, "center"},
		{`catalogue\w*`, "catalog"},
		{`honour\w*`, "honor"},
		{`neighbour\w*`, "neighbor"},
		{`analys(?:e|ed|es|ing)`, "analyze"},
	}
}

// TestLanguage checks that comments, messages and documentation use the
// project's terms and American spelling.
func TestLanguage(t *testing.T) {
	texts := goTexts(t)
	texts = append(texts, documentTexts(t)...)
	g := newGlossary()
	for _, tt := range texts {
		for _, v := range g.violations(tt.text) {
			t.Errorf("%s:%d: %s", tt.file, tt.line+v.line, v.message)
		}
	}
}

// TestLanguageFindsViolations checks that TestLanguage can fail, and what it
// ignores.
func TestLanguageFindsViolations(t *testing.T) {
	g := newGlossary()
	for text, want := range map[string]int{
		"the command that mends it":           1,
		"it rests\non GP401":                  1,
		"The organisation's colours":          2,
		"amend the recommendation":            0,
		"the member `taken_away_by`":          0,
		"run `gcloud organisations list` now": 0,
		"```\nmend\n```\nfix":                 0,
		"taken_away_by":                       0,
	} {
		if got := g.violations(text); len(got) != want {
			t.Errorf("%q: got %v, want %d violations", text, got, want)
		}
	}
}

// TestFunctionComments checks that function comments say what functions do
// ("Name returns", "Name reports"), and not what they are.
func TestFunctionComments(t *testing.T) {
	var all int
	var nouns []string
	fset := token.NewFileSet()
	for _, name := range goFiles(t) {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Doc == nil {
				continue
			}
			all++
			if words := strings.Fields(fn.Doc.Text()); len(words) > 1 && (words[1] == "is" || words[1] == "are") {
				nouns = append(nouns, fmt.Sprintf("%s: %s %s ...", fset.Position(fn.Pos()), words[0], words[1]))
			}
		}
	}
	if len(nouns)*20 > all {
		t.Errorf("%d of %d function comments begin with \"Name is\" or \"Name are\", want at most 5%%:\n%s", len(nouns), all, strings.Join(nouns, "\n"))
	}
}

// A sourceText is a piece of text and where it begins.
type sourceText struct {
	file string
	line int
	text string
}

// goTexts returns the comments and string literals of Go files.
func goTexts(t *testing.T) []sourceText {
	t.Helper()
	var out []sourceText
	fset := token.NewFileSet()
	for _, name := range goFiles(t) {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range f.Comments {
			out = append(out, sourceText{name, fset.Position(g.Pos()).Line, commentText(g)})
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				out = append(out, sourceText{name, fset.Position(lit.Pos()).Line, literalText(lit.Value)})
			}
			return true
		})
	}
	return out
}

// commentText returns a comment without its markers, line by line.
func commentText(g *ast.CommentGroup) string {
	var lines []string
	for _, c := range g.List {
		lines = append(lines, strings.TrimPrefix(c.Text, "//"))
	}
	return strings.Join(lines, "\n")
}

// literalText returns the contents of a string literal. The lines of a raw string
// are kept; its quotes must not look like a code span.
func literalText(literal string) string {
	return strings.ReplaceAll(strings.Trim(literal, "`\""), `\n`, " ")
}

// documentTexts returns the documentation. Decision records and the change log
// are history and stay as they were written.
func documentTexts(t *testing.T) []sourceText {
	t.Helper()
	files := []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "action.yml", "docs/role.yaml", "docs/config.schema.json", ".pre-commit-hooks.yaml", "Makefile", ".ci/run"}
	for _, dir := range []string{"docs", "preflight/rules", ".github"} {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if d != nil && d.IsDir() && name == filepath.Join("docs", "decisions") {
				return filepath.SkipDir
			}
			if ext := filepath.Ext(name); ext == ".md" || ext == ".yml" || filepath.Dir(name) == filepath.Join(".github", "action") {
				files = append(files, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var out []sourceText
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, sourceText{name, 1, string(data)})
	}
	return out
}

// goFiles returns the Go files that are not tests.
func goFiles(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, dir := range []string{"cmd", "preflight", "fixtures"} {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
				out = append(out, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// A violation is a term to avoid, on a line of a text that begins with line 0.
type violation struct {
	line    int
	message string
}

// A glossary finds terms to avoid.
type glossary struct {
	terms []term
	// words matches any term, term i in group i+1.
	words *regexp.Regexp
	code  *regexp.Regexp
}

func newGlossary() glossary {
	g := glossary{terms: terms(), code: regexp.MustCompile("(?ms)^[ >]*```.*?^[ >]*```|`[^`\n]*`")}
	var groups []string
	for _, term := range g.terms {
		// A term may be broken across lines.
		groups = append(groups, "("+strings.ReplaceAll(term.avoid, " ", `[\s>*]+`)+")")
	}
	g.words = regexp.MustCompile(`(?i)\b(?:` + strings.Join(groups, "|") + `)\b`)
	return g
}

// violations returns the terms to avoid in a text. Code is ignored: it may quote
// what other programs print, and names of the JSON report, which do not change.
func (g glossary) violations(text string) []violation {
	text = g.blankCode(text)
	var out []violation
	for _, m := range g.words.FindAllStringSubmatchIndex(text, -1) {
		i := slices.IndexFunc(m[2:], func(offset int) bool { return offset >= 0 }) / 2
		found := strings.Join(strings.Fields(text[m[0]:m[1]]), " ")
		out = append(out, violation{strings.Count(text[:m[0]], "\n"), fmt.Sprintf("%q: write %q", found, g.terms[i].use)})
	}
	return out
}

// blankCode replaces code blocks and code spans by spaces. It keeps line breaks,
// so that lines can be counted.
func (g glossary) blankCode(text string) string {
	return g.code.ReplaceAllStringFunc(text, func(code string) string {
		return strings.Map(func(r rune) rune {
			if r == '\n' {
				return r
			}
			return ' '
		}, code)
	})
}
