package plan

import (
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A compactValue is a JSON value as encoding/json decodes it, without the
// members of objects that are null: a provider writes out every attribute that
// is not set, and null means the same as absent.
type compactValue struct{ value any }

// A flagTree is a tree of true, such as after_unknown, in which everything that
// is neither true nor leads to it is nil.
type flagTree struct{ value any }

// A compactReader reads both, and keeps one copy of each name.
type compactReader struct{ names map[string]string }

// newCompactReader returns a compactReader.
func newCompactReader() *compactReader { return &compactReader{map[string]string{}} }

// options returns decode options that use r. The values must have been read
// before, so that their names are known to be unique.
func (r *compactReader) options() json.Options {
	return json.JoinOptions(jsontext.AllowDuplicateNames(true), json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(func(dec *jsontext.Decoder, s *compactValue) (err error) { s.value, err = r.value(dec); return err }),
		json.UnmarshalFromFunc(func(dec *jsontext.Decoder, m *flagTree) (err error) { m.value, err = r.flags(dec); return err }),
	)))
}

// value reads a compactValue.
func (r *compactReader) value(dec *jsontext.Decoder) (any, error) {
	switch dec.PeekKind() {
	case '{':
		out := map[string]any{}
		return out, r.object(dec, r.value, func(name string, v any) { out[name] = v })
	case '[':
		out, err := list(dec, r.value)
		return out, err
	}
	token, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '"':
		return token.String(), nil
	case '0':
		return token.Float()
	case 't', 'f':
		return token.Bool(), nil
	}
	return nil, nil
}

// flags reads a flagTree; nil if nothing in it is true. A list keeps the
// positions of its elements.
func (r *compactReader) flags(dec *jsontext.Decoder) (any, error) {
	switch dec.PeekKind() {
	case '{':
		var out map[string]any
		err := r.object(dec, r.flags, func(name string, v any) {
			if out == nil {
				out = map[string]any{}
			}
			out[name] = v
		})
		if out == nil {
			return nil, err
		}
		return out, err
	case '[':
		out, err := list(dec, r.flags)
		if !slices.ContainsFunc(out, func(v any) bool { return v != nil }) {
			return nil, err
		}
		return out, err
	case 't':
		return true, dec.SkipValue()
	}
	return nil, dec.SkipValue()
}

// object reads an object and calls add for each member that is not nil.
func (r *compactReader) object(dec *jsontext.Decoder, read func(*jsontext.Decoder) (any, error), add func(string, any)) error {
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		name, err := r.name(dec)
		if err != nil {
			return err
		}
		v, err := read(dec)
		if err != nil {
			return err
		}
		if v != nil {
			add(name, v)
		}
	}
	_, err := dec.ReadToken()
	return err
}

// list reads an array.
func list(dec *jsontext.Decoder, read func(*jsontext.Decoder) (any, error)) ([]any, error) {
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	out := []any{}
	for dec.PeekKind() != ']' {
		v, err := read(dec)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	_, err := dec.ReadToken()
	return out, err
}

// name reads the name of a member.
func (r *compactReader) name(dec *jsontext.Decoder) (string, error) {
	raw, err := dec.ReadValue()
	if err != nil {
		return "", err
	}
	if known, ok := r.names[string(raw)]; ok {
		return known, nil
	}
	plain, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return "", err
	}
	r.names[string(raw)] = string(plain)
	return string(plain), nil
}
