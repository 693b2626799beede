package plan

// An Order says whether one change depends on another.
type Order int

// The orders.
const (
	// Unordered: it does not; Terraform may apply both at once.
	Unordered Order = iota
	// Ordered: it does; Terraform finishes the other one first.
	Ordered
	// OrderUnknown: it may, through local values, which plans do not show, or because
	// it destroys what is no longer configured.
	OrderUnknown
)

// OrderAfter reports whether Terraform finishes other before it starts c because
// of references, depends_on, module calls, inputs and outputs, or the provider
// configuration. Terraform orders blocks, not instances.
func (c *Change) OrderAfter(other *Change) Order {
	return orderBlocks(c.plan, c.Block(), other.Block())
}

// orderBlocks reports whether the block from depends on the block to.
func orderBlocks(p *Plan, from, to string) Order {
	if from == to {
		return Unordered
	}
	w := dependencySearch{plan: p, target: to, visitedTargets: map[target]bool{}, visitedBlocks: map[string]bool{}}
	w.visitBlock(from)
	if w.found {
		return Ordered
	}
	if w.throughLocal || p.config.blocks[from] == nil {
		return OrderUnknown
	}
	return Unordered
}

// A dependencySearch looks for the target block among everything that a block
// depends on.
type dependencySearch struct {
	plan           *Plan
	target         string
	visitedTargets map[target]bool
	visitedBlocks  map[string]bool // blocks
	found          bool
	// throughLocal reports whether a local value was found, behind which the
	// target may be.
	throughLocal bool
}

// visitBlock follows the dependencies of a block.
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

// visitProvider follows the references of the provider configuration of a
// block.
func (w *dependencySearch) visitProvider(b *block) {
	if pc, module := w.plan.config.provider(b); pc != nil {
		w.visitReferences(module, referencesInAll(pc.Expressions))
	}
}

// visitModuleCalls follows the dependencies of the calls of the modules around
// a block.
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

// visitReferences follows the references of expressions.
func (w *dependencySearch) visitReferences(module string, refs []string) {
	for _, r := range writtenReferences(refs) {
		w.visitTarget(parseReference(module, r), false)
	}
}

// visitDependsOn follows the entries of depends_on.
func (w *dependencySearch) visitDependsOn(module string, refs []string) {
	for _, r := range refs {
		w.visitTarget(parseReference(module, r), true)
	}
}

// visitTarget follows the target of a reference. Explicit reports whether it is
// an entry of depends_on, in which a module means everything inside it; in an
// expression it means the module's outputs.
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

// visitVariable follows the value that a module call passes to a variable.
func (w *dependencySearch) visitVariable(t target) {
	call := w.plan.config.calls[t.module]
	if call == nil {
		return
	}
	if e := call.expressions[t.name]; e != nil {
		w.visitReferences(call.parent, referencesIn(e))
	}
}

// visitOutput follows an output of a module.
func (w *dependencySearch) visitOutput(module string, o *output) {
	if o == nil {
		return
	}
	w.visitReferences(module, referencesIn(o.expression))
	w.visitDependsOn(module, o.dependsOn)
}

// visitModule follows the outputs of a module, and, if explicit, everything
// inside it.
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
