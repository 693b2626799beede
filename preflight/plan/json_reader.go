package plan

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A jsonReader reads the values of a JSON document one by one.
type jsonReader struct{ *jsontext.Decoder }

// readObject reads an object and calls member with each member's name, which
// must read the value.
func (r *jsonReader) readObject(member func(name string) error) error {
	if k := r.PeekKind(); k != '{' {
		return r.skipOther(k)
	}
	if _, err := r.ReadToken(); err != nil {
		return err
	}
	for r.PeekKind() != '}' {
		name, err := r.ReadToken()
		if err != nil {
			return err
		}
		if err := member(name.String()); err != nil {
			return err
		}
	}
	_, err := r.ReadToken()
	return err
}

// readArray reads an array and calls element for each of its elements.
func (r *jsonReader) readArray(element func() error) error {
	if k := r.PeekKind(); k != '[' {
		return r.skipOther(k)
	}
	if _, err := r.ReadToken(); err != nil {
		return err
	}
	for r.PeekKind() != ']' {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := r.ReadToken()
	return err
}

// skipOther skips a null in place of an object or an array, and rejects every
// other kind of value: an unreadable member must not count as nothing to check.
func (r *jsonReader) skipOther(k jsontext.Kind) error {
	if k == 'n' {
		return r.SkipValue()
	}
	if _, err := r.ReadToken(); err != nil {
		return err
	}
	return notPlanError(fmt.Sprintf("a plan whose member %s has an unexpected type", r.StackPointer()))
}

// decode reads the next value into v.
func (r *jsonReader) decode(v any) error {
	raw, err := r.ReadValue()
	if err != nil {
		return err
	}
	return r.unmarshal(raw, v)
}

// unmarshal decodes raw into v.
func (r *jsonReader) unmarshal(raw []byte, v any) error {
	if err := json.Unmarshal(raw, v); err != nil {
		return &FormatError{Got: fmt.Sprintf("a plan whose member %s has an unexpected type", r.StackPointer()), Hint: showHint}
	}
	return nil
}
