package judge

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestStatements: each code has a template, and each use of it as many arguments as
// the template has places. The compiler does not see a template that misses one.
func TestStatements(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	codes, used := map[string]string{}, map[string]bool{}
	parsed := map[string]*ast.File{}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if parsed[name], err = parser.ParseFile(set, name, nil, 0); err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed[name], func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
				if id, ok := v.Type.(*ast.Ident); ok && id.Name == "Code" {
					codes[v.Names[0].Name], _ = strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
				}
			}
			return true
		})
	}
	for name, code := range codes {
		if template(Code(code)) == "" {
			t.Errorf("%s has no template", name)
		}
	}
	for _, file := range parsed {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.Ident); !ok || f.Name != "say" {
				return true
			}
			code, ok := call.Args[0].(*ast.Ident)
			if !ok {
				t.Errorf("%s: the code is no constant", set.Position(call.Pos()))
				return true
			}
			used[code.Name] = true
			if got, want := len(call.Args)-1, places(template(Code(codes[code.Name]))); got != want {
				t.Errorf("%s: %s has %d arguments, and its template %d places", set.Position(call.Pos()), code.Name, got, want)
			}
			return true
		})
	}
	for name := range codes {
		if !used[name] {
			t.Errorf("nothing says %s", name)
		}
	}
}

// places returns how many arguments a template takes.
func places(template string) int {
	n := 0
	for _, verb := range regexp.MustCompile(`%(\[(\d+)\])?[a-z]`).FindAllStringSubmatch(template, -1) {
		if index, err := strconv.Atoi(verb[2]); err == nil {
			n = max(n, index)
			continue
		}
		n++
	}
	return n
}
