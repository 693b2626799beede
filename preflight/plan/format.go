package plan

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// A FormatError says that the input is not a plan that can be checked.
type FormatError struct {
	// Got describes the input.
	Got string
	// Hint is a command to run instead.
	Hint string
	// Err is the underlying error; may be nil.
	Err error
}

// Error implements error.
func (e *FormatError) Error() string {
	s := "read plan: got " + e.Got
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s + "\n" + e.Hint
}

// Unwrap returns the underlying error.
func (e *FormatError) Unwrap() error { return e.Err }

const showHint = "hint: terraform plan -out=tfplan && terraform show -json tfplan > plan.json"

// notPlanError returns the error for an input other than a plan.
func notPlanError(got string) error { return &FormatError{Got: got, Hint: showHint} }

// checkHead checks the first bytes, before any JSON is read, and skips a byte
// order mark.
func checkHead(r *bufio.Reader) error {
	head, err := r.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read plan: %w", err)
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, err := r.Discard(3)
		return err
	}
	if got := describeNonJSON(head); got != "" {
		return notPlanError(got)
	}
	return nil
}

// describeNonJSON describes an input that is not a JSON object; empty if it may
// be one.
func describeNonJSON(head []byte) string {
	trimmed := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(trimmed) == 0:
		return "nothing: the input is empty"
	case isBinaryPlan(head):
		return "a saved binary plan on standard input (give its path instead)"
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "UTF-16 text, as the > of Windows PowerShell writes it (pipe through: Out-File -Encoding utf8)"
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return "a gzip archive"
	case trimmed[0] == '[':
		return "a JSON array"
	case trimmed[0] != '{':
		return "text that is not JSON (terraform's human-readable output, or configuration)"
	}
	return ""
}

// isBinaryPlan reports whether data begins like the output of terraform plan
// -out, which is a zip archive.
func isBinaryPlan(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) }

// describeDocument describes a JSON document that is not a plan, by its
// members.
func describeDocument(members map[string]bool) string {
	switch {
	case members["lineage"] || members["serial"]:
		return "a Terraform state file"
	case members["values"]:
		return "the JSON of a Terraform state, not of a plan"
	case members["encrypted_data"]:
		return "an encrypted plan of OpenTofu (give its path instead, or the output of tofu show -json)"
	case members["@level"]:
		return "the log of terraform plan -json, not the plan"
	case members["provider_schemas"]:
		return "provider schemas"
	case members["configuration"], members["root_module"], members["resource"], members["module"], members["provider"], members["terraform"]:
		return "a Terraform configuration, not a plan"
	}
	return "a JSON object that is not a plan"
}

// jsonError converts an error of the JSON reader into a FormatError.
func jsonError(err error, offset int64) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return notPlanError(fmt.Sprintf("a truncated file: it ends after %d bytes, inside the plan", offset))
	}
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return fmt.Errorf("read plan: %w", err)
	}
	got := "malformed JSON"
	if errors.Is(err, jsontext.ErrDuplicateName) {
		got = "JSON with a duplicate member name, which is ambiguous"
	}
	return &FormatError{Got: got, Hint: showHint, Err: err}
}
