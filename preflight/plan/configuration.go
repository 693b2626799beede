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
	// provider is the key of its provider configuration in the plan.
	provider string
	// setsProject reports whether the block has a project attribute.
	setsProject bool
	// references are those of all its expressions, including count and
	// for_each.
	references []string
	dependsOn  []string
	// expressions is nil for irrelevant types.
	expressions map[string]*tfjson.Expression
	// attributeReferences are the references of each attribute of an irrelevant
	// type; "" stands for for_each.
	attributeReferences map[string][]string
	// forEach is nil without for_each, and for irrelevant types.
	forEach *tfjson.Expression
}

// A scope decides what the names in an expression mean.
type scope struct {
	// module is the path of the module whose names the expression uses.
	module string
	// forEach is the for_each of the block or module call that the expression
	// is a part of: each.value is an element of it. It may be nil.
	forEach *tfjson.Expression
}

// scope returns the scope of the block's own expressions.
func (b *block) scope() scope { return scope{b.module, b.forEach} }

// scope returns the scope of the inputs that the call passes to the module.
func (m *moduleCall) scope() scope { return scope{m.parent, m.forEach} }

// A moduleCall is a module block together with the declarations of the module.
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
	// known reports whether the plan has a value for it.
	known     bool
	sensitive bool
}

// A configuration is the part of a plan that shows what is written in the
// configuration, as opposed to its result.
type configuration struct {
	blocks         map[string]*block
	calls          map[string]*moduleCall
	outputs        map[string]*output // by module path + ":" + name
	inputs         map[string]any     // defaults of module variables, likewise
	providers      map[string]*tfjson.ProviderConfig
	blocksInModule map[string][]*block // all blocks below a module path
	// readDuringApply are the data blocks that are read during apply, of any
	// type.
	readDuringApply map[string]bool
	// changedBlocks are the managed blocks of irrelevant types that apply
	// changes, and unknownAttributes their attributes that are only known after
	// apply.
	changedBlocks     map[string]bool
	unknownAttributes map[string]map[string]bool
	// unknownOutputs are the outputs of the root module that are only known
	// after apply.
	unknownOutputs map[string]bool
	// relevantAttributes are the attributes that contribute to changes.
	relevantAttributes []relevantAttribute
}

// isData reports whether b is a data block.
func (b *block) isData() bool {
	return strings.HasPrefix(strings.TrimPrefix(b.address, b.module+"."), "data.")
}

// newConfiguration returns an empty configuration.
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

// addBlock adds a block, also to the modules around it.
func (c *configuration) addBlock(b *block) {
	c.blocks[b.address] = b
	for path := b.module; path != ""; path = parentModule(path) {
		c.blocksInModule[path] = append(c.blocksInModule[path], b)
	}
}

// join returns the absolute address of a local address in a module.
func join(module, local string) string {
	if module == "" {
		return local
	}
	return module + "." + local
}

// withoutKeys removes the instance keys from an address: a["k"].b[0] becomes
// a.b. Keys are arbitrary strings and may contain brackets and escaped quotes.
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

// endOfKey returns the index of the bracket that closes the key opened at i.
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

// parentModule returns the path of the module around the module at path.
func parentModule(path string) string {
	i := strings.LastIndex(path, "module.")
	if i <= 0 {
		return ""
	}
	return strings.TrimSuffix(path[:i], ".")
}

// moduleOfKey returns the module path in a key of outputs and inputs.
func moduleOfKey(key string) string { return key[:strings.LastIndex(key, ":")] }

// writtenReferences returns the references as they are written, without the
// prefixes that Terraform lists after each: of x.y.email and x.y, the first.
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

// isPrefix reports whether the reference short is long or a prefix of it.
func isPrefix(short, long string) bool {
	return short == long || strings.HasPrefix(long, short+".")
}

// A target is the declaration that a reference refers to.
type target struct {
	kind targetKind
	// module is the path of the module that name is looked up in.
	module string
	// name is the name of a variable, an output, a module or a block.
	name string
	// attribute is the attribute of a block; may be empty.
	attribute string
}

// A targetKind says what kind of declaration a target is.
type targetKind int

const (
	// each.key, count, path, terraform: Terraform can plan only if they are
	// known. The address of an instance contains its each.key or count.index.
	toNothing  targetKind = iota
	toEach                // each.value
	toSelf                // self: the object after apply
	toVariable            // an input variable
	toLocal               // a local value: plans do not show them
	toOutput              // one output of a module
	toModule              // all of a module
	toBlock               // a resource or data block
)

// parseReference returns the target of a reference in the module at path.
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

// parseModuleReference returns the target of a reference, in parts, to a
// module.
func parseModuleReference(module string, parts []string) target {
	if len(parts) < 3 {
		return target{kind: toModule, module: module}
	}
	return target{kind: toOutput, module: module, name: parts[2]}
}

// at returns the part at index i, or "".
func at(parts []string, i int) string {
	if i >= len(parts) {
		return ""
	}
	return parts[i]
}

// firstN returns the first n parts, or all if there are fewer.
func firstN(parts []string, n int) []string {
	return parts[:min(n, len(parts))]
}

// referencesIn returns all references in an expression and its nested blocks,
// in order.
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

// referencesInAll returns the references in expressions, in the order of their
// names, with an empty one after each expression so that neighbors are not
// mistaken for prefixes.
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

// BlockOf returns the address of the configuration block of an instance: its
// address without instance keys.
func BlockOf(address string) string { return withoutKeys(address) }
