package plan

import (
	"bytes"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	tfjson "github.com/hashicorp/terraform-json"
)

// A configurationReader reads the configuration in a plan.
type configurationReader struct {
	jsonReader
	config *configuration
	// variables are the input variables of the root module, to which the
	// configuration adds the defaults.
	variables map[string]variable
}

// configurationMember reads a member of the configuration.
func (r *configurationReader) configurationMember(name string) error {
	switch name {
	case "provider_config":
		return r.readObject(r.providerConfig)
	case "root_module":
		return r.module("")
	}
	return r.SkipValue()
}

// providerConfig reads a provider configuration.
func (r *configurationReader) providerConfig(key string) error {
	raw, err := r.ReadValue()
	if err != nil {
		return err
	}
	pc := new(tfjson.ProviderConfig)
	if err := r.unmarshal(raw, pc); err != nil {
		return err
	}
	r.config.providers[key] = pc
	return markFunctionsIn(raw, pc.Expressions)
}

// module reads the configuration of the module at path.
func (r *configurationReader) module(path string) error {
	return r.readObject(func(name string) error {
		switch name {
		case "outputs":
			return r.readObject(func(name string) error { return r.output(path, name) })
		case "resources":
			return r.readArray(func() error { return r.block(path) })
		case "module_calls":
			return r.readObject(func(name string) error { return r.moduleCall(path, name) })
		case "variables":
			return r.readObject(func(name string) error { return r.input(path, name) })
		}
		return r.SkipValue()
	})
}

// output reads an output of the module at path.
func (r *configurationReader) output(path, name string) error {
	raw, err := r.ReadValue()
	if err != nil {
		return err
	}
	var o tfjson.ConfigOutput
	if err := r.unmarshal(raw, &o); err != nil {
		return err
	}
	var marks struct {
		Expression any `json:"expression"`
	}
	if err := json.Unmarshal(raw, &marks); err != nil {
		return err
	}
	markFunction(o.Expression, marks.Expression)
	r.config.outputs[path+":"+name] = &output{expression: o.Expression, dependsOn: o.DependsOn}
	return nil
}

// input reads a variable of the module at path.
func (r *configurationReader) input(path, name string) error {
	var v struct {
		Default   jsontext.Value `json:"default"`
		Sensitive bool           `json:"sensitive"`
	}
	if err := r.decode(&v); err != nil {
		return err
	}
	var value any
	declared := len(v.Default) > 0
	if declared {
		if err := json.Unmarshal(v.Default, &value); err != nil {
			return err
		}
	}
	if path != "" {
		r.config.inputs[path+":"+name] = value
		return nil
	}
	given, set := r.variables[name]
	if !set {
		given = variable{value: value, known: declared}
	}
	given.sensitive = v.Sensitive
	r.variables[name] = given
	return nil
}

// moduleCall reads a module block in the module at parent.
func (r *configurationReader) moduleCall(parent, name string) error {
	call := &moduleCall{path: join(parent, "module."+name), parent: parent}
	r.config.calls[call.path] = call
	return r.readObject(func(member string) error {
		switch member {
		case "expressions":
			return r.expressions(&call.expressions)
		case "count_expression", "for_each_expression":
			e := new(tfjson.Expression)
			err := r.decode(e)
			call.repetition = append(call.repetition, referencesIn(e)...)
			if member == "for_each_expression" {
				call.forEach = e
			}
			return err
		case "depends_on":
			return r.decode(&call.dependsOn)
		case "module":
			return r.module(call.path)
		}
		return r.SkipValue()
	})
}

// block reads a resource or data block of the module at path.
func (r *configurationReader) block(path string) error {
	raw, err := r.ReadValue()
	if err != nil {
		return err
	}
	b, typ, err := readBlock(path, raw)
	if err != nil {
		return err
	}
	if !isRelevantType(typ) {
		b.attributeReferences = referencesByName(raw)
	} else {
		var full tfjson.ConfigResource
		if err := json.Unmarshal(raw, &full); err != nil {
			return notPlanError("a plan with a resource block of an unexpected form: " + err.Error())
		}
		b.forEach, b.expressions = full.ForEachExpression, full.Expressions
		if b.expressions == nil {
			b.expressions = map[string]*tfjson.Expression{}
		}
		if err := markFunctionsIn(raw, b.expressions); err != nil {
			return err
		}
	}
	r.config.addBlock(b)
	return nil
}

