package plan

import (
	"sort"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// A block is a resource or data block of the configuration.
type block struct {
	// address is absolute and has no instance keys.
	address string
	// module is the path of the block's module, without instance keys.
	module string
	// provider is the key of its provider configuration, as the plan has it.
	provider string
	// setsProject reports whether the block has a project of its own.
	setsProject bool
	// references are those of all its expressions, count and for_each too.
	references []string
	dependsOn  []string
	// expressions is nil for types that this package does not keep.
	expressions map[string]*tfjson.Expression
	// written are the references of each attribute of types that are not kept; ""
	// is for_each.
	attributeReferences map[string][]string
	// forEach is nil without for_each, and for types that are not kept.
	forEach *tfjson.Expression
}

// A scope is where an expression stands: it decides what names mean.
type scope struct {
	// module is the path of the module whose names the expression uses.
	module string
	// forEach is what each.value is an element of: the for_each of the block or
	// of the module call that the expression is a part of. It may be nil.
	forEach *tfjson.Expression
}

// scope is that of the block's own expressions.
func (b *block) scope() scope { return scope{b.module, b.forEach} }

// scope is that of the inputs that the call gives to the module.
func (m *moduleCall) scope() scope { return scope{m.parent, m.forEach} }

// A moduleCall is a module block, with what the module declares.
type moduleCall struct {
	path        string
	parent      string
	expressions map[string]*tfjson.Expression
	// repetition are the references of count and for_each.
	repetition []string
	forEach    *tfjson.Expression
	dependsOn  []string
}

// An output is an output of a module.
type output struct {
	expression *tfjson.Expression
	dependsOn  []string
}

// A variable is an input variable of the root module.
type variable struct {
	value any
	// known is false where the plan has no value for it.
	known     bool
	sensitive bool
}

// A configuration is the part of a plan that says what was written, as
// opposed to what will come of it.
type configuration struct {
	blocks         map[string]*block
	calls          map[string]*moduleCall
	outputs        map[string]*output // by module path + ":" + name
	inputs         map[string]any     // defaults of module variables, likewise
	providers      map[string]*tfjson.ProviderConfig
	blocksInModule map[string][]*block // all blocks below a module path
	// late are the data blocks that are read during apply, of any type.
	readDuringApply map[string]bool
	// pending are the managed blocks of types that are not kept and that apply
	// changes.
	changedBlocks map[string]bool
	// unknown are the attributes of those that are not known before apply.
	unknownAttributes map[string]map[string]bool
	// unknownOutputs are the outputs of the root module that are not known before
	// apply.
	unknownOutputs map[string]bool
	// relevant are the attributes that contribute to changes.
	relevantAttributes []relevantAttribute
}

func (b *block) isData() bool {
	return strings.HasPrefix(strings.TrimPrefix(b.address, b.module+"."), "data.")
}

func newConfiguration() *configuration {
	return &configuration{
		blocks:            make(map[string]*block),
		calls:             make(map[string]*moduleCall),
		outputs:           make(map[string]*output),
		inputs:            make(map[string]any),
		providers:         make(map[string]*tfjson.ProviderConfig),
		blocksInModule:    make(map[string][]*block),
		readDuringApply:   make(map[string]bool),
		changedBlocks:     make(map[string]bool),
		unknownAttributes: make(map[string]map[string]bool),

		unknownOutputs: make(map[string]bool),
	}
}

func (c *configuration) addBlock(b *block) {
	c.blocks[b.address] = b
	for path := b.module; path != ""; path = parentModule(path) {
		c.blocksInModule[path] = append(c.blocksInModule[path], b)
	}
}

// join puts a module path and a local address together.
func join(module, local string) string {
	if module == "" {
		return local
	}
	return module + "." + local
}

// withoutKeys strips instance keys from an address: a["k"].b[0] is a.b. Keys
// are arbitrary strings, brackets and escaped quotes included.
func withoutKeys(address string) string {
	if !strings.Contains(address, "[") {
		return address
	}
	var b strings.Builder
	for i := 0; i < len(address); i++ {
		if address[i] != '[' {
			b.WriteByte(address[i])
			continue
		}
		i = endOfKey(address, i)
	}
	return b.String()
}

// endOfKey is the index of the bracket that closes the key opened at i.
func endOfKey(address string, i int) int {
	quoted := false
	for ; i < len(address); i++ {
		switch {
		case quoted && address[i] == '\\':
			i++
		case address[i] == '"':
			quoted = !quoted
		case !quoted && address[i] == ']':
			return i
		}
	}
	return len(address)
}

// parentModule is the path of the module around module path.
func parentModule(path string) string {
	i := strings.LastIndex(path, "module.")
	if i <= 0 {
		return ""
	}
	return strings.TrimSuffix(path[:i], ".")
}

// moduleOfKey is the module path in a key of outputs and inputs.
func moduleOfKey(key string) string { return key[:strings.LastIndex(key, ":")] }

// leaves are the references that were written, without the prefixes that
// Terraform lists after each: of x.y.email and x.y, the first.
func writtenReferences(references []string) []string {
	var out []string
	for _, r := range references {
		if len(out) > 0 && isPrefix(withoutKeys(r), withoutKeys(out[len(out)-1])) {
			continue
		}
		out = append(out, r)
	}
	return out
}

func isPrefix(short, long string) bool {
	return short == long || strings.HasPrefix(long, short+".")
}

// A target is what a reference leads to, seen from inside its module.
type target struct {
	kind targetKind
	// module is the path of the module that name is looked up in.
	module string
	// name is that of a variable, an output, a module or a block.
	name string
	// attribute is what stands behind a block's name; may be empty.
	attribute string
}

type targetKind int

const (
	// each.key, count, path, terraform: the plan can only be made if they are
	// known. An instance has its each.key and count.index in its address.
	toNothing  targetKind = iota
	toEach                // each.value
	toSelf                // self: the object as apply makes it
	toVariable            // an input variable
	toLocal               // a local value: plans do not show them
	toOutput              // one output of a module
	toModule              // all of a module
	toBlock               // a resource or data block
)

// resolve says what reference, written in the module at path, leads to.
func parseReference(path, reference string) target {
	parts := strings.Split(withoutKeys(reference), ".")
	switch parts[0] {
	case "", "count", "path", "terraform":
		return target{}
	case "each":
		if at(parts, 1) == "key" {
			return target{}
		}
		return target{kind: toEach, module: path}
	case "self":
		return target{kind: toSelf}
	case "var":
		return target{kind: toVariable, module: path, name: at(parts, 1)}
	case "local":
		return target{kind: toLocal, module: path, name: at(parts, 1)}
	case "module":
		return parseModuleReference(join(path, "module."+at(parts, 1)), parts)
	case "data", "ephemeral":
		return target{toBlock, path, join(path, strings.Join(firstN(parts, 3), ".")), at(parts, 3)}
	}
	return target{toBlock, path, join(path, strings.Join(firstN(parts, 2), ".")), at(parts, 2)}
}

func parseModuleReference(module string, parts []string) target {
	if len(parts) < 3 {
		return target{kind: toModule, module: module}
	}
	return target{kind: toOutput, module: module, name: parts[2]}
}

func at(parts []string, i int) string {
	if i >= len(parts) {
		return ""
	}
	return parts[i]
}

func firstN(parts []string, n int) []string {
	return parts[:min(n, len(parts))]
}

// references are all that stand anywhere below an expression, in order.
func referencesIn(e *tfjson.Expression) []string {
	if e == nil || e.ExpressionData == nil {
		return nil
	}
	out := append([]string(nil), e.References...)
	for _, nested := range e.NestedBlocks {
		out = append(out, referencesInAll(nested)...)
	}
	return out
}

func referencesInAll(expressions map[string]*tfjson.Expression) []string {
	names := make([]string, 0, len(expressions))
	for name := range expressions {
		names = append(names, name)
	}
	sort.Strings(names)
	var out []string
	for _, name := range names {
		out = append(append(out, referencesIn(expressions[name])...), "")
	}
	return out
}

// BlockOf is the address of the configuration block of an instance: its own
// without instance keys.
func BlockOf(address string) string { return withoutKeys(address) }
