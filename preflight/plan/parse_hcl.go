package plan

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// maxNesting limits the nesting depth of a configuration file. The parser is
// recursive, and a file of brackets would overflow the stack, which ends the
// program.
const maxNesting = 500

// parseHCL parses a configuration file in either syntax. Complete reports
// whether it has no errors; file may be nil if it has.
func parseHCL(name string, text []byte) (file *hcl.File, complete bool) {
	isJSON := strings.HasSuffix(name, ".json")
	if isJSON && nestsTooDeepJSON(text) || !isJSON && nestsTooDeep(name, text) {
		return nil, false
	}
	parse := hclparse.NewParser().ParseHCL
	if isJSON {
		parse = hclparse.NewParser().ParseJSON
	}
	file, diagnostics := parse(text, name)
	if file == nil || file.Body == nil {
		return nil, false
	}
	return file, !diagnostics.HasErrors()
}

// nestsTooDeep reports whether parsing a text would recurse too deep: into
// brackets, templates and their directives, and operators before a term.
func nestsTooDeep(name string, text []byte) bool {
	tokens, _ := hclsyntax.LexConfig(text, name, hcl.InitialPos)
	depth, directives, prefixes := 0, 0, 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenBang, hclsyntax.TokenMinus:
			prefixes++
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp:
			depth, prefixes = depth+1, 0
		case hclsyntax.TokenTemplateControl:
			depth, directives, prefixes = depth+1, directives+1, 0
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			depth, prefixes = depth-1, 0
		case hclsyntax.TokenNewline:
			// Inside brackets, an expression continues on the next line.
		default:
			prefixes = 0
		}
		if depth == 0 {
			directives = 0
		}
		if depth > maxNesting || directives > maxNesting || prefixes > maxNesting {
			return true
		}
	}
	return false
}

// nestsTooDeepJSON reports the same for JSON syntax. Templates in its strings
// are parsed separately.
func nestsTooDeepJSON(text []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if depth > maxNesting {
			return true
		}
	}
	return false
}
