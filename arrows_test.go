package gkepreflight

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "gke-preflight/"

// arrows are the imports that packages of this module may make of each other.
func arrows() map[string][]string {
	return map[string][]string{
		"cmd/gke-preflight": {"preflight/cli", "preflight/input"},
		"preflight/cli": {
			"preflight", "preflight/plan", "preflight/need", "preflight/finding", "preflight/suppress", "preflight/inventory", "preflight/facts", "preflight/rules", "preflight/iam", "preflight/gcp", "preflight/report", "preflight/diagnose",
			"preflight/access", "preflight/input", "preflight/term", "fixtures", "fixtures/fakegcp",
		},
		"preflight/finding":   {"preflight/need", "preflight/plan"},
		"preflight/suppress":  {"preflight/finding", "preflight/need", "preflight/plan"},
		"preflight/inventory": {"preflight/finding", "preflight/need", "preflight/plan", "preflight/rules"},
		"preflight":           {"preflight/judge", "preflight/finding", "preflight/suppress", "preflight/plan", "preflight/need", "preflight/facts", "preflight/rules", "preflight/iam", "preflight/gcp"},
		"preflight/judge":     {"preflight/facts", "preflight/finding", "preflight/fix", "preflight/iam", "preflight/need", "preflight/plan", "preflight/resource", "preflight/shell"},
		"preflight/need":      {"preflight/resource"},
		"preflight/fix":       {"preflight/need", "preflight/resource", "preflight/shell"},
		"preflight/facts":     {"preflight/iam", "preflight/resource"},
		"preflight/gcp":       {"preflight/facts", "preflight/iam", "preflight/resource"},
		"preflight/plan":      {"preflight/input", "preflight/resource", "preflight/shell"},
		"preflight/access":    {"preflight/facts", "preflight/gcp", "preflight/shell", "preflight/term"},
		"preflight/diagnose":  {"preflight/shell", "preflight/term"},
		"preflight/rules":     {"preflight/plan", "preflight/resource", "preflight/need", "preflight/shell"},
		"preflight/report":    {"preflight/finding", "preflight/inventory", "preflight/resource", "preflight/need", "preflight/rules", "preflight/term"},

		"preflight/rules/internal/gendocs": {"preflight/rules"},
	}
}

// A source is a Go file that is no test.
type source struct {
	pkg  string // the path of its package inside the module
	file *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && name != "." {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		out = append(out, source{filepath.ToSlash(filepath.Dir(name)), file})
		return nil
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("found no sources: %v", err)
	}
	return out
}

// TestArrows: data flows one way, and so do imports. The files are parsed
// here, so that the test's cache notices a change.
func TestArrows(t *testing.T) {
	for _, s := range sources(t) {
		for _, to := range forbidden(s) {
			t.Errorf("package %s must not import %s", s.pkg, to)
		}
	}
}

func forbidden(s source) []string {
	var out []string
	for _, i := range s.file.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		to, inside := strings.CutPrefix(name, module)
		if err == nil && inside && !slices.Contains(arrows()[s.pkg], to) {
			out = append(out, to)
		}
	}
	return out
}

// TestJudgeIsPure: judging asks nobody and waits for nothing, so that it can be
// tested with literals and run side by side.
func TestJudgeIsPure(t *testing.T) {
	for _, s := range sources(t) {
		if s.pkg != "preflight/judge" {
			continue
		}
		for _, i := range s.file.Imports {
			if impure := []string{`"sync"`, `"context"`, `"os"`, `"net/http"`, `"gke-preflight/preflight/gcp"`}; slices.Contains(impure, i.Path.Value) {
				t.Errorf("package judge imports %s", i.Path.Value)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if _, ok := n.(*ast.GoStmt); ok {
				t.Error("package judge starts a goroutine")
			}
			return true
		})
	}
}

// TestTypesAreSmall: no type has more than 20 methods of its own. What has more does
// more than one job.
func TestTypesAreSmall(t *testing.T) {
	const most = 20
	methods := map[string]int{}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				methods[s.pkg+"."+receiver(f.Recv.List[0].Type)]++
			}
		}
	}
	for name, n := range methods {
		if n > most {
			t.Errorf("%s has %d methods, more than %d", name, n, most)
		}
	}
}

// receiver returns the name of a receiver's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// update rewrites the line numbers of docs/architecture.md.
var update = flag.Bool("update", false, "write docs/architecture.md")

