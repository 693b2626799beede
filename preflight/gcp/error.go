package gcp

import (
	"encoding/json"
	"errors"
	"net/http"

	"google.golang.org/api/googleapi"

	"gke-preflight/preflight/facts"
)

// apiError returns the Error for an error of a client of google.golang.org/api. If
// err already wraps an Error, such as one about a token, it returns err unchanged.
func apiError(method, resource string, err error) error {
	var inner *facts.Error
	if errors.As(err, &inner) {
		return err
	}
	e := &facts.Error{Method: method, Resource: resource, Err: err}
	var api *googleapi.Error
	if !errors.As(err, &api) {
		return e
	}
	e.Code, e.Message, e.Status = api.Code, api.Message, statusOf(api)
	if e.Message == "" {
		e.Message = http.StatusText(api.Code)
	}
	for _, d := range api.Details {
		addDetail(e, d)
	}
	return e
}

// addDetail adds google.rpc.ErrorInfo to e, and ignores other details.
func addDetail(e *facts.Error, d any) {
	m, _ := d.(map[string]any)
	if m["@type"] != "type.googleapis.com/google.rpc.ErrorInfo" {
		return
	}
	e.Reason, _ = m["reason"].(string)
	e.Domain, _ = m["domain"].(string)
	metadata, _ := m["metadata"].(map[string]any)
	e.Metadata = make(map[string]string)
	for k, v := range metadata {
		e.Metadata[k], _ = v.(string)
	}
}

// malformed returns the error for a response that cannot be used. Problem is the
// rest of a sentence about it.
func malformed(method, resource, problem string) error {
	return &facts.Error{Method: method, Resource: resource, Message: "the response " + problem}
}

// statusOf returns Google's name for an error's code: the status that most
// services send, or, for older services, one derived from the reason.
// https://cloud.google.com/apis/design/errors
func statusOf(api *googleapi.Error) string {
	var body struct {
		Error struct {
			Status string `json:"status"`
		} `json:"error"`
	}
	if json.Unmarshal([]byte(api.Body), &body) == nil && body.Error.Status != "" {
		return body.Error.Status
	}
	for _, item := range api.Errors {
		if item.Reason == "notFound" {
			return "NOT_FOUND"
		}
	}
	return ""
}
