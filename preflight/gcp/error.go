package gcp

import (
	"encoding/json"
	"errors"
	"net/http"

	"google.golang.org/api/googleapi"

	"gke-preflight/preflight/facts"
)

// failure makes an Error of what a client of google.golang.org/api returns. An
// Error from further below, such as that of a token, stays what it is.
func failure(method, resource string, err error) error {
	var below *facts.Error
	if errors.As(err, &below) {
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
		readDetail(e, d)
	}
	return e
}

// readDetail reads google.rpc.ErrorInfo.
func readDetail(e *facts.Error, d any) {
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

// odd is the error of an answer that cannot be used.
func odd(method, resource, what string) error {
	return &facts.Error{Method: method, Resource: resource, Message: "the answer " + what}
}

// statusOf is the name of an error's code: as most services write it, or, for
// the older ones, by its reason.
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
