package gcp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"google.golang.org/api/googleapi"
)

// read asks for a resource of an API whose generated client would add
// megabytes to the program for one method.
func (c *Client) read(ctx context.Context, method, resource, address string, answer any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return failure(method, resource, err)
	}
	return c.exchange(r, method, resource, answer)
}

// post is read for methods that take a body.
func (c *Client) post(ctx context.Context, method, resource, address string, body, answer any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return failure(method, resource, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(data))
	if err != nil {
		return failure(method, resource, err)
	}
	r.Header.Set("Content-Type", "application/json")
	return c.exchange(r, method, resource, answer)
}

func (c *Client) exchange(r *http.Request, method, resource string, answer any) error {
	response, err := c.http.Do(r)
	if err != nil {
		return failure(method, resource, err)
	}
	defer response.Body.Close()
	if err := googleapi.CheckResponse(response); err != nil {
		return failure(method, resource, err)
	}
	body, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(body, answer)
	}
	if err != nil {
		return failure(method, resource, err)
	}
	return nil
}

// escaped is a relative resource name as it stands in a path.
func escaped(resource string) string { return (&url.URL{Path: resource}).EscapedPath() }