// TestArchitectureWalk: each step of the walk through the house is where
// docs/architecture.md says. go test . -run Walk -update corrects the lines.
func TestArchitectureWalk(t *testing.T) {
	const page = "docs/architecture.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	step := regexp.MustCompile("\\[`([a-z0-9_/-]+\\.go):\\d+`\\]\\(../[a-z0-9_/-]+\\.go#L\\d+\\) `(\\w+)`")
	steps := 0
	corrected := step.ReplaceAllStringFunc(string(text), func(s string) string {
		steps++
		m := step.FindStringSubmatch(s)
		line := declaration(t, m[1], m[2])
		return fmt.Sprintf("[`%s:%d`](../%s#L%d) `%s`", m[1], line, m[1], line, m[2])
	})
	switch {
	case steps < 10:
		t.Errorf("the walk has %d steps", steps)
	case *update:
		err = os.WriteFile(page, []byte(corrected), 0o644)
	case corrected != string(text):
		t.Errorf("%s has wrong line numbers: go test . -run Walk -update", page)
	}
	if err != nil {
		t.Error(err)
	}
}

// declaration returns the line that declares a function or method in a file.
func declaration(t *testing.T, file, name string) int {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`^func (\([^)]*\) )?` + name + `\(`)
	for i, line := range strings.Split(string(source), "\n") {
		if declared.MatchString(line) {
			return i + 1
		}
	}
	t.Errorf("%s declares no %s", file, name)
	return 0
}

// TestHouse: no init, no state of packages, no rooms without a name.
func TestHouse(t *testing.T) {
	for _, s := range sources(t) {
		for _, fault := range faults(s) {
			t.Errorf("package %s: %s", s.pkg, fault)
		}
	}
}

func faults(s source) []string {
	var out []string
	if slices.Contains([]string{"util", "common", "helpers", "manager", "types"}, path.Base(s.pkg)) {
		out = append(out, "its name says nothing")
	}
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "init" {
				out = append(out, "it has an init function")
			}
		case *ast.GenDecl:
			if d.Tok == token.VAR {
				out = append(out, variables(d)...)
			}
		}
	}
	return out
}

// variables are those of a declaration that may change. What is made once and
// never assigned is a constant that Go has no word for.
func variables(d *ast.GenDecl) []string {
	var out []string
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		for i, name := range v.Names {
			if name.Name == "_" || embedded(d, v) || i < len(v.Values) && constant(v.Values[i]) {
				continue
			}
			out = append(out, "variable "+name.Name+" may change")
		}
	}
	return out
}

// embedded reports whether a variable is filled by go:embed, or by the linker.
func embedded(d *ast.GenDecl, v *ast.ValueSpec) bool {
	if id, ok := v.Type.(*ast.Ident); ok && id.Name == "string" && len(v.Values) == 0 {
		return true
	}
	selector, ok := v.Type.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "FS"
}

func constant(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := selector.X.(*ast.Ident)
	return ok && slices.Contains([]string{"regexp.MustCompile", "errors.New", "sync.OnceValue"}, pkg.Name+"."+selector.Sel.Name)
}

// TestFaultsAreFound shows that the tests above can fail.
func TestFaultsAreFound(t *testing.T) {
	for _, tt := range []struct {
		pkg, text string
		want      int
	}{
		{"preflight/plan", `package plan; import _ "gke-preflight/preflight/rules"`, 1},
		{"preflight", `package preflight; import _ "gke-preflight/preflight/report"`, 1},
		{"preflight/rules", `package rules; import _ "gke-preflight/preflight/plan"`, 0},
		{"fixtures/fakegcp", `package fakegcp; import _ "gke-preflight/preflight/iam"`, 1},
		{"preflight/util", `package util`, 1},
		{"preflight", `package preflight; func init() {}`, 1},
		{"preflight", `package preflight; var n int`, 1},
		{"preflight", `package preflight; var m = map[string]int{}`, 1},
		{"preflight", `package preflight; import "errors"; var ErrX = errors.New("x")`, 0},
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", tt.text, 0)
		if err != nil {
			t.Fatal(err)
		}
		s := source{tt.pkg, file}
		if got := len(forbidden(s)) + len(faults(s)); got != tt.want {
			t.Errorf("%s in %s: %d faults, want %d", tt.text, tt.pkg, got, tt.want)
		}
	}
}
