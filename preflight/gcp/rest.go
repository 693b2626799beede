package gcp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"

	"golang.org/x/sync/errgroup"
	"google.golang.org/api/googleapi"
)

// A rest sends requests to APIs without their generated clients.
type rest struct{ http *http.Client }

// get sends a GET request and decodes the response. It is for APIs whose
// generated client would add megabytes to the program for one method.
func (c *rest) get(ctx context.Context, method, resource, address string, response any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return apiError(method, resource, err)
	}
	return c.exchange(r, method, resource, response)
}

// post is like get, but sends a POST request with a body.
func (c *rest) post(ctx context.Context, method, resource, address string, body, response any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return apiError(method, resource, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(data))
	if err != nil {
		return apiError(method, resource, err)
	}
	r.Header.Set("Content-Type", "application/json")
	return c.exchange(r, method, resource, response)
}

func (c *rest) exchange(r *http.Request, method, resource string, out any) error {
	response, err := c.http.Do(r)
	if err != nil {
		return apiError(method, resource, err)
	}
	defer response.Body.Close()
	if err := googleapi.CheckResponse(response); err != nil {
		return apiError(method, resource, err)
	}
	body, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(body, out)
	}
	if err != nil {
		return apiError(method, resource, err)
	}
	return nil
}

// escaped returns a relative resource name escaped for the path of a URL.
func escaped(resource string) string { return (&url.URL{Path: resource}).EscapedPath() }

// inBatches calls f in parallel with batches of at most size items, and returns
// the results in order.
func inBatches[T any](ctx context.Context, items []string, size int, f func(context.Context, []string) (T, error)) ([]T, error) {
	batches := slices.Collect(slices.Chunk(items, size))
	results := make([]T, len(batches))
	group, ctx := errgroup.WithContext(ctx)
	for i, batch := range batches {
		group.Go(func() (err error) {
			results[i], err = f(ctx, batch)
			return err
		})
	}
	return results, group.Wait()
}
