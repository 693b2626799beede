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
	return c.plan.waits(c.Block(), other.Block())
}

func (p *Plan) waits(from, to string) Order {
	if from == to {
		return Race
	}
	w := walk{plan: p, to: to, seen: map[target]bool{}, done: map[string]bool{}}
	w.block(from)
	if w.found {
		return Waits
	}
	if w.local || p.config.blocks[from] == nil {
		return Unseen
	}
	return Race
}

// A walk is a search through what a block waits for.
type walk struct {
	plan  *Plan
	to    string
	seen  map[target]bool
	done  map[string]bool // blocks
	found bool
	local bool
}

func (w *walk) block(address string) {
	if address == w.to {
		w.found = true
	}
	b := w.plan.config.blocks[address]
	if w.found || b == nil || w.done[address] {
		return
	}
	w.done[address] = true
	w.references(b.module, b.references)
	w.dependencies(b.module, b.dependsOn)
	w.provider(b)
	w.enclosing(b.module)
}

// provider follows what the provider configuration of a block is made from.
func (w *walk) provider(b *block) {
	if pc, module := w.plan.config.provider(b); pc != nil {
		w.references(module, allReferences(pc.Expressions))
	}
}

// enclosing follows what the calls of the modules around a block wait for.
func (w *walk) enclosing(module string) {
	for ; module != ""; module = parentModule(module) {
		call := w.plan.config.calls[module]
		if call == nil {
			continue
		}
		w.references(call.parent, call.repetition)
		w.dependencies(call.parent, call.dependsOn)
	}
}

func (w *walk) references(module string, refs []string) {
	for _, r := range leaves(refs) {
		w.target(resolve(module, r), false)
	}
}

func (w *walk) dependencies(module string, refs []string) {
	for _, r := range refs {
		w.target(resolve(module, r), true)
	}
}

// target goes on from what a reference leads to. Explicit is for depends_on,
// where a module means everything inside it; in an expression it means the
// module's outputs.
func (w *walk) target(t target, explicit bool) {
	key := t
	key.attribute = ""
	if explicit {
		key.attribute = "depends_on"
	}
	if w.found || w.seen[key] {
		return
	}
	w.seen[key] = true
	switch t.kind {
	case toLocal:
		w.local = true
	case toVariable:
		w.variable(t)
	case toOutput:
		w.output(t.module, w.plan.config.outputs[t.module+":"+t.name])
	case toModule:
		w.module(t.module, explicit)
	case toBlock:
		w.block(t.name)
	}
}

func (w *walk) variable(t target) {
	call := w.plan.config.calls[t.module]
	if call == nil {
		return
	}
	if e := call.expressions[t.name]; e != nil {
		w.references(call.parent, references(e))
	}
}

func (w *walk) output(module string, o *output) {
	if o == nil {
		return
	}
	w.references(module, references(o.expression))
	w.dependencies(module, o.dependsOn)
}

func (w *walk) module(module string, explicit bool) {
	for key, o := range w.plan.config.outputs {
		if len(key) > len(module) && key[:len(module)+1] == module+":" {
			w.output(module, o)
		}
	}
	if !explicit {
		return
	}
	for _, b := range w.plan.config.inModule[module] {
		w.block(b.address)
	}
}
