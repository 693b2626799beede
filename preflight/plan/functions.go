package plan

import (
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions are functions of the configuration language, by name.
type functions map[string]function.Function

// pureFunctions returns those of Terraform's functions whose results depend
// only on their arguments, and that are likely to be used for a project or an
// account.
// https://developer.hashicorp.com/terraform/language/functions
func pureFunctions() functions {
	out := functions{"try": tryfunc.TryFunc, "can": tryfunc.CanFunc}
	for name, f := range standardFunctions() {
		out[name] = safeFunction(name, func(args []cty.Value) (cty.Value, error) { return callConverted(f, args) })
	}
	out["coalesce"] = safeFunction("coalesce", coalesce)
	out["sensitive"] = safeFunction("sensitive", func(args []cty.Value) (cty.Value, error) {
		return singleArgument(args).Mark(sensitiveMark), nil
	})
	out["nonsensitive"] = safeFunction("nonsensitive", func(args []cty.Value) (cty.Value, error) { return singleArgument(args), nil })
	return out
}

// standardFunctions returns those that Terraform takes from the same library.
func standardFunctions() functions {
	return functions{
		"chomp": stdlib.ChompFunc, "format": stdlib.FormatFunc, "join": stdlib.JoinFunc, "lower": stdlib.LowerFunc,
		"regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc, "replace": stdlib.ReplaceFunc, "split": stdlib.SplitFunc,
		"substr": stdlib.SubstrFunc, "title": stdlib.TitleFunc, "trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc,
		"trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc, "upper": stdlib.UpperFunc,

		"compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc,
		"element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc, "keys": stdlib.KeysFunc, "lookup": stdlib.LookupFunc,
		"merge": stdlib.MergeFunc, "reverse": stdlib.ReverseListFunc, "slice": stdlib.SliceFunc, "sort": stdlib.SortFunc,
		"values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,

		"jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc,
		"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "max": stdlib.MaxFunc, "min": stdlib.MinFunc,

		"tobool": stdlib.MakeToFunc(cty.Bool), "tonumber": stdlib.MakeToFunc(cty.Number), "tostring": stdlib.MakeToFunc(cty.String),
		"tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
		"toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	}
}

// callConverted calls a function with its arguments converted to the types of
// its parameters, as the configuration language does.
func callConverted(f function.Function, args []cty.Value) (cty.Value, error) {
	converted := make([]cty.Value, len(args))
	for i, v := range args {
		parameter := f.VarParam()
		if i < len(f.Params()) {
			parameter = &f.Params()[i]
		}
		if parameter == nil {
			return cty.DynamicVal, nil
		}
		var err error
		if converted[i], err = convert.Convert(v, parameter.Type); err != nil {
			return cty.DynamicVal, nil
		}
	}
	return f.Call(converted)
}

// singleArgument returns the only argument of a call.
func singleArgument(args []cty.Value) cty.Value {
	if len(args) != 1 {
		return cty.DynamicVal
	}
	return args[0]
}

// coalesce returns the first argument that is neither null nor an empty string,
// as Terraform does if all of them are strings.
// https://developer.hashicorp.com/terraform/language/functions/coalesce
func coalesce(args []cty.Value) (cty.Value, error) {
	for _, v := range args {
		v, marks := v.Unmark()
		switch {
		case !v.IsKnown():
			return cty.DynamicVal, nil
		case v.IsNull():
			continue
		case v.Type() != cty.String:
			return cty.DynamicVal, nil
		case v.AsString() != "":
			return v.WithMarks(marks), nil
		}
	}
	return cty.DynamicVal, nil
}

// safeFunction returns a function whose result is unknown if the call fails,
// since Terraform's functions differ a little and may not fail; if an argument
// is unknown; and if the result is too long.
func safeFunction(name string, call func([]cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{
			Name: "arguments", Type: cty.DynamicPseudoType,
			AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true,
		},
		Type: func([]cty.Value) (cty.Type, error) { return cty.DynamicPseudoType, nil },
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if isUnsupportedCall(name, args) {
				return cty.DynamicVal, nil
			}
			v, err := call(args)
			if err != nil || valueSize(v) > maxValueSize {
				return cty.DynamicVal, nil
			}
			return v, nil
		},
	})
}

// unknownFunction returns a function whose result is unknown.
func unknownFunction() function.Function {
	return safeFunction("", func([]cty.Value) (cty.Value, error) { return cty.DynamicVal, nil })
}

// wideVerb matches a verb of format whose width would make a long result of a
// short text.
var wideVerb = regexp.MustCompile(`%[^a-zA-Z%]*(?:\d{4}|\*)`)

// isUnsupportedCall reports whether a call has another result in Terraform, or
// could use too much memory.
func isUnsupportedCall(name string, args []cty.Value) bool {
	texts := make([]string, len(args))
	for i, v := range args {
		v, _ := v.Unmark()
		if isKnownString(v) {
			texts[i] = v.AsString()
		}
	}
	switch name {
	case "format":
		return len(texts) == 0 || wideVerb.MatchString(texts[0])
	case "lookup":
		return len(args) != 3
	case "replace":
		// Text between slashes is a regular expression.
		return len(args) != 3 || strings.HasPrefix(texts[1], "/") && strings.HasSuffix(texts[1], "/") ||
			(len(texts[0])+1)*len(texts[2]) > 1<<20
	}
	return false
}
