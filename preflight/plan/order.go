package plan

// Order says whether one change waits for another.
type Order int

// The answers to whether a change waits.
const (
	// Race: nothing makes it wait; Terraform may do both at once.
	Race Order = iota
	// Waits: Terraform finishes the other first.
	Waits
	// Unseen: the way leads through local values, which plans do not show, or the
	// change destroys what the configuration no longer has.
	Unseen
)

// WaitsFor says whether Terraform finishes other before it begins c: through
// references, depends_on, module calls, inputs and outputs, and the provider
// configuration. Terraform orders blocks, not instances.
func (c *Change) WaitsFor(other *Change) Order {
	return c.plan.order(c.Block(), other.Block())
}

func (p *Plan) order(from, to string) Order {
	if from == to {
		return Race
	}
	w := dependencySearch{plan: p, target: to, visitedTargets: map[target]bool{}, visitedBlocks: map[string]bool{}}
	w.visitBlock(from)
	if w.found {
		return Waits
	}
	if w.throughLocal || p.config.blocks[from] == nil {
		return Unseen
	}
	return Race
}

// A walk is a search through what a block waits for.
type dependencySearch struct {
	plan           *Plan
	target         string
	visitedTargets map[target]bool
	visitedBlocks  map[string]bool // blocks
	found          bool
	throughLocal   bool
}

func (w *dependencySearch) visitBlock(address string) {
	if address == w.target {
		w.found = true
	}
	b := w.plan.config.blocks[address]
	if w.found || b == nil || w.visitedBlocks[address] {
		return
	}
	w.visitedBlocks[address] = true
	w.visitReferences(b.module, b.references)
	w.visitDependsOn(b.module, b.dependsOn)
	w.visitProvider(b)
	w.visitModuleCalls(b.module)
}

// provider follows what the provider configuration of a block is made from.
func (w *dependencySearch) visitProvider(b *block) {
	if pc, module := w.plan.config.provider(b); pc != nil {
		w.visitReferences(module, referencesInAll(pc.Expressions))
	}
}

// enclosing follows what the calls of the modules around a block wait for.
func (w *dependencySearch) visitModuleCalls(module string) {
	for ; module != ""; module = parentModule(module) {
		call := w.plan.config.calls[module]
		if call == nil {
			continue
		}
		w.visitReferences(call.parent, call.repetition)
		w.visitDependsOn(call.parent, call.dependsOn)
	}
}

func (w *dependencySearch) visitReferences(module string, refs []string) {
	for _, r := range writtenReferences(refs) {
		w.visitTarget(parseReference(module, r), false)
	}
}

func (w *dependencySearch) visitDependsOn(module string, refs []string) {
	for _, r := range refs {
		w.visitTarget(parseReference(module, r), true)
	}
}

// target goes on from what a reference leads to. Explicit is for depends_on,
// where a module means everything inside it; in an expression it means the
// module's outputs.
func (w *dependencySearch) visitTarget(t target, explicit bool) {
	key := t
	key.attribute = ""
	if explicit {
		key.attribute = "depends_on"
	}
	if w.found || w.visitedTargets[key] {
		return
	}
	w.visitedTargets[key] = true
	switch t.kind {
	case toLocal:
		w.throughLocal = true
	case toVariable:
		w.visitVariable(t)
	case toOutput:
		w.visitOutput(t.module, w.plan.config.outputs[t.module+":"+t.name])
	case toModule:
		w.visitModule(t.module, explicit)
	case toBlock:
		w.visitBlock(t.name)
	}
}

func (w *dependencySearch) visitVariable(t target) {
	call := w.plan.config.calls[t.module]
	if call == nil {
		return
	}
	if e := call.expressions[t.name]; e != nil {
		w.visitReferences(call.parent, referencesIn(e))
	}
}

func (w *dependencySearch) visitOutput(module string, o *output) {
	if o == nil {
		return
	}
	w.visitReferences(module, referencesIn(o.expression))
	w.visitDependsOn(module, o.dependsOn)
}

func (w *dependencySearch) visitModule(module string, explicit bool) {
	for key, o := range w.plan.config.outputs {
		if len(key) > len(module) && key[:len(module)+1] == module+":" {
			w.visitOutput(module, o)
		}
	}
	if !explicit {
		return
	}
	for _, b := range w.plan.config.blocksInModule[module] {
		w.visitBlock(b.address)
	}
}
