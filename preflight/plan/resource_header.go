package plan

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// A header identifies a resource change or a block.
type header struct {
	module, mode, typ, name string
}

// block returns the address of the configuration block.
func (h header) block() string {
	local := h.typ + "." + h.name
	if h.mode == "data" {
		local = "data." + local
	}
	return join(withoutKeys(h.module), local)
}

// readHeader reads the members that Terraform writes first, of a value whose
// names are known to be unique.
func readHeader(raw []byte) (header, error) {
	var h header
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw), jsontext.AllowDuplicateNames(true))
	if _, err := dec.ReadToken(); err != nil {
		return h, err
	}
	for dec.PeekKind() != '}' && (h.typ == "" || h.name == "") {
		name, err := dec.ReadToken()
		if err != nil {
			return h, notPlanError("a plan with a resource change that is not an object")
		}
		if err := h.read(name.String(), dec); err != nil {
			return h, err
		}
	}
	return h, nil
}

// read reads a member of the header, or skips another one.
func (h *header) read(name string, dec *jsontext.Decoder) error {
	field := map[string]*string{"module_address": &h.module, "mode": &h.mode, "type": &h.typ, "name": &h.name}[name]
	if field == nil {
		return dec.SkipValue()
	}
	value, err := dec.ReadToken()
	if err != nil {
		return err
	}
	*field = value.String()
	return nil
}