// expressions reads an object of expressions.
func (r *configurationReader) expressions(into *map[string]*tfjson.Expression) error {
	raw, err := r.ReadValue()
	if err != nil {
		return err
	}
	if err := r.unmarshal(raw, into); err != nil {
		return err
	}
	var marks map[string]any
	if err := json.Unmarshal(raw, &marks); err != nil {
		return err
	}
	markFunctions(*into, marks)
	return nil
}

// markFunctionsIn calls markFunctions for the expressions of a block with the
// given JSON.
func markFunctionsIn(raw []byte, expressions map[string]*tfjson.Expression) error {
	var block struct {
		Expressions map[string]any `json:"expressions"`
	}
	if err := json.Unmarshal(raw, &block); err != nil {
		return notPlanError("a plan with a configuration of an unexpected form: " + err.Error())
	}
	markFunctions(expressions, block.Expressions)
	return nil
}

// markFunctions marks the expressions that are neither constant nor have
// references, which are functions of constants: the decoder reads them as the
// constant null. Raw is the same JSON, decoded without types.
func markFunctions(expressions map[string]*tfjson.Expression, raw map[string]any) {
	for name, e := range expressions {
		markFunction(e, raw[name])
	}
}

// markFunction marks one expression.
func markFunction(e *tfjson.Expression, raw any) {
	if e == nil || e.ExpressionData == nil {
		return
	}
	switch v := raw.(type) {
	case map[string]any:
		_, isConstant := v["constant_value"]
		if !isConstant && len(e.References) == 0 {
			e.ConstantValue = tfjson.UnknownConstantValue
		}
	case []any:
		for i := range min(len(v), len(e.NestedBlocks)) {
			nested, _ := v[i].(map[string]any)
			markFunctions(e.NestedBlocks[i], nested)
		}
	}
}

// readBlock reads the parts of a block that are relevant for every type: its
// dependencies.
func readBlock(path string, raw []byte) (*block, string, error) {
	var head struct {
		Mode      string   `json:"mode"`
		Type      string   `json:"type"`
		Name      string   `json:"name"`
		Provider  string   `json:"provider_config_key"`
		DependsOn []string `json:"depends_on"`
		// Only whether project is there matters.
		Expressions struct {
			Project jsontext.Value `json:"project"`
		} `json:"expressions"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, "", notPlanError("a plan with a resource block of an unexpected form: " + err.Error())
	}
	local := head.Type + "." + head.Name
	if head.Mode == "data" {
		local = "data." + local
	}
	refs, err := findReferences(raw)
	return &block{
		address:     join(path, local),
		module:      path,
		provider:    head.Provider,
		setsProject: len(head.Expressions.Project) > 0,
		references:  refs,
		dependsOn:   head.DependsOn,
	}, head.Type, err
}

// referencesByName returns the references of each attribute of a block, and
// those of its for_each as "".
func referencesByName(raw []byte) map[string][]string {
	var block struct {
		Expressions map[string]jsontext.Value `json:"expressions"`
		ForEach     jsontext.Value            `json:"for_each_expression"`
	}
	if json.Unmarshal(raw, &block) != nil {
		return nil
	}
	out := map[string][]string{}
	if refs, _ := findReferences(block.ForEach); len(refs) > 0 {
		out[""] = refs
	}
	for name, e := range block.Expressions {
		if refs, _ := findReferences(e); len(refs) > 0 {
			out[name] = refs
		}
	}
	return out
}

// findReferences returns the strings of every references member, with an empty
// one after each list so that neighbors are not mistaken for prefixes.
func findReferences(raw []byte) ([]string, error) {
	var out []string
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw))
	for dec.InputOffset() < int64(len(raw)) {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		if token.Kind() != '"' || token.String() != "references" || dec.PeekKind() != '[' {
			continue
		}
		var list []string
		value, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		if json.Unmarshal(value, &list) == nil {
			out = append(append(out, list...), "")
		}
	}
	return out, nil
}
